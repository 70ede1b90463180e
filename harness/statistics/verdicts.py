"""Verdicts on all declared comparisons of a study together, and the sentence of each."""

import dataclasses
import enum
from collections.abc import Sequence

import numpy as np

from harness.errors import StatisticsError
from harness.statistics.comparison import Comparison
from harness.statistics.crossed import ALPHA
from harness.statistics.difference import FEWEST_SEEDS, Number
from harness.text import Missing, counted


class Verdict(enum.StrEnum):
    """What a comparison allows to say; "not significant" alone never means "equal"."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"
    DESCRIPTIVE = "descriptive"


@dataclasses.dataclass(frozen=True)
class Judgement:
    """A comparison with its verdict.

    Attributes:
        comparison: What was compared.
        verdict: Of our head against the other one.
        within_margin: The heads differ, and by less than the margin.
        p_holm: p of "no difference", adjusted for all declared comparisons.
        equivalence_p_holm: p of "as far apart as the margin", adjusted for all declared comparisons.
    """

    comparison: Comparison
    verdict: Verdict
    within_margin: bool
    p_holm: Number
    equivalence_p_holm: Number


def judge(comparisons: Sequence[Comparison], *, n_declared: int | None = None) -> tuple[Judgement, ...]:
    """Return the verdict of each comparison, in the same order.

    Differences and equivalences are two families of tests. In each, the chance of one wrong claim or more is at most 5 %.
    A comparison without a p-value counts in the family as p = 1, because it was declared.

    Args:
        comparisons: All declared comparisons of a study. To leave one out after looking at it makes the others wrong.
        n_declared: Declared comparisons, with those that cannot be made, of which runs are missing; all of these if not given.

    Raises:
        StatisticsError: fewer comparisons were declared than there are.
    """
    family = len(comparisons) if n_declared is None else n_declared
    if family < len(comparisons):
        raise StatisticsError(
            f"judge: expected at least {len(comparisons)} declared comparisons, got n_declared = {n_declared}; "
            "count those too that cannot be made"
        )
    differences = holm([comparison.p for comparison in comparisons], family)
    equivalences = holm([comparison.equivalence_p for comparison in comparisons], family)
    return tuple(
        _judgement(comparison, p, equivalence_p)
        for comparison, p, equivalence_p in zip(comparisons, differences, equivalences, strict=True)
    )


def holm(p_values: Sequence[Number], family: int) -> list[Number]:
    """Return p-values adjusted by Holm's step-down method; a missing one stays missing.

    Args:
        p_values: Those of the tests that were made.
        family: The number of tests; those without a p-value count as p = 1.

    Source: Holm, Scandinavian Journal of Statistics 6, 65 (1979).
    """
    known = np.array([1.0 if isinstance(p, Missing) else p for p in p_values])
    order = np.argsort(known, kind="stable")
    factors = family - np.arange(len(known))
    adjusted = np.empty_like(known)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(known[order] * factors))
    return [p if isinstance(p, Missing) else float(new) for p, new in zip(p_values, adjusted, strict=True)]


def _judgement(comparison: Comparison, p: Number, equivalence_p: Number) -> Judgement:
    different, equivalent = _passes(p), _passes(equivalence_p)
    if isinstance(equivalence_p, Missing):
        verdict = Verdict.DESCRIPTIVE
    elif different:
        verdict = Verdict.BETTER if comparison.effect_pp > 0 else Verdict.WORSE
    else:
        verdict = Verdict.EQUIVALENT if equivalent else Verdict.INCONCLUSIVE
    return Judgement(comparison, verdict, different and equivalent, p, equivalence_p)


def _passes(p: Number) -> bool:
    return not isinstance(p, Missing) and p <= ALPHA


def sentence(judgement: Judgement, ours: str, theirs: str) -> str:
    """Return the comparison in one sentence.

    Args:
        judgement: The comparison with its verdict.
        ours: The name of our head.
        theirs: The name of the other head.
    """
    comparison = judgement.comparison
    ends = [end for end in (comparison.low_pp, comparison.high_pp) if not isinstance(end, Missing)]
    # three decimals where an end of the interval would look like zero
    decimals = 3 if any(end and abs(end) < 0.005 for end in ends) else 2
    size = f"{counted(comparison.n_seeds, 'seed')} x {counted(comparison.n_images, 'image')}"
    interval = f"95 % CI {' to '.join(points(end, decimals) for end in ends)}; " if ends else ""
    effect = points(comparison.effect_pp, decimals)
    note = f" ({comparison.note})" if comparison.note else ""
    return f"{ours} against {theirs}: {effect} points ({interval}{size}): {conclusion(judgement)}{note}."


def conclusion(judgement: Judgement) -> str:
    """Return the verdict in words, without the numbers of the comparison."""
    comparison = judgement.comparison
    margin = f"{comparison.margin_pp:g} points"
    match judgement.verdict:
        case Verdict.DESCRIPTIVE if comparison.n_seeds < FEWEST_SEEDS:
            return f"descriptive only, because a test needs at least {FEWEST_SEEDS} seeds"
        case Verdict.DESCRIPTIVE:
            return "descriptive only, because a test needs at least two images"
        case Verdict.EQUIVALENT:
            return f"equivalent within {margin}"
        case Verdict.INCONCLUSIVE:
            if any(_passes(p) for p in (judgement.p_holm, judgement.equivalence_p_holm)):
                return "inconclusive, because failed runs could change the verdict"
            return f"inconclusive, neither a difference nor equivalence within {margin} is shown{_reach(comparison)}"
        case verdict:
            return f"{verdict}, by less than {margin}" if judgement.within_margin else str(verdict)


def _reach(comparison: Comparison) -> str:
    if isinstance(comparison.detectable_pp, Missing):
        return ""
    return f"; such a study finds a difference of {comparison.detectable_pp:.2f} points with 80 % power"


def points(value: float, decimals: int = 2) -> str:
    """Return percentage points with their sign; a value that rounds to zero is "+0.00"."""
    return f"{round(value, decimals) + 0.0:+.{decimals}f}"
