"""The executor: a process for each run; what goes wrong there is a record here, and the others go on."""

import os
import signal

import pytest

from harness.execution.execute import Watcher, execute
from harness.execution.options import Settings
from harness.plan.plan import expand, parse
from harness.records.store import Store
from harness.training import data

_PLAN = """
name = "p"
[data]
n_images = 100
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
    return expand(
        parse(_PLAN.format(epochs=epochs, more=more), where="p"), dataset_sha256=data.load("mnist-5000").sha256
    )


def _execute(runs, store, *, timeout_s=None, under_way=lambda runs: None):
    ended = []
    with store.opened():
        execute(runs, store, Settings(jobs=2, timeout_s=timeout_s), Watcher(ended.append, under_way))
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
    assert len(one.evaluation.predictions) == 20
    assert one.times.total_s == pytest.approx(
        sum(value for name, value in one.times.model_dump().items() if name != "total_s"), rel=1e-9
    )
    assert not list((tmp_path / "progress").iterdir())


def test_diverged_run_is_a_record_and_its_dependent_is_skipped(tmp_path):
    """A run that diverges says so with its step; the run that wanted its weights says whose it lacks."""
    records = _execute(_runs(more="learning_rate = 1e30"), Store(tmp_path))

    assert records["one"].status == "diverged"
    assert "the loss is" in records["one"].failure.message
    assert "DivergedError" in records["one"].failure.traceback
    assert records["two"].status == "skipped"
    assert records["one"].run_id[:12] in records["two"].failure.message


def test_deadline(tmp_path):
    """A run over its deadline ends as timeout, which names the deadline, and its seconds are those that it had."""
    records = _execute(_runs(epochs=10_000)[:1], Store(tmp_path), timeout_s=4.0)

    assert records["one"].status == "timeout"
    assert "no result after 4.0 s" in records["one"].failure.message
    assert records["one"].seconds >= 4.0


def test_killed_process(tmp_path):
    """A run whose process is killed ends as killed, with the signal's name."""

    def kill(under_way):
        if under_way:
            os.kill(under_way[0].pid, signal.SIGKILL)

    records = _execute(_runs(epochs=10_000)[:1], Store(tmp_path), under_way=kill)

    assert records["one"].status == "killed"
    assert records["one"].failure.kind == "SIGKILL"
