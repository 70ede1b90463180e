"""The test of one difference: the crossed t, and exact bounds where too few or all answers differ."""

from typing import NamedTuple

import numpy as np
from scipy import special

from harness.statistics.crossed import LEVEL, MeanSquares, detection_factor, equivalence_factor
from harness.text import Missing, counted

FEWEST_SEEDS = 5
# With fewer images on which the heads differ, the t distribution does not hold: 4 such images alone err in 12.5 % of studies.
FEWEST_IMAGES = 10
NO_SPREAD = Missing("all answers differ in the same way: there is no spread")
Number = float | Missing


class DifferenceTest(NamedTuple):
    """What a test of the difference gives, in shares."""

    low: Number
    high: Number
    p: Number
    equivalence_p: Number
    detectable: Number
    provable: Number


def not_tested(why: Missing) -> DifferenceTest:
    """Return a test without numbers, for the reason given."""
    return DifferenceTest(*[why] * len(DifferenceTest._fields))


def difference_test(squares: MeanSquares, *, unit: int, margin: float, differing: int) -> DifferenceTest:
    """Test one difference.

    Args:
        squares: Mean squares of the differences, in whole multiples of 1 / unit, of enough seeds and at least two images.
        unit: What a whole answer counts.
        margin: The difference that counts as small, as a share.
        differing: Images on which the heads differ with any seed.
    """
    if differing < FEWEST_IMAGES:
        return _rarely_different(differing, squares.n_images, margin)
    if squares.estimate().se == 0:
        return _always_different(float(squares.mean) / unit, squares.n_images)
    estimate = squares.estimate()._replace(mean=squares.mean / unit, se=squares.estimate().se / unit)
    low, high = estimate.interval()
    return DifferenceTest(
        low=float(low),
        high=float(high),
        p=float(estimate.p_value()),
        equivalence_p=float(estimate.equivalence_p(margin)),
        detectable=float(estimate.se * detection_factor(estimate.df)),
        provable=float(estimate.se * equivalence_factor(estimate.df)),
    )


def _rarely_different(differing: int, n_images: int, margin: float) -> DifferenceTest:
    """Bound the difference by the share of images on which the heads differ at all; nothing is said of its sign.

    Source: Clopper and Pearson, Biometrika 26, 404 (1934).
    """
    why = Missing(
        f"the heads differ on {differing:,} of {counted(n_images, 'image')}: too few for a test of the difference"
    )
    same = n_images - differing
    bound = float(special.betaincinv(differing + 1, same, (1 + LEVEL) / 2)) if same else 1.0
    equivalence_p = float(special.bdtr(differing, n_images, margin))
    return DifferenceTest(low=-bound, high=bound, p=why, equivalence_p=equivalence_p, detectable=why, provable=why)


def _always_different(mean: float, n_images: int) -> DifferenceTest:
    """Bound a difference that is the same in all answers, from the number of images alone."""
    share = ((1 - LEVEL) / 2) ** (1 / n_images)
    bound = np.sign(mean) * (abs(mean) * share - (1 - share))
    low, high = sorted((float(bound), mean))
    return DifferenceTest(
        low=low, high=high, p=2.0 ** (1 - n_images), equivalence_p=1.0, detectable=NO_SPREAD, provable=NO_SPREAD
    )
