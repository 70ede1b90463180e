"""Forecasts: what is made of the seconds of two steps."""

import itertools
import math
import types

import pytest
from data_facts import mnist_facts
from unit.harness.report.example_records import LINEAR, record

from harness.execution import probe
from harness.execution.forecast import NOT_TIMED, plan_forecast
from harness.execution.probe import Forecast, forecast, total_s
from harness.records.record import PHASES, Failure, Steps, Times
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, TrainingSpec
from harness.text import Missing

_STEPS = Steps(
    n_steps=2, batch_size=32, step_s_median=0.3, step_s_p10=0.2, step_s_p90=0.4, forward_evaluations=0,
    backward_evaluations=0, executed_evaluations=0, formula_evaluations=0, shots=0, head_seconds=0,
)  # fmt: skip
# A quarter of a step's work is the forward pass; the setup takes 3 s, and the rest of the process's time is its start.
_PHASES = {
    "setup_s": 3, "features_forward_s": 0.05, "head_forward_s": 0.1, "head_backward_s": 0.2, "features_backward_s": 0.2, "optimizer_s": 0.05,
}  # fmt: skip
_TIMES = Times(**{**dict.fromkeys(PHASES, 0.0), **_PHASES, "total_s": 4.0})


@pytest.fixture
def answer(monkeypatch):
    """Have the child process answer with a record of these steps and times, and return what it was ordered to make."""
    orders = []

    def made(order):
        orders.append(order)
        return record("a", spec=LINEAR, steps=_STEPS, times=_TIMES)

    clock = itertools.count(100, 6)  # seconds from one look at it to the next
    monkeypatch.setattr(probe, "time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(probe, "make_in_child", made)
    return orders


def _run(label="a", *, weights_from=None, n_images=1000, seed=0, **training):
    spec = RunSpec(
        head="linear", seed=seed, data=DataSpec(n_images=n_images, official_images=2000), model=ModelSpec(),
        training=TrainingSpec(epochs=4, **training), weights_from=weights_from,
    )  # fmt: skip
    return Run(f"{label}{seed}", label, spec)


@pytest.mark.parametrize(
    ("run", "n_steps", "n_classified"),
    [
        (_run(), 80, 4 * 160 + 200 + 2000),  # 640 images: 20 steps an epoch; 160 validate, 200 test
        (_run(max_steps=45), 45, 2 * 160),
        (_run(max_steps=45, weights_from="x"), 45, 2 * 160 + 200),
        (_run(weights_from="x"), 0, 200 + 2000),
    ],
)
def test_a_run_is_its_start_its_steps_and_its_images(answer, run, n_steps, n_classified):
    """Steps take what the faster of two took; an image takes the forward share of a step, over the batch."""
    found = forecast(run, mnist_facts(), n_threads=1, data_root=None)

    assert isinstance(found, Forecast)
    assert (found.n_steps, found.step_s) == (n_steps, 0.2)
    start_s = 6 - 4 + 3  # of the process, 6 s, what the record does not count, and the setup
    assert found.run_s == pytest.approx(start_s + n_steps * 0.2 + n_classified * 0.2 * 0.25 / 32)
    assert answer[0].spec.training.max_steps == 2
    assert answer[0].spec.weights_from is None
    assert answer[0].spec.head == "linear"


def test_weights_are_counted_where_they_are_kept(answer):
    """A run that trains in full keeps them; while it is made, two checkpoints hold them with two moments each."""
    full, none = (forecast(run, mnist_facts(), n_threads=1, data_root=None) for run in (_run(), _run(weights_from="x")))
    n_weights = record("a").head.n_parameters

    assert full.stored_bytes - none.stored_bytes == pytest.approx(
        4 * n_weights, abs=40
    )  # the specs differ by some letters
    assert full.checkpoint_bytes == 24 * n_weights


@pytest.mark.parametrize(
    ("status", "failure", "reason"),
    [
        ("timeout", None, "its setup and 2 steps take more than 60 s"),
        ("failed", Failure(kind="E", message="why", traceback="", log_tail=[]), "E: why"),
    ],
)
def test_a_probe_that_fails_gives_its_reason(monkeypatch, status, failure, reason):
    """A head may need more than a minute for two steps, or fail."""
    made = record("a", status=status, failure=failure, steps=None)
    monkeypatch.setattr(probe, "make_in_child", lambda order: made)

    assert forecast(_run(), mnist_facts(), n_threads=1, data_root=None) == Missing(reason)


def test_runs_are_made_side_by_side_or_alone():
    """Those of one core share the time, but none is shorter than the longest; the others come after one another."""
    assert total_s([(10, False), (10, False), (5, True)], jobs=2) == 15
    assert total_s([(10, False), (2, False)], jobs=4) == 10
    assert total_s([], jobs=2) == 0


def _plan(tmp_path, left, timed):
    runs = [_run("a"), _run("a", seed=1), _run("b")]
    return plan_forecast(runs, [run for run in runs if run.run_id in left], tmp_path / "new" / "r", jobs=2, timed=timed)


def test_one_run_of_each_entry_is_timed(tmp_path):
    """Its seconds stand for all seeds; an entry that is done is not timed."""
    asked = []

    def timed(run, *, alone):
        asked.append((run.run_id, alone))
        return Forecast(10, 1.0, 12.0, 100, 1000)

    found = _plan(tmp_path, {"a0", "a1"}, timed)

    assert asked == [("a0", False)]
    assert [(entry.label, entry.n_runs, entry.n_to_make) for entry in found.entries] == [("a", 2, 2), ("b", 1, 0)]
    assert found.total_s == 12
    assert found.stored_bytes == 3_000_000 + 2 * 100 + 2 * 1000
    assert found.free_bytes > 0
    assert not math.isnan(found.total_s)
    assert not (tmp_path / "new").exists()


def test_what_could_not_be_timed_is_missing(tmp_path):
    """Then the whole has no number, and the reason is that of the entry."""
    failed = Missing("E: why")
    found = _plan(tmp_path, {"a0", "b0"}, lambda run, alone: failed if run.label == "b" else Forecast(1, 1, 1, 1, 1))

    assert found.total_s == found.stored_bytes == failed
    assert found.entries[0].run_s == 1
    assert _plan(tmp_path, {"b0"}, None).total_s is NOT_TIMED
