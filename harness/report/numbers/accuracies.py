"""Accuracies of a configuration on one of two sets of test images, and their mean with its interval over seeds."""

import dataclasses
import math
import statistics
from collections.abc import Sequence
from typing import Literal

from harness.records.record import Evaluation, RunRecord
from harness.report.numbers.groups import Group
from harness.text import Missing

TestSet = Literal["split", "official"]
"""split: the test images of the runs' own data; official: those of the data set, scored apart."""


@dataclasses.dataclass(frozen=True)
class MeanAccuracy:
    """Mean over seeds, with a 95 % t interval over seeds: it holds on these test images and says nothing of others.

    Attributes:
        mean: Between 0 and 1.
        low: End of the interval, which is cut at 0 and 1.
        high: The other end.
        seeds: Number of runs.
        images: Number of test images.
    """

    mean: float
    low: float | Missing
    high: float | Missing
    seeds: int
    images: int


def evaluation_on(run: RunRecord, which: TestSet) -> Evaluation | None:
    """Return how a run classified one set of test images; None where it did not."""
    return run.official if which == "official" else run.evaluation


def evaluations_on(group: Group, which: TestSet) -> list[Evaluation]:
    """Return how the runs that ended ok classified one set of test images."""
    return [scored for run in group.ok if (scored := evaluation_on(run, which)) is not None]


def common_test_set(groups: Sequence[Group]) -> TestSet | None:
    """Return the set of test images that every group has scored, the official one where there is a choice."""
    sets: tuple[TestSet, ...] = ("official", "split")
    return next((which for which in sets if all(evaluations_on(group, which) for group in groups)), None)


def mean_accuracy(group: Group, which: TestSet) -> MeanAccuracy | Missing:
    """Return the mean accuracy of a group on one set of test images."""
    found = evaluations_on(group, which)
    if not found:
        return Missing("no run that ended ok classified these test images")
    values = [scored.accuracy for scored in found]
    mean = statistics.fmean(values)
    if len(values) < 2:
        reason = Missing("one seed: no interval")
        return MeanAccuracy(mean, reason, reason, 1, found[0].n_images)
    half = half_width(values)
    return MeanAccuracy(mean, max(0.0, mean - half), min(1.0, mean + half), len(values), found[0].n_images)


def half_width(values: Sequence[float]) -> float:
    """Return half the width of the 95 % t interval of a mean over seeds; at least two values."""
    from scipy.stats import t  # half a second of start-up

    return float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))
