"""``compare``: its numbers by hand, its refusals, and words in place of numbers that do not exist."""

import dataclasses
import math
import re

import numpy as np
import pytest
from scipy import stats

from harness.errors import StatisticsError
from harness.statistics import Comparison, Components, Interval, compare
from harness.statistics.crossed import MeanSquares
from harness.text import Missing


def _answers(n_seeds: int, n_images: int, *, share: float = 0.9, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n_seeds, n_images)) < share


def test_numbers_of_a_study() -> None:
    """Every number is that of its definition, in percentage points."""
    ours, theirs = _answers(6, 400), _answers(6, 400, share=0.88, seed=1)
    difference = ours.astype(int) - theirs
    estimate = MeanSquares.of(difference).estimate()
    t = stats.t(float(estimate.df))
    found = compare(ours, theirs, margin_pp=2)

    assert (found.n_seeds, found.n_images, found.margin_pp, found.note) == (6, 400, 2, "")
    assert (found.ours_accuracy, found.theirs_accuracy) == (ours.mean(), theirs.mean())
    assert found.effect_pp == pytest.approx(100 * difference.mean(), rel=1e-12)
    assert found.se_pp == pytest.approx(100 * estimate.se, rel=1e-12)
    assert found.df == pytest.approx(estimate.df, rel=1e-12)
    half = t.ppf(0.975) * found.se_pp
    assert (found.low_pp, found.high_pp) == pytest.approx((found.effect_pp - half, found.effect_pp + half), rel=1e-10)
    assert found.p == pytest.approx(2 * t.sf(abs(found.effect_pp) / found.se_pp), rel=1e-10)
    assert found.equivalence_p == pytest.approx(t.sf((2 - abs(found.effect_pp)) / found.se_pp), rel=1e-10)
    assert found.detectable_pp == pytest.approx((t.ppf(0.975) + t.ppf(0.80)) * found.se_pp, rel=1e-10)
    assert found.provable_pp == pytest.approx((t.ppf(0.95) + t.ppf(0.90)) * found.se_pp, rel=1e-10)
    assert found.components == MeanSquares.of(difference).components()
    assert (found.ours_only, found.theirs_only) == ((ours & ~theirs).sum(), (theirs & ~ours).sum())
    assert found.sign_flip_floor == 2 / 2**6


def test_seeds_only_is_the_paired_t_of_scipy() -> None:
    """The interval on these test images is scipy's paired t over seeds."""
    ours, theirs = _answers(7, 300), _answers(7, 300, seed=1)
    expected = stats.ttest_rel(100 * ours.mean(axis=1), 100 * theirs.mean(axis=1)).confidence_interval(0.95)
    found = compare(ours, theirs).seeds_only

    assert isinstance(found, Interval)
    assert (found.low_pp, found.high_pp) == pytest.approx((expected.low, expected.high), rel=1e-10)


def test_the_other_way_round() -> None:
    """Exchanging the heads changes the signs and nothing else."""
    ours, theirs = _answers(6, 400), _answers(6, 400, share=0.88, seed=1)
    one, other = compare(ours, theirs), compare(theirs, ours)

    assert (other.effect_pp, other.low_pp, other.high_pp) == pytest.approx((-one.effect_pp, -one.high_pp, -one.low_pp))
    for name in ("p", "se_pp", "df", "components", "sign_flip_p", "equivalence_p", "detectable_pp", "provable_pp"):
        assert getattr(one, name) == getattr(other, name)
    assert (one.ours_only, one.theirs_only) == (other.theirs_only, other.ours_only)


def test_the_order_of_seeds_and_images_does_not_matter() -> None:
    """A comparison is the same to the last bit when seeds and images stand in another order."""
    ours, theirs = _answers(6, 400), _answers(6, 400, seed=1)
    rng = np.random.default_rng(2)
    order = np.ix_(rng.permutation(6), rng.permutation(400))
    one, other = compare(ours, theirs), compare(ours[order], theirs[order])

    assert dataclasses.replace(one, seeds_only=other.seeds_only) == other  # a sum of floats, in another order
    assert one.seeds_only.low_pp == pytest.approx(other.seeds_only.low_pp)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ([[True]], np.ones((1, 1), bool), "expected ours to be a boolean array of shape (n_seeds, n_images), got list"),
        (np.ones((2, 3), bool), np.ones((2, 3)), "expected theirs to be a boolean array of shape (n_seeds, n_images), got the dtype float64"),
        (np.ones(3, bool), np.ones(3, bool), "with at least one of each, got the shape (3,)"),
        (np.ones((2, 0), bool), np.ones((2, 0), bool), "with at least one of each, got the shape (2, 0)"),
        (np.ones((2, 3), bool), np.ones((1, 3), bool), "got 2 seeds x 3 images of ours and 1 seed x 3 images of theirs"),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(ours: object, theirs: object, words: str) -> None:
    """Another type, dtype or shape is refused, with what was expected and what came."""
    with pytest.raises(StatisticsError, match=re.escape(words)):
        compare(ours, theirs)  # type: ignore[arg-type]


@pytest.mark.parametrize("margin", [0, -0.5, 100, math.nan, math.inf])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    """A margin of 0 points or less, of 100 or more, or NaN is refused."""
    with pytest.raises(StatisticsError, match=f"between 0 and 100, got {margin}"):
        compare(_answers(5, 9), _answers(5, 9), margin_pp=margin)


def _missing(found: Comparison) -> dict[str, str]:
    """Return the numbers that do not exist, with their reasons; all others must be finite."""
    missing = {}
    for field in dataclasses.fields(found):
        match getattr(found, field.name):
            case Missing(reason):
                missing[field.name] = reason
            case Interval() | Components() as several:
                assert all(math.isfinite(value) for value in dataclasses.astuple(several))
            case str():
                pass
            case number:
                assert math.isfinite(number), field.name
    return missing


_TESTS = ("low_pp", "high_pp", "p", "seeds_only", "sign_flip_p", "sign_flip_floor", "equivalence_p", "detectable_pp", "provable_pp")  # fmt: skip


@pytest.mark.parametrize(("n_seeds", "reason"), [(1, "1 seed: a test"), (4, "4 seeds: a test needs at least 5")])
def test_few_seeds_get_no_test(n_seeds: int, reason: str) -> None:
    """Below five seeds there is an effect, and a spread from two seeds on, but no test and no interval."""
    missing = _missing(compare(_answers(n_seeds, 50), _answers(n_seeds, 50, seed=1)))

    assert all(missing.pop(name).startswith(reason) for name in _TESTS)
    assert set(missing) == (set() if n_seeds > 1 else {"se_pp", "df", "components"})


def test_two_seeds_and_two_images_have_a_spread() -> None:
    """From two of each on, there are components and a standard error."""
    found = compare(np.array([[True, False], [True, True]]), np.array([[False, False], [True, False]]))
    assert found.components == Components(seed=0, image=0, residual=1)
    assert found.se_pp == pytest.approx(50)


def test_one_image_gets_no_test() -> None:
    """One image says nothing of others."""
    missing = _missing(compare(_answers(6, 1), _answers(6, 1, seed=3)))

    assert {missing[name] for name in _TESTS} == {"1 image: a test needs at least two"}
    assert missing["df"] == "the spread needs at least two seeds and two images"


@pytest.mark.parametrize("share", [0, 0.8, 1])
def test_identical_answers(share: float) -> None:
    """Heads that agree everywhere: words, no p; the bound and the equivalence come from the number of images."""
    answers = _answers(5, 1000, share=share)
    found = compare(answers, answers.copy())
    missing = _missing(found)

    assert found.effect_pp == found.se_pp == 0
    assert missing["p"] == "the heads differ on 0 of 1,000 images: too few for a test of the difference"
    assert found.high_pp == pytest.approx(100 * (1 - 0.025 ** (1 / 1000)), rel=1e-9)
    assert found.low_pp == -found.high_pp  # type: ignore[operator]
    assert found.equivalence_p == pytest.approx(0.995**1000, rel=1e-9)
    assert "identical on all 5,000 answers" in found.note
    assert ("all of them wrong" in found.note) == (share == 0)


def test_the_fewest_answers() -> None:
    """One answer is called the same, two are counted."""
    assert compare(np.ones((1, 1), bool), np.ones((1, 1), bool)).note == "the same answer"
    assert compare(np.ones((1, 2), bool), np.ones((1, 2), bool)).note == "identical on all 2 answers"


def test_heads_that_rarely_differ_are_not_tested() -> None:
    """On fewer than ten differing images there is no p, however one-sided they are; the bound is Clopper-Pearson's."""
    theirs = _answers(5, 2000)
    theirs[:, :10] = False
    nine, ten = theirs.copy(), theirs.copy()
    nine[:, :9], ten[:, :10] = True, True
    found = compare(nine, theirs)

    assert isinstance(found.p, Missing)
    assert found.high_pp == pytest.approx(100 * stats.binomtest(9, 2000).proportion_ci(0.95).high, rel=1e-9)
    assert found.equivalence_p == pytest.approx(stats.binom.cdf(9, 2000, 0.005), rel=1e-9)
    assert found.note == "the heads differ on only 9 of 2,000 images"
    assert not isinstance(compare(ten, theirs).p, Missing)


def test_few_images_that_all_differ() -> None:
    """With all of a few images differing, nothing is known: the interval is everything."""
    found = compare(np.ones((5, 4), bool), np.zeros((5, 4), bool))
    assert (found.low_pp, found.high_pp) == (-100, 100)


@pytest.mark.parametrize("sign", [1, -1])
def test_all_answers_differ(sign: int) -> None:
    """One head right and the other wrong everywhere: no spread, and still a p and an interval, from the images."""
    right, wrong = np.ones((5, 100), bool), np.zeros((5, 100), bool)
    found = compare(*((right, wrong) if sign > 0 else (wrong, right)))
    missing = _missing(found)

    assert found.effect_pp == 100 * sign
    assert found.p == 2 / 2**100
    assert sorted((sign * found.low_pp, sign * found.high_pp)) == pytest.approx([100 * (2 * 0.025**0.01 - 1), 100])  # type: ignore[operator]
    assert missing["df"] == missing["detectable_pp"] == "all answers differ in the same way: there is no spread"
    assert found.equivalence_p == 1


def test_seeds_that_changed_nothing_are_named() -> None:
    """Equal rows of both heads are named: all of them, or how many are their own."""
    ours, theirs = _answers(1, 300), _answers(1, 300, seed=1)
    same = compare(np.repeat(ours, 6, axis=0), np.repeat(theirs, 6, axis=0))
    assert same.note == "the seed changed nothing"
    assert same.df == pytest.approx(299)
    assert isinstance(same.seeds_only, Missing)

    ours, theirs = _answers(6, 300), _answers(6, 300, seed=1)
    ours[4], theirs[4] = ours[0], theirs[0]
    assert compare(ours, theirs).note == "only 5 of 6 seeds have answers of their own, the others repeat them"
    assert compare(ours, _answers(6, 300, seed=1)).note == ""  # one head alone may repeat itself
