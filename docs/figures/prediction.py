"""When a published number counts as reproduced.

The paper trained once and tested on 1,000 images that are not known. So the question is what one more run, on as many
other images, would give. Our runs answer it with an interval: their mean, plus and minus t times
sqrt(s^2 (1 + 1 / S) + 2 p (1 - p) / n). s is the spread over S seeds, n the number of test images on which the score rests: 1,000,
or those of a digit. p is the mean by the rule of succession, one right and one wrong image more: 100 of 100 right images do not
mean that there are no others. The second term is for two sets of images, theirs and ours; for precision and F1 it is an
approximation. t is the 97.5 % quantile with S - 1 degrees of freedom.
"""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from scipy.stats import t

ROUNDING = 0.005
"""A published 0.97 is a number from 0.965 to 0.975."""
NEAR = 0.01
"""A published number that lies outside the interval, but as near to our mean, is reproduced within 0.01."""


class Prediction(NamedTuple):
    """What one more run would score, with 95 % probability."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float], *, n_images: float) -> "Prediction":
        """Return the prediction from the scores of several seeds, on the same ``n_images`` images."""
        mean, n_seeds = statistics.fmean(values), len(values)
        share = (mean * n_images + 1) / (n_images + 2)
        images = 2 * share * (1 - share) / n_images
        spread = statistics.variance(values) * (1 + 1 / n_seeds)
        half = float(t.ppf(0.975, n_seeds - 1)) * math.sqrt(spread + images)
        return cls(mean, max(0.0, mean - half), min(1.0, mean + half))

    def verdict(self, published: float) -> str:
        """Return "reproduced", "reproduced within 0.01" or "not reproduced"."""
        if self.low - ROUNDING <= published <= self.high + ROUNDING:
            return "reproduced"
        return f"reproduced within {NEAR:g}" if round(abs(published - self.mean), 6) <= NEAR else "not reproduced"

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"
