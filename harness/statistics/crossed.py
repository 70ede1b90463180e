"""The crossed random-effects t: seeds and images are both random, and every seed answers every image.

One standard error serves the interval, the p-value, the equivalence test and the planning of the next study. All functions
work on one study and on an array of studies: the leading axes of the values. docs/statistics.md has the method in words.
"""

import dataclasses
from typing import NamedTuple, Self

import numpy as np
from scipy import special

LEVEL = 0.95
ALPHA = 0.05
POWER = 0.80


@dataclasses.dataclass(frozen=True)
class Components:
    """Variances of one answer's difference (-1, 0 or 1), none of them negative.

    The mean of S seeds and N images has the variance ``seed / S + image / N + residual / (S * N)``.
    """

    seed: float
    image: float
    residual: float


class Estimate(NamedTuple):
    """A mean with its standard error and degrees of freedom, in the unit of the values; each of shape (...)."""

    mean: np.ndarray
    se: np.ndarray
    df: np.ndarray

    def interval(self, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and the upper end of the two-sided confidence interval."""
        half = self.se * quantile(self.df, (1 + level) / 2)
        return self.mean - half, self.mean + half

    def p_value(self) -> np.ndarray:
        """Return the two-sided p of "the mean is 0"."""
        return np.asarray(2 * special.stdtr(self.df, -np.abs(self.mean) / self.se))

    def equivalence_p(self, margin: float) -> np.ndarray:
        """Return the larger p of the two one-sided tests of "the mean is as far from 0 as the margin".

        Source: Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 657 (1987).
        """
        return np.asarray(special.stdtr(self.df, (np.abs(self.mean) - margin) / self.se))


class MeanSquares(NamedTuple):
    """The mean squares of a two-way layout with one value a cell; each of shape (...)."""

    n_seeds: int
    n_images: int
    mean: np.ndarray
    seeds: np.ndarray
    images: np.ndarray
    residual: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> Self:
        """Return the mean squares of values of shape (..., n_seeds, n_images), at least two of each.

        Sums of whole numbers stay below 2**53 and are exact, so that a variance of zero is exactly zero.
        """
        n_seeds, n_images = values.shape[-2:]
        exact = np.int64 if values.dtype.kind in "iub" else np.float64
        per_seed = values.sum(axis=-1, dtype=exact).astype(np.float64)
        per_image = values.sum(axis=-2, dtype=exact).astype(np.float64)
        squares = np.einsum("...sn,...sn->...", values, values, dtype=exact).astype(np.float64)
        total = per_seed.sum(axis=-1)
        # each sum of squares times n_seeds * n_images
        seeds = n_seeds * np.square(per_seed).sum(axis=-1) - total**2
        images = n_images * np.square(per_image).sum(axis=-1) - total**2
        residual = np.maximum(0.0, n_seeds * n_images * squares - seeds - images - total**2)
        size = n_seeds * n_images
        return cls(
            n_seeds,
            n_images,
            mean=total / size,
            seeds=np.maximum(0.0, seeds) / (size * (n_seeds - 1)),
            images=np.maximum(0.0, images) / (size * (n_images - 1)),
            residual=residual / (size * (n_seeds - 1) * (n_images - 1)),
        )

    def estimate(self) -> Estimate:
        """Return the mean with its standard error and Satterthwaite's degrees of freedom.

        The mean squares of seeds and of images are not taken below the residual one: without that, the degrees of freedom can
        go to 0 and the interval to infinity. Where all values are equal, the standard error is 0 and the degrees are NaN.

        Source: Satterthwaite, Biometrics Bulletin 2, 110 (1946).
        """
        seeds, images = np.maximum(self.seeds, self.residual), np.maximum(self.images, self.residual)
        numerator = seeds + images - self.residual
        below = seeds**2 / (self.n_seeds - 1) + images**2 / (self.n_images - 1)
        df = np.divide(numerator**2, below, out=np.full_like(numerator, np.nan), where=below > 0)
        return Estimate(self.mean, np.sqrt(numerator / (self.n_seeds * self.n_images)), df)

    def components(self) -> Components:
        """Return the variance components of one study."""
        return Components(
            seed=max(0.0, float(self.seeds - self.residual)) / self.n_images,
            image=max(0.0, float(self.images - self.residual)) / self.n_seeds,
            residual=float(self.residual),
        )


def quantile(df: np.ndarray | float, probability: float) -> np.ndarray:
    """Return the quantile of Student's t."""
    return np.asarray(special.stdtrit(df, probability))


def detection_factor(df: np.ndarray | float) -> np.ndarray:
    """Return the difference that a test finds with 80 % power, in standard errors."""
    return np.asarray(quantile(df, (1 + LEVEL) / 2) + quantile(df, POWER))


def equivalence_factor(df: np.ndarray | float) -> np.ndarray:
    """Return the margin within which equal heads are proven equivalent with 80 % power, in standard errors."""
    return np.asarray(quantile(df, 1 - ALPHA) + quantile(df, (1 + POWER) / 2))
