"""Configurations that two results folders have both: whether their accuracies differ by more than chance.

Another machine rounds otherwise, and training then goes another way: its runs are like runs of other seeds. So the two
sets of seeds are compared as independent samples. Runs of equal seeds on two machines tend to be alike, which makes the
interval too wide rather than too narrow.
"""

import dataclasses
import enum
import json
import math
import statistics
from collections.abc import Sequence

import numpy as np

from harness.report.numbers.accuracies import TestSet, common_test_set, evaluations_on
from harness.report.numbers.grouping import computed_by, configuration
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import Number
from harness.report.numbers.same_runs import SameRun
from harness.statistics.crossed import ALPHA, Estimate
from harness.statistics.verdicts import holm
from harness.text import Missing

FEWEST_SEEDS = 2
"""Of a spread on each side."""


class Finding(enum.StrEnum):
    """What is known of a configuration's two accuracies. "agree" means that no difference was found, not that there is none."""

    IDENTICAL = "equal runs"
    AGREE = "agree"
    DIFFER = "differ"
    NOT_TESTED = "not tested"


@dataclasses.dataclass(frozen=True)
class SameAccuracy:
    """The accuracies of one configuration in two results folders.

    Attributes:
        label: Of the configuration in the first folder.
        test_set: Which test images.
        ours: Mean accuracy in the first folder, between 0 and 1.
        theirs: The same in the second folder.
        ours_seeds: Number of runs in the first folder.
        theirs_seeds: The same in the second folder.
        difference_pp: Ours minus theirs, percentage points.
        low_pp: End of its 95 % Welch interval over seeds, on these test images; unadjusted.
        high_pp: The other end.
        p: Of "no difference".
        p_holm: The same, adjusted by Holm's method for all configurations that are tested.
        finding: What follows.
    """

    label: str
    test_set: TestSet
    ours: float
    theirs: float
    ours_seeds: int
    theirs_seeds: int
    difference_pp: float
    low_pp: Number
    high_pp: Number
    p: Number
    p_holm: Number
    finding: Finding


@dataclasses.dataclass(frozen=True)
class GroupPair:
    """A configuration's runs in each of two results folders."""

    ours: Group
    theirs: Group


def group_pairs(ours: Results, theirs: Results) -> list[GroupPair]:
    """Return the configurations that classified test images in both folders; labels and versions of the code may differ."""
    others = {_key(group, theirs): group for group in theirs.groups if group.evaluated}
    found = [(group, others.get(_key(group, ours))) for group in ours.groups if group.evaluated]
    return [GroupPair(mine, yours) for mine, yours in found if yours is not None]


def same_accuracies(pairs: Sequence[GroupPair], runs: Sequence[SameRun]) -> tuple[SameAccuracy, ...]:
    """Return the accuracies of each configuration.

    Args:
        pairs: What ``group_pairs`` returned.
        runs: What ``same_runs`` returned.
    """
    equal = {run.run_id for run in runs if run.equal}
    found = [_identical(pair, equal) or _tested(pair) for pair in pairs]
    tested = [one.p for one in found if not isinstance(one.p, Missing)]
    adjusted = iter(holm(tested, len(tested)))
    return tuple(one if isinstance(one.p, Missing) else _judged(one, next(adjusted)) for one in found)


def _judged(found: SameAccuracy, p_holm: Number) -> SameAccuracy:
    differ = not isinstance(p_holm, Missing) and p_holm <= ALPHA
    return dataclasses.replace(found, p_holm=p_holm, finding=Finding.DIFFER if differ else Finding.AGREE)


def _identical(pair: GroupPair, equal: set[str]) -> SameAccuracy | None:
    """Return the accuracies of two sets of runs of which one is a part of the other, bit for bit; None for others.

    A folder with some of the seeds has another mean, which says nothing of the machine.
    """
    mine, yours = ({run.run_id for run in group.evaluated} for group in (pair.ours, pair.theirs))
    if not (mine <= yours or yours <= mine) or not mine & yours <= equal:
        return None
    same = Missing("all runs that both have are equal, bit for bit")
    return _found(pair, low=same, high=same, p=same, finding=Finding.IDENTICAL)


def _tested(pair: GroupPair) -> SameAccuracy:
    mine, yours = (_accuracies(group, _test_set(pair)) for group in (pair.ours, pair.theirs))
    if min(len(mine), len(yours)) < FEWEST_SEEDS:
        return _untested(pair, f"a test needs at least {FEWEST_SEEDS} seeds in each folder")
    if len(set(mine)) == len(set(yours)) == 1:
        return _untested(pair, "no spread over seeds in either folder")
    estimate = _welch(mine, yours)
    low, high = (100 * float(end) for end in estimate.interval())
    return _found(pair, low=low, high=high, p=float(estimate.p_value()), finding=Finding.AGREE)


def _welch(mine: Sequence[float], yours: Sequence[float]) -> Estimate:
    """Return the difference of two means. Source: Welch, Biometrika 34, 28 (1947)."""
    one, other = (statistics.variance(values) / len(values) for values in (mine, yours))
    df = (one + other) ** 2 / (one**2 / (len(mine) - 1) + other**2 / (len(yours) - 1))
    mean = statistics.fmean(mine) - statistics.fmean(yours)
    return Estimate(np.asarray(mean), np.asarray(math.sqrt(one + other)), np.asarray(df))


def _untested(pair: GroupPair, reason: str) -> SameAccuracy:
    why = Missing(reason)
    return _found(pair, low=why, high=why, p=why, finding=Finding.NOT_TESTED)


def _found(pair: GroupPair, *, low: Number, high: Number, p: Number, finding: Finding) -> SameAccuracy:
    test_set = _test_set(pair)
    mine, yours = (_accuracies(group, test_set) for group in (pair.ours, pair.theirs))
    return SameAccuracy(
        label=pair.ours.label,
        test_set=test_set,
        ours=statistics.fmean(mine),
        theirs=statistics.fmean(yours),
        ours_seeds=len(mine),
        theirs_seeds=len(yours),
        difference_pp=100 * (statistics.fmean(mine) - statistics.fmean(yours)),
        low_pp=low,
        high_pp=high,
        p=p,
        p_holm=p,
        finding=finding,
    )


def _test_set(pair: GroupPair) -> TestSet:
    test_set = common_test_set([pair.ours, pair.theirs])
    assert test_set is not None, "both have classified the test images of their data"
    return test_set


def _accuracies(group: Group, test_set: TestSet) -> list[float]:
    return [scored.accuracy for scored in evaluations_on(group, test_set)]


def _key(group: Group, results: Results) -> str:
    """Return what was asked of a configuration and what its names stood for, without the version of our code."""
    trainer = next((run for run in results.runs if run.run_id == group.first.spec.weights_from), None)
    images = next((run.dataset.sha256 for run in group.runs if run.dataset), None)
    circuit = next((run.head.circuit for run in group.runs if run.head), None)
    asked = [configuration(group.first), configuration(trainer) if trainer else None]
    return json.dumps([*asked, images, computed_by(circuit) if circuit else None], sort_keys=True)
