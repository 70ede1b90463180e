"""A probit model of two heads' answers with a known difference in accuracy, fitted to the variance components of real runs.

The head ``h`` answers the image ``n`` rightly with the seed ``s`` if a standard normal variable is below the quantile of its
accuracy. That variable is a sum of independent normal effects: of the image (both heads), of the image for this head, of the
seed for this head, and of the answer alone. Their shares of its variance are the parameters of the model.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Self

import numpy as np
import pydantic
from scipy import optimize, special

from harness.statistics import Components

# An answer is drawn only if it can be wrong: so many standard deviations away, one in 50 million is.
_NEVER = 5.5


class Pair(pydantic.BaseModel):
    """What real runs of two heads gave; variances are those of one answer's difference (-1, 0 or 1)."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    name: str
    accuracy: float
    seed: float
    image: float
    residual: float

    @property
    def components(self) -> Components:
        return Components(self.seed, self.image, self.residual)


@dataclasses.dataclass(frozen=True)
class Probit:
    """Two heads with a mean accuracy, and the shares of the variance; the share of the answer alone is the rest."""

    accuracy: float
    both: float
    image: float
    seed: float

    @classmethod
    def fitted(cls, accuracy: float, components: Components) -> Self:
        """Return the model whose answers differ by these variance components, where the heads are equal.

        Raises:
            ValueError: no such model has these components.
        """
        total = components.seed + components.image + components.residual
        quantile = special.ndtri(accuracy)
        both = _correlation(accuracy - total / 2, quantile)
        same_head = _correlation(accuracy - total / 2 + components.image / 2, quantile)
        seed = _correlation(accuracy**2 + components.seed / 2, quantile)
        if same_head + seed >= 1:
            raise ValueError(
                f"expected components that leave variance for single answers, got {components} at {accuracy}"
            )
        return cls(accuracy, both=both, image=same_head - both, seed=seed)

    def components(self) -> Components:
        """Return the variance components of the difference where the heads are equal; the inverse of ``fitted``."""
        quantile = special.ndtri(self.accuracy)
        both, same_head, seed = (
            _both_below(quantile, share) for share in (self.both, self.both + self.image, self.seed)
        )
        seed, image = 2 * (seed - self.accuracy**2), 2 * (same_head - both)
        return Components(seed, image, 2 * (self.accuracy - both) - seed - image)

    def answers(
        self, rng: np.random.Generator, accuracies: Sequence[float], *, n_seeds: int, n_images: int
    ) -> np.ndarray:
        """Draw the answers of some heads to the same images.

        Args:
            rng: All random numbers come from it.
            accuracies: The true accuracy of each head; of each of its seeds, shape (n_seeds,), where these are not alike.
            n_seeds: Seeds of each head.
            n_images: Images.

        Returns:
            True where an answer is right, bool, shape (n_heads, n_seeds, n_images).
        """
        alone = math.sqrt(1 - self.both - self.image - self.seed)
        common = math.sqrt(self.both) * rng.standard_normal(n_images, dtype=np.float32)
        right = np.ones((len(accuracies), n_seeds, n_images), bool)
        for head, accuracy in zip(right, accuracies, strict=True):
            images = common + math.sqrt(self.image) * rng.standard_normal(n_images, dtype=np.float32)
            seeds = math.sqrt(self.seed) * rng.standard_normal((n_seeds, 1), dtype=np.float32)
            quantiles = special.ndtri(accuracy)
            below = (np.float32(np.max(quantiles)) - images) / np.float32(alone)
            shift = (seeds + np.float32(np.max(quantiles) - quantiles).reshape(-1, 1)) / np.float32(alone)
            unsure = np.flatnonzero(below < _NEVER + shift.max())
            draws = rng.standard_normal((n_seeds, len(unsure)), dtype=np.float32)
            head[:, unsure] = draws < below[unsure] - shift
        return right

    def study(self, rng: np.random.Generator, *, n_seeds: int, n_images: int, effect: float) -> np.ndarray:
        """Draw one study of two heads with a true difference in accuracy, a share; 0 for a null study.

        Returns:
            Differences, -1, 0 or 1, int8, shape (n_seeds, n_images).
        """
        accuracies = (self.accuracy + effect / 2, self.accuracy - effect / 2)
        ours, theirs = self.answers(rng, accuracies, n_seeds=n_seeds, n_images=n_images).view(np.int8)
        return np.asarray(ours - theirs)


def _both_below(quantile: float, correlation: float) -> float:
    """Return the chance that two standard normal variables with this correlation are both below the quantile.

    Source: Owen, Annals of Mathematical Statistics 27, 1075 (1956).
    """
    slope = math.sqrt((1 - correlation) / (1 + correlation))
    return float(special.ndtr(quantile) - 2 * special.owens_t(quantile, slope))


def _correlation(chance: float, quantile: float) -> float:
    """Return the correlation with which two variables are both below the quantile with the given chance."""
    low, high = _both_below(quantile, 0), _both_below(quantile, 1 - 1e-9)
    if not low - 1e-15 <= chance <= high:
        raise ValueError(f"expected a chance from {low:.4g} to {high:.4g}, got {chance:.4g}: the components do not fit")
    if chance <= low:
        return 0.0
    return float(optimize.brentq(lambda share: _both_below(quantile, share) - chance, 0, 1 - 1e-9, xtol=1e-14))
