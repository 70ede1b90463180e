"""How long a configuration trained until its validation accuracy reached a target: epochs, circuit evaluations, shots."""

import dataclasses
import math
import statistics
from collections.abc import Callable, Sequence

from harness.records.record import RunRecord, Steps
from harness.report.numbers.costs import CLASSICAL
from harness.report.numbers.groups import Group, Results
from harness.text import Missing

TARGETS = (0.95, 0.97, 0.98)


@dataclasses.dataclass(frozen=True)
class Spread:
    """Median, smallest and largest over seeds; infinite where a run never reached the target."""

    median: float
    least: float
    most: float


@dataclasses.dataclass(frozen=True)
class Reached:
    """When the runs of a configuration first reached one validation accuracy.

    Attributes:
        target: The accuracy, between 0 and 1.
        n_reached: Seeds that reached it.
        epochs: Whole epochs until then.
        evaluations: Circuit evaluations that the steps until then requested, validation apart.
        shots: Shots of these.
    """

    target: float
    n_reached: int
    epochs: Spread
    evaluations: Spread | Missing
    shots: Spread | Missing


@dataclasses.dataclass(frozen=True)
class TimeToAccuracyRow:
    """One configuration: how many runs count, for how many epochs they were to train, and when they reached each target."""

    label: str
    seeds: int
    epochs: int
    reached: tuple[Reached, ...]


def time_to_accuracy(results: Results) -> list[TimeToAccuracyRow]:
    """Return a row for each fully trained configuration. A run that diverged before a target never reached it."""
    rows = []
    for group in results.groups:
        runs = [run for run in group.runs if run.status in ("ok", "diverged")]
        if group.full and any(run.epochs for run in runs) and not group.shuffled:
            reached = tuple(_reached(group, runs, target) for target in TARGETS)
            rows.append(TimeToAccuracyRow(group.label, len(runs), group.first.spec.training.epochs, reached))
    return rows


def _reached(group: Group, runs: Sequence[RunRecord], target: float) -> Reached:
    epochs = [_first_epoch(run, target) for run in runs]
    evaluations: Spread | Missing = Missing(CLASSICAL)
    shots: Spread | Missing = Missing(CLASSICAL)
    if group.quantum:
        evaluations = _counted(runs, epochs, lambda steps: steps.forward_evaluations + steps.backward_evaluations)
        exact = group.first.spec.shots is None
        shots = Missing("exact probabilities: no shots") if exact else _counted(runs, epochs, lambda steps: steps.shots)
    return Reached(target, sum(map(math.isfinite, epochs)), _spread(epochs), evaluations, shots)


def _first_epoch(run: RunRecord, target: float) -> float:
    return next((epoch.epoch for epoch in run.epochs if epoch.validation_accuracy >= target), math.inf)


def _counted(runs: Sequence[RunRecord], epochs: Sequence[float], a_step: Callable[[Steps], float]) -> Spread | Missing:
    """Return what the steps until each run's epoch cost; infinite for a run that never reached the target."""
    found = []
    for run, epoch in zip(runs, epochs, strict=True):
        if not math.isfinite(epoch):
            found.append(math.inf)
        elif run.steps is None:
            return Missing("not recorded")
        else:
            found.append(a_step(run.steps) * run.steps.n_steps / len(run.epochs) * epoch)
    return _spread(found)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))
