"""How many seeds and images the next study needs, from the spread of this one."""

import dataclasses
import math

import numpy as np
from scipy import special

from harness.errors import StatisticsError
from harness.statistics.comparison import Comparison
from harness.statistics.crossed import LEVEL, Components, MeanSquares, detection_factor, equivalence_factor
from harness.statistics.difference import FEWEST_SEEDS
from harness.text import Missing, counted

MOST_SEEDS = 1000
Count = int | Missing
_NO_NUMBER: Count = Missing("no number of seeds is enough on these images")


@dataclasses.dataclass(frozen=True)
class Planned:
    """The size of a study that settles the margin.

    Such a study finds a difference as large as the margin with 80 % power, and where there is no difference proves
    equivalence within the margin with 80 % power.

    Attributes:
        margin_pp: The margin, in percentage points.
        n_images: Test images of the planned study.
        seeds: Seeds that it needs, if the spread over seeds is the one that was seen.
        fewest: The same at the lower end of the 95 % interval of that spread.
        most: The same at its upper end.
        floor_pp: What these images alone leave open, with any number of seeds.
        images: Images with which some number of seeds is enough; n_images where some number is enough already.
        seen: Seeds of the study from which the spread comes.
    """

    margin_pp: float
    n_images: int
    seeds: Count
    fewest: Count
    most: Count
    floor_pp: float | Missing
    images: int
    seen: int

    def words(self) -> str:
        """Return the plan in one or two sentences."""
        margin, images = f"{self.margin_pp:g} points", counted(self.n_images, "image")
        if isinstance(self.floor_pp, Missing):
            return f"How many seeds would settle {margin} cannot be said: {self.floor_pp.reason}."
        if self.images > self.n_images:
            return (
                f"No number of seeds settles {margin} on {images}: the choice of the images alone leaves "
                f"{self.floor_pp:.2f} points open. More than {self.images:,} images are needed."
            )
        seeds = self.seeds.reason if isinstance(self.seeds, Missing) else f"about {self.seeds:,}"
        ends = [end.reason if isinstance(end, Missing) else f"{end:,}" for end in (self.fewest, self.most)]
        why = f", {ends[0]} to {ends[1]} because the spread over {self.seen:,} seeds is itself uncertain"
        return (
            f"To settle {margin} with 80 % power takes {seeds} seeds on {images}{why if ends[0] != ends[1] else ''}. "
            "Declare the number before the next run, and do not stop earlier."
        )


def plan(comparison: Comparison, *, n_images: int | None = None) -> Planned:
    """Return how many seeds would settle the margin of a comparison.

    The answer is for the next study, to be declared before it runs. To look after 5, 10 and 20 seeds and stop at a difference
    finds one between equal heads in 12 to 13 % of studies instead of 5 %.

    Args:
        comparison: A study of the same two heads.
        n_images: Test images of the next study; those of this one if not given.

    Raises:
        StatisticsError: fewer than two images are planned.
    """
    if n_images is not None and n_images < 2:
        raise StatisticsError(
            f"plan: expected n_images of at least 2, got {n_images}; give the images of the next study"
        )
    n_images = comparison.n_images if n_images is None else n_images
    parts = comparison.components
    if isinstance(parts, Missing):
        return Planned(comparison.margin_pp, n_images, parts, parts, parts, parts, n_images, comparison.n_seeds)
    margin = comparison.margin_pp / 100
    floor = _factor(n_images - 1) * math.sqrt(parts.image / n_images)
    images = max(n_images, math.ceil(parts.image * (_factor(n_images - 1) / margin) ** 2))
    if images > n_images:
        seeds = fewest = most = _NO_NUMBER
    else:
        scales = (1.0, *_uncertainty(comparison.n_seeds))
        seeds, fewest, most = (_seeds(_scaled(parts, comparison.n_images, scale), n_images, margin) for scale in scales)
    return Planned(comparison.margin_pp, n_images, seeds, fewest, most, 100 * floor, images, comparison.n_seeds)


def _factor(df: np.ndarray | float) -> float:
    return max(float(detection_factor(df)), float(equivalence_factor(df)))


def _uncertainty(n_seeds: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a variance over seeds, as factors of the estimate (chi-square)."""
    df = n_seeds - 1
    low, high = (float(df / special.chdtri(df, tail)) for tail in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return low, high


def _scaled(parts: Components, n_images: int, scale: float) -> Components:
    """Return components whose mean square of seeds, in a study of so many images, is larger by a factor."""
    seeds = scale * (n_images * parts.seed + parts.residual)
    return dataclasses.replace(parts, seed=max(0.0, seeds - parts.residual) / n_images)


def _seeds(parts: Components, n_images: int, margin: float) -> Count:
    for n_seeds in range(FEWEST_SEEDS, MOST_SEEDS + 1):
        squares = MeanSquares(
            n_seeds,
            n_images,
            mean=np.zeros(()),
            seeds=np.asarray(n_images * parts.seed + parts.residual),
            images=np.asarray(n_seeds * parts.image + parts.residual),
            residual=np.asarray(parts.residual),
        )
        estimate = squares.estimate()
        if estimate.se == 0 or estimate.se * _factor(estimate.df) <= margin:
            return n_seeds
    return Missing(f"more than {MOST_SEEDS:,}")
