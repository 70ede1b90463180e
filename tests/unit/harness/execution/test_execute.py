"""Runs in child processes of this machine: what goes wrong in one becomes its record, and the others go on."""

import os
import signal

import pytest

from harness.data.load import load
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.records.store import Store
from harness.spec import DataSpec

_PLAN = """
name = "p"
[data]
n_images = 100
official_images = 0
[training]
epochs = {epochs}
{more}
[[runs]]
label = "one"
head = "cosine"
[[runs]]
label = "two"
head = "cosine"
max_steps = 1
weights_of = "one"
"""


def _runs(epochs=1, more=""):
    return expand(parse(_PLAN.format(epochs=epochs, more=more), where="p"), facts=load(DataSpec()).facts)


def _execute(runs, store, *, timeout_s=None, progress=lambda runs: None):
    ended = []
    options, callbacks = ExecutionOptions(jobs=2, timeout_s=timeout_s), ExecutionCallbacks(ended.append, progress)
    with store.opened():
        execute(runs, store, options, callbacks, executor=LocalExecutor())
    return {record.label: record for record in ended}


def test_runs_become_records(tmp_path):
    """Each run leaves an ok record; weights of one are used by another, with the same predictions by the same head."""
    store = Store(tmp_path)
    records = _execute(_runs(), store)

    assert {record.status for record in records.values()} == {"ok"}
    assert {record.label: record for record in store.read().records} == records
    one, two = records["one"], records["two"]
    assert two.evaluation.weights_from == one.run_id
    assert two.steps.n_steps == 1
    assert two.evaluation.predictions == one.evaluation.predictions
    assert len(one.evaluation.predicted()) == 20
    assert one.times.total_s == pytest.approx(
        sum(value for name, value in one.times.model_dump().items() if name != "total_s"), rel=1e-9
    )
    assert not list((tmp_path / "progress").iterdir())


def test_diverged_run_is_a_record_and_its_dependent_is_skipped(tmp_path):
    """A run that diverges says at which step; the run that needs its weights is skipped and names it."""
    records = _execute(_runs(more="learning_rate = 1e30"), Store(tmp_path))

    assert records["one"].status == "diverged"
    assert "the loss is" in records["one"].failure.message
    assert "DivergedError" in records["one"].failure.traceback
    assert records["two"].status == "skipped"
    assert records["one"].run_id[:12] in records["two"].failure.message


def test_deadline(tmp_path):
    """A run over its deadline ends as timeout; the message names the deadline, and the seconds are those of its process."""
    records = _execute(_runs(epochs=10_000)[:1], Store(tmp_path), timeout_s=4.0)

    assert records["one"].status == "timeout"
    assert "no result after 4.0 s" in records["one"].failure.message
    assert records["one"].seconds >= 4.0


@pytest.mark.parametrize(
    ("number", "name", "hint"), [(signal.SIGKILL, "SIGKILL", ", likely for want of memory,"), (35, "signal 35", "")]
)
def test_killed_process(tmp_path, number, name, hint):
    """A run whose process is killed ends as killed, with the signal's name, or with its number if it has no name."""

    def kill(runs):
        if runs:
            os.kill(runs[0].pid, number)

    records = _execute(_runs(epochs=10_000)[:1], Store(tmp_path), progress=kill)

    assert records["one"].status == "killed"
    assert records["one"].failure.kind == name
    assert records["one"].failure.message == f"the run's process was ended by {name}{hint} and left no result"
