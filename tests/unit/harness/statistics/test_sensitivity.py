"""Failed runs: common seeds, and what the verdict would be with the failed at chance."""

import numpy as np
import pytest

from harness.errors import StatisticsError
from harness.statistics import Attempts, Verdict, compare, judge, sensitivity, sentence
from harness.statistics.crossed import MeanSquares, detection_factor
from harness.text import Missing

_RNG = np.random.default_rng(0)
_IMAGES = _RNG.normal(1.5, 1, size=3000)
_OURS, _THEIRS = (
    _IMAGES + shift + _RNG.normal(0, 0.02, size=(8, 1)) + 0.3 * _RNG.normal(size=(8, 3000)) > 0 for shift in (0.3, 0)
)


def _attempts(lost_ours: tuple[int, ...] = (), lost_theirs: tuple[int, ...] = (), *, n_classes: int = 10) -> Attempts:
    sides = ((_OURS, lost_ours), (_THEIRS, lost_theirs))
    ours, theirs = ([None if n in lost else row for n, row in enumerate(rows)] for rows, lost in sides)
    return Attempts(ours, theirs, n_classes)


def test_without_failures_it_is_the_judgement() -> None:
    """Where no run failed, nothing changes."""
    (found,) = sensitivity([_attempts()])
    assert found.judgement == judge([compare(_OURS, _THEIRS)])[0]
    assert found.judgement.verdict is Verdict.BETTER
    assert (found.n_common, found.n_seeds, found.changed) == (8, 8, False)
    assert found.at_chance == Missing("no run failed")


def test_a_failed_run_that_could_change_the_verdict() -> None:
    """One failed run at chance takes the verdict away, and the sentence says why and how many seeds are left."""
    (found,) = sensitivity([_attempts(lost_ours=(2,))])

    assert not isinstance(found.judgement, Missing)
    assert not isinstance(found.at_chance, Missing)
    assert (found.judgement.verdict, found.at_chance.verdict, found.changed) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE, True)  # fmt: skip
    assert found.judgement.comparison.n_seeds == 7
    assert sentence(found.judgement, "eq7", "linear").endswith(
        "7 seeds x 3,000 images): inconclusive, because failed runs could change the verdict (7 of 8 seeds, the others failed)."
    )


def test_chance_accuracy() -> None:
    """A failed run counts as right on one image of n_classes, on each image alike."""
    (found,) = sensitivity([_attempts(lost_ours=(2,), n_classes=4)])
    assert not isinstance(found.at_chance, Missing)
    comparison = found.at_chance.comparison
    rows = (_OURS.astype(float) - _THEIRS).mean(axis=1)
    rows[2] = 0.25 - _THEIRS[2].mean()

    assert comparison.n_seeds == 8
    assert comparison.effect_pp == pytest.approx(100 * rows.mean(), rel=1e-12)
    assert comparison.seeds_only.high_pp - comparison.effect_pp == pytest.approx(  # type: ignore[union-attr]
        100 * 2.364624 * rows.std(ddof=1) / np.sqrt(8), rel=1e-6
    )
    both = sum((_OURS[n] & ~_THEIRS[n]).sum() for n in range(8) if n != 2)
    assert comparison.ours_only == pytest.approx(both + 0.25 * (~_THEIRS[2]).sum(), abs=1)


def test_the_numbers_at_chance_are_those_of_expected_answers() -> None:
    """With 0.1 in the place of each answer of a failed run, ten classes being usual, all numbers follow."""
    (found,) = sensitivity([_attempts(lost_ours=(2,), lost_theirs=(5,))])
    assert not isinstance(found.at_chance, Missing)
    comparison = found.at_chance.comparison
    ours, theirs = _OURS.astype(float), _THEIRS.astype(float)
    ours[2], theirs[5] = 0.1, 0.1
    estimate = MeanSquares.of(ours - theirs).estimate()

    numbers = (comparison.ours_accuracy, comparison.theirs_accuracy, comparison.se_pp, comparison.df, comparison.p)
    expected = (ours.mean(), theirs.mean(), float(100 * estimate.se), float(estimate.df), float(estimate.p_value()))
    assert numbers == pytest.approx(expected, rel=1e-9)
    assert comparison.detectable_pp == pytest.approx(comparison.se_pp * detection_factor(estimate.df), rel=1e-9)
    assert comparison.ours_only == pytest.approx((ours * (1 - theirs)).sum(), abs=0.5)
    assert comparison.theirs_only == pytest.approx((theirs * (1 - ours)).sum(), abs=0.5)


def test_two_classes() -> None:
    """With two classes, chance accuracy is one half."""
    (found,) = sensitivity([_attempts(lost_ours=(2,), n_classes=2)])
    assert not isinstance(found.at_chance, Missing)
    rows = (_OURS.astype(float) - _THEIRS).mean(axis=1)
    rows[2] = 0.5 - _THEIRS[2].mean()
    assert found.at_chance.comparison.effect_pp == pytest.approx(100 * rows.mean(), rel=1e-12)


def test_a_seed_that_both_lost_does_not_change_the_verdict() -> None:
    """Where both heads failed with one seed, both are at chance and the difference is 0."""
    (found,) = sensitivity([_attempts((2,), (2,))])
    assert not isinstance(found.judgement, Missing)
    assert (found.judgement.verdict, found.n_common, found.changed) == (Verdict.BETTER, 7, False)


def test_too_few_common_seeds_are_descriptive() -> None:
    """Below five common seeds the verdict is descriptive, and failed runs cannot make it another one."""
    (found,) = sensitivity([_attempts(lost_ours=(0, 1), lost_theirs=(2, 3))])
    assert not isinstance(found.judgement, Missing)
    assert (found.judgement.verdict, found.n_common, found.changed) == (Verdict.DESCRIPTIVE, 4, False)


def test_no_common_seed() -> None:
    """A pair without a common seed has no comparison, and still counts among the declared ones."""
    nothing, whole = sensitivity([_attempts(lost_ours=tuple(range(8))), _attempts()])
    assert nothing.judgement == nothing.at_chance == Missing("no seed has answers of both heads")
    assert whole.judgement == judge([compare(_OURS, _THEIRS)], n_declared=2)[0]


def test_what_is_refused() -> None:
    """Heads with other numbers of seeds, seeds with other images, and one class are refused."""
    with pytest.raises(StatisticsError, match="each seed, got 2 of ours and 3 of theirs"):
        sensitivity([Attempts(list(_OURS[:2]), list(_THEIRS[:3]), 10)])
    with pytest.raises(StatisticsError, match=r"got the shapes \[\(7,\), \(3000,\)\]"):
        sensitivity([Attempts([_OURS[0], _OURS[1][:7]], list(_THEIRS[:2]), 10)])
    with pytest.raises(StatisticsError, match="at least 2 classes, got 1"):
        sensitivity([_attempts(n_classes=1)])
    with pytest.raises(StatisticsError, match="got 0"):
        sensitivity([_attempts()], margin_pp=0)
