"""Accuracies of two folders: Welch's test over seeds, and when there is none."""

import numpy as np
import pytest
from scipy import stats
from unit.harness.report.example_studies import answered, answers, results_of

from harness.report.numbers.same_accuracies import Finding, group_pairs, same_accuracies
from harness.report.numbers.same_runs import same_runs
from harness.text import Missing

_ONE, _OTHER = [0.90, 0.91, 0.93, 0.92, 0.94], [0.92, 0.91, 0.95]


def _compared(ours, theirs):
    """Return what is found of two folders with these records by label."""
    first, second = results_of(ours), results_of(theirs)
    return same_accuracies(group_pairs(first, second), same_runs(first, second))


def test_welch_is_scipys():
    """Difference, interval and p are those of scipy's unequal-variance test, to 1e-12."""
    (found,) = _compared({"a": answered("a", answers(_ONE))}, {"a": answered("a", answers(_OTHER), first_seed=10)})
    expected = stats.ttest_ind(_ONE, _OTHER, equal_var=False)
    interval = expected.confidence_interval(0.95)

    assert found.difference_pp == pytest.approx(100 * (np.mean(_ONE) - np.mean(_OTHER)), abs=1e-12)
    assert (found.low_pp, found.high_pp) == pytest.approx((100 * interval.low, 100 * interval.high), abs=1e-12)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)
    assert (found.ours_seeds, found.theirs_seeds, found.test_set) == (5, 3, "split")
    assert found.finding is Finding.AGREE


def test_holm_counts_the_configurations():
    """P = 0.03 is a difference alone, and none among two; the second configuration is far from one."""
    one, other = [0.900, 0.904, 0.908, 0.902], [0.906, 0.910, 0.908, 0.911]
    p = stats.ttest_ind(one, other, equal_var=False).pvalue
    assert 0.025 < p < 0.05
    ours, theirs = answered("a", answers(one)), answered("a", answers(other), first_seed=10)
    alone = _compared({"a": ours}, {"a": theirs})
    assert [found.finding for found in alone] == [Finding.DIFFER]

    linear = answered("linear", answers(one)), answered("linear", answers(one), first_seed=10)
    both = _compared({"a": ours, "linear": linear[0]}, {"a": theirs, "linear": linear[1]})
    assert [found.finding for found in both] == [Finding.AGREE, Finding.AGREE]
    assert both[0].p_holm == pytest.approx(2 * p, abs=1e-12)


def test_equal_runs_need_no_test():
    """Where all runs are equal bit for bit, the configuration is identical and counts in no correction."""
    same = {"a": answered("a", answers(_ONE))}
    (found,) = _compared(same, same)
    assert found.finding is Finding.IDENTICAL
    assert isinstance(found.p, Missing)


def test_some_of_the_seeds_with_equal_runs_need_no_test():
    """A folder with some of the seeds has another mean, which says nothing; further seeds on both sides are tested."""
    first, more, others = answered("a", answers(_ONE)), *(answered("a", answers([0.9]), first_seed=n) for n in (10, 20))
    (part,) = _compared({"a": first}, {"a": [*first, *more]})
    (both,) = _compared({"a": [*first, *others]}, {"a": [*first, *more]})
    assert part.finding is Finding.IDENTICAL
    assert both.finding is Finding.AGREE
    assert not isinstance(both.p, Missing)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ([0.9], [0.8, 0.7], "a test needs at least 2 seeds in each folder"),
        ([0.9, 0.9], [0.8, 0.8], "no spread over seeds in either folder"),
    ],
)
def test_without_a_spread_there_is_no_test(one, other, reason):
    """Then nothing is claimed, and the reason is said."""
    (found,) = _compared({"a": answered("a", answers(one))}, {"a": answered("a", answers(other), first_seed=10)})
    assert found.finding is Finding.NOT_TESTED
    assert found.p == Missing(reason)


def test_one_constant_side_is_tested():
    """The spread of the other side suffices."""
    (found,) = _compared(
        {"a": answered("a", answers([0.9, 0.9]))}, {"a": answered("a", answers([0.8, 0.81, 0.82]), first_seed=10)}
    )
    assert found.finding is Finding.DIFFER


def test_configurations_are_matched_by_what_was_asked():
    """A renamed configuration is the same one; other shots, images or circuits are not."""
    first = answered("a", answers(_ONE))
    assert len(_compared({"a": first}, {"renamed": first})) == 1
    for changes in ({"spec": {"shots": 10}}, {"dataset": first[0].dataset.model_copy(update={"sha256": "e"})}):
        assert _compared({"a": first}, {"a": answered("a", answers(_ONE), **changes)}) == ()


def test_the_official_images_are_preferred():
    """Both folders have them: they decide."""
    official = answers([0.5, 0.6])
    first = [
        run.model_copy(update={"official": other.evaluation})
        for run, other in zip(answered("a", answers(_ONE[:2])), answered("a", official), strict=True)
    ]
    (found,) = _compared({"a": first}, {"a": first})
    assert (found.test_set, found.ours) == ("official", pytest.approx(0.55))
