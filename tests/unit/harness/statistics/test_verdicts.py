"""Verdicts and their sentences; on null data, no more verdicts than the nominal rate."""

import dataclasses

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from harness.errors import StatisticsError
from harness.statistics import Comparison, Verdict, compare, judge, sentence
from harness.statistics.verdicts import holm, points
from harness.text import Missing

_NONE = Missing("too few seeds")


def _comparison(effect_pp: float = 0.4, half_pp: float = 0.3, **changes: object) -> Comparison:
    """Return a comparison of 10 seeds and 10,000 images with given numbers."""
    answers = np.random.default_rng(0).random((10, 50)) < 0.9
    values = {
        "n_images": 10_000, "effect_pp": effect_pp, "low_pp": effect_pp - half_pp, "high_pp": effect_pp + half_pp,
        "p": 0.5, "equivalence_p": 0.5, "detectable_pp": 0.42, "note": "", **changes,
    }  # fmt: skip
    return dataclasses.replace(compare(answers, ~answers), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_that_of_statsmodels(seed: int) -> None:
    """Adjusted p-values agree with statsmodels; a missing p counts as 1 and stays missing."""
    rng = np.random.default_rng(seed)
    p_values = (rng.random(6) * rng.choice([0.01, 1], size=6)).tolist()
    assert holm(p_values, 6) == pytest.approx(multipletests(p_values, method="holm")[1], rel=1e-12)

    expected = multipletests([*p_values[:3], 1.0, *p_values[3:], 1.0], method="holm")[1]
    with_missing = holm([*p_values[:3], _NONE, *p_values[3:]], 8)
    assert with_missing[3] is _NONE
    assert [p for p in with_missing if p is not _NONE] == pytest.approx([*expected[:3], *expected[4:7]], rel=1e-12)


@pytest.mark.parametrize(
    ("p", "equivalence_p", "effect_pp", "verdict", "within"),
    [
        (0.05, 0.9, 0.8, Verdict.BETTER, False),
        (0.05, 0.9, -0.8, Verdict.WORSE, False),
        (0.01, 0.05, 0.2, Verdict.BETTER, True),
        (0.01, 0.05, -0.2, Verdict.WORSE, True),
        (0.051, 0.05, 0.1, Verdict.EQUIVALENT, False),
        (0.051, 0.051, 0.1, Verdict.INCONCLUSIVE, False),
        (_NONE, 0.01, 0.0, Verdict.EQUIVALENT, False),
        (_NONE, 0.2, 0.0, Verdict.INCONCLUSIVE, False),
        (_NONE, _NONE, 0.7, Verdict.DESCRIPTIVE, False),
    ],
)
def test_verdicts(p: object, equivalence_p: object, effect_pp: float, verdict: Verdict, within: bool) -> None:
    """A claim needs its own p of 5 % or less; a difference may also be shown to be small."""
    judgement = judge([_comparison(effect_pp, p=p, equivalence_p=equivalence_p)])[0]
    assert (judgement.verdict, judgement.within_margin) == (verdict, within)


def test_the_families_are_adjusted_apart() -> None:
    """What is enough alone is not enough among several; differences and equivalences do not count for each other."""
    several = [_comparison(p=0.03, equivalence_p=0.9), _comparison(p=0.04, equivalence_p=0.04), _comparison(p=_NONE)]
    judged = judge(several)

    assert judge(several[:1])[0].verdict is Verdict.BETTER
    assert [judgement.verdict for judgement in judged] == [Verdict.INCONCLUSIVE] * 3
    assert [judgement.p_holm for judgement in judged] == [pytest.approx(0.09), pytest.approx(0.09), _NONE]
    assert judged[1].equivalence_p_holm == pytest.approx(0.12)
    assert judge([]) == ()


def test_comparisons_that_could_not_be_made_count() -> None:
    """A declared comparison without runs counts in both families."""
    judgement = judge([_comparison(p=0.02, equivalence_p=0.02)], n_declared=3)[0]
    assert (judgement.p_holm, judgement.equivalence_p_holm) == pytest.approx((0.06, 0.06))
    with pytest.raises(StatisticsError, match="at least 2 declared comparisons, got n_declared = 1"):
        judge([_comparison()] * 2, n_declared=1)


@pytest.mark.parametrize(
    ("comparison", "text"),
    [
        (
            _comparison(0.03, 0.13, p=0.6, equivalence_p=0.001),
            "eq7 against cosine: +0.03 points (95 % CI -0.10 to +0.16; 10 seeds x 10,000 images): equivalent within 0.5 points.",
        ),
        (
            _comparison(1.1, 0.2, p=0.001),
            "eq7 against cosine: +1.10 points (95 % CI +0.90 to +1.30; 10 seeds x 10,000 images): better.",
        ),
        (
            _comparison(-0.2, 0.1, p=0.001, equivalence_p=0.001),
            "eq7 against cosine: -0.20 points (95 % CI -0.30 to -0.10; 10 seeds x 10,000 images): worse, by less than 0.5 points.",
        ),
        (
            _comparison(0.4, 0.5),
            "eq7 against cosine: +0.40 points (95 % CI -0.10 to +0.90; 10 seeds x 10,000 images): inconclusive, neither a "
            "difference nor equivalence within 0.5 points is shown; such a study finds a difference of 0.42 points with 80 % power.",
        ),
        (
            _comparison(0.4, n_seeds=3, low_pp=_NONE, high_pp=_NONE, p=_NONE, equivalence_p=_NONE),
            "eq7 against cosine: +0.40 points (3 seeds x 10,000 images): descriptive only, because a test needs at least 5 seeds.",
        ),
        (
            _comparison(0.4, n_images=1, low_pp=_NONE, high_pp=_NONE, p=_NONE, equivalence_p=_NONE),
            "eq7 against cosine: +0.40 points (10 seeds x 1 image): descriptive only, because a test needs at least two images.",
        ),
        (
            _comparison(0, 0.04, p=_NONE, detectable_pp=_NONE, note="identical on all 100,000 answers"),
            "eq7 against cosine: +0.00 points (95 % CI -0.04 to +0.04; 10 seeds x 10,000 images): inconclusive, neither a "
            "difference nor equivalence within 0.5 points is shown (identical on all 100,000 answers).",
        ),
        (
            _comparison(0.204, 0.2, p=0.04),
            "eq7 against cosine: +0.204 points (95 % CI +0.004 to +0.404; 10 seeds x 10,000 images): better.",
        ),
    ],
)  # fmt: skip
def test_sentences(comparison: Comparison, text: str) -> None:
    """The sentence of each verdict, word for word."""
    assert sentence(judge([comparison])[0], "eq7", "cosine") == text


def test_points() -> None:
    """A value that rounds to zero has no minus sign."""
    assert [points(value) for value in (-0.004, 0.004, -0.006, 12.345)] == ["+0.00", "+0.00", "-0.01", "+12.35"]


def _verdicts(shift: float, *, studies: int, seed: int) -> list[Verdict]:
    """Return verdicts of studies with 6 seeds and 800 images; ``shift`` makes our head better, 0 makes both equal."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(studies):
        images = rng.normal(1.5, 1, size=800)
        ours, theirs = (
            images + rng.normal(0, 0.05, size=(6, 1)) + 0.3 * rng.normal(size=800) + rng.normal(0, 0.5, size=(6, 800))
            for _ in range(2)
        )
        found.append(judge([compare(ours + shift > 0, theirs > 0, margin_pp=5)])[0].verdict)
    return found


def test_null_data_give_no_verdict_beyond_the_nominal_rate() -> None:
    """Equal heads are called better or worse in at most 5 % of 400 studies, but for chance: 1 in 1,000 that it is more."""
    verdicts = _verdicts(0, studies=400, seed=0)
    wrong = sum(verdict in (Verdict.BETTER, Verdict.WORSE) for verdict in verdicts)

    assert stats.binom.sf(wrong - 1, 400, 0.05) > 1e-3
    assert verdicts.count(Verdict.EQUIVALENT) > 200  # so the data are not merely too noisy for any verdict


def test_a_real_difference_is_found() -> None:
    """Heads that differ by about six points are told apart: the null test above does not pass by saying nothing."""
    verdicts = _verdicts(0.5, studies=50, seed=1)
    assert verdicts.count(Verdict.BETTER) == 50
    assert Verdict.EQUIVALENT not in verdicts
