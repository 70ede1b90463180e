"""Studies of the presets ``study`` and ``sweeps`` whose answers are drawn, not trained: for tests of what is written from them."""

import functools

import numpy as np
from data_facts import mnist_facts
from unit.harness.report.example_records import environment
from unit.harness.report.example_studies import DATASET, scored

from harness.plan.comparison import declared
from harness.plan.expand import expand
from harness.plan.plan import load_preset
from harness.records.record import Epoch, HeadFacts, RunRecord
from harness.report.numbers.grouping import grouped
from harness.report.numbers.study import Study
from harness.spec import Run

_HEAD = HeadFacts(
    summary="", n_parameters=5, n_head_parameters=0, gradient="autograd", n_circuits=0, n_angles=0, circuit=None, provenance={}
)  # fmt: skip
_LOSSES = [2.0, 1.6, 1.55, *[1.5] * 17]


@functools.cache
def drawn_study(name: str) -> Study:
    """Return the runs of a preset, each with 97 % right answers and a loss that falls and then stays."""
    plan = load_preset(name)
    runs = expand(plan, facts=mnist_facts("d"))
    labels = {run.run_id: run.label for run in runs}
    results = grouped([_drawn(run, number) for number, run in enumerate(runs)], labels=labels)
    return Study(results, declared(plan.comparison, runs, at="2026-01-01T00:00:00Z"))


def _drawn(run: Run, number: int) -> RunRecord:
    rng = np.random.default_rng(number)
    return RunRecord(
        run_id=run.run_id, label=run.label, spec=run.spec, attempt=1, status="ok", started_at="2026-01-02T00:00:00Z",
        seconds=1, scope=run.spec.scope, head=_HEAD, dataset=DATASET, environment=environment(git_commit="abcdef0123"),
        epochs=[
            Epoch(epoch=n, train_loss=2, train_accuracy=0.5, validation_loss=loss + 0.001 * rng.random(), validation_accuracy=0.9)
            for n, loss in enumerate(_LOSSES, start=1)
        ],
        evaluation=scored(rng.random(1000) < 0.97), official=scored(rng.random(2000) < 0.97),
    )  # fmt: skip
