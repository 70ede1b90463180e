"""Failed runs: the verdict on the seeds that both heads have, and whether the failed runs could change it."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from harness.errors import StatisticsError
from harness.statistics.comparison import MARGIN_PP, Comparison, check_margin, compare, compared
from harness.statistics.verdicts import Judgement, Verdict, judge
from harness.text import Missing

Answers = Sequence[np.ndarray | None]


@dataclasses.dataclass(frozen=True)
class Attempts:
    """What two heads answered, one entry for each seed of the plan, in the same order.

    Attributes:
        ours: True where an image was classified rightly, bool, shape (n_images,); None where the run failed.
        theirs: The same of the other head.
        n_classes: Classes of the data set; chance accuracy is 1 / n_classes.
    """

    ours: Answers
    theirs: Answers
    n_classes: int


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """The verdict on a pair of heads some of whose runs failed.

    Attributes:
        judgement: The verdict on the common seeds; inconclusive where failed runs could change it.
        at_chance: The judgement on all seeds, with each failed run at chance accuracy; missing where no run failed.
        n_common: Seeds that both heads have.
        n_seeds: Seeds of the plan.
        changed: The failed runs could change the verdict.
    """

    judgement: Judgement | Missing
    at_chance: Judgement | Missing
    n_common: int
    n_seeds: int
    changed: bool


def sensitivity(pairs: Sequence[Attempts], *, margin_pp: float = MARGIN_PP) -> tuple[Sensitivity, ...]:
    """Judge all declared pairs, and judge them again with each failed run at chance accuracy.

    Args:
        pairs: All declared pairs; see ``judge``.
        margin_pp: The difference that counts as small, in percentage points.

    Raises:
        StatisticsError: the heads of a pair do not have one entry for each seed, or their answers cannot be compared.
    """
    check_margin(margin_pp)
    for attempts in pairs:
        if attempts.n_classes < 2:
            raise StatisticsError(
                f"sensitivity: expected at least 2 classes, got {attempts.n_classes}; give those of the data set"
            )
    common = [_on_common_seeds(attempts, margin_pp) for attempts in pairs]
    judged = _judged(common)
    at_chance = _judged([_at_chance(attempts, margin_pp) for attempts in pairs])
    return tuple(_outcome(*parts) for parts in zip(pairs, judged, at_chance, strict=True))


def _both(attempts: Attempts) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(ours, theirs) for ours, theirs in _seeds(attempts) if ours is not None and theirs is not None]


def _seeds(attempts: Attempts) -> list[tuple[np.ndarray | None, np.ndarray | None]]:
    if len(attempts.ours) != len(attempts.theirs):
        raise StatisticsError(
            f"sensitivity: expected an entry of both heads for each seed, got {len(attempts.ours)} of ours and "
            f"{len(attempts.theirs)} of theirs; put None where a run failed"
        )
    return list(zip(attempts.ours, attempts.theirs, strict=True))


def _on_common_seeds(attempts: Attempts, margin_pp: float) -> Comparison | None:
    both = _both(attempts)
    if not both:
        return None
    found = compare(*(_stacked(list(side)) for side in zip(*both, strict=True)), margin_pp=margin_pp)
    if len(both) == len(attempts.ours):
        return found
    lost = f"{len(both)} of {len(attempts.ours)} seeds, the others failed"
    return dataclasses.replace(found, note=f"{lost}; {found.note}" if found.note else lost)


def _at_chance(attempts: Attempts, margin_pp: float) -> Comparison | None:
    """Compare all seeds; answers count in units of 1 / n_classes, so a run at chance has one unit for each image."""
    both = _both(attempts)
    if not both:
        return None
    chance = np.ones(both[0][0].shape, np.int64)
    sides = (
        np.stack([chance if row is None else row.astype(np.int64) * attempts.n_classes for row in side])
        for side in (attempts.ours, attempts.theirs)
    )
    return compared(*sides, unit=attempts.n_classes, margin_pp=margin_pp)


def _stacked(rows: list[np.ndarray]) -> np.ndarray:
    shapes = {row.shape for row in rows}
    if len(shapes) > 1:
        raise StatisticsError(
            f"sensitivity: expected the same images for every seed of a head, got the shapes {sorted(shapes)}; "
            "leave out runs on other images"
        )
    return np.stack(rows)


def _judged(comparisons: Sequence[Comparison | None]) -> list[Judgement | Missing]:
    made = iter(judge([found for found in comparisons if found is not None], n_declared=len(comparisons)))
    return [Missing("no seed has answers of both heads") if found is None else next(made) for found in comparisons]


def _outcome(attempts: Attempts, judgement: Judgement | Missing, at_chance: Judgement | Missing) -> Sensitivity:
    n_common, n_seeds = len(_both(attempts)), len(attempts.ours)
    if isinstance(judgement, Missing) or isinstance(at_chance, Missing) or n_common == n_seeds:
        none = Missing("no run failed") if n_common == n_seeds else at_chance
        return Sensitivity(judgement, none, n_common, n_seeds, changed=False)
    changed = judgement.verdict not in (at_chance.verdict, Verdict.DESCRIPTIVE)
    if changed:
        judgement = dataclasses.replace(judgement, verdict=Verdict.INCONCLUSIVE, within_margin=False)
    return Sensitivity(judgement, at_chance, n_common, n_seeds, changed)
