"""Hyperplanes and parity: on the positive side of how many planes does a point lie, an even or an odd number?

Source: Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024), Sec. IV ("hyperplanes and parity").
"""

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions, halves
from harness.errors import PlanError

_MOST_DRAWS = 1000  # batches of samples; where the rarer class has a share of 1 in 500, two would do


class _Options(GeneratorOptions):
    n_features: int = pydantic.Field(10, ge=1, le=1000)
    n_hyperplanes: int = pydantic.Field(2, ge=1, le=100)
    dim_hyperplanes: int = pydantic.Field(3, ge=1, le=1000)
    """Dimension of the space that the planes divide."""


class HyperplanesParity(Generator):
    """A hidden point x is normal. It is on the positive side of a plane where w . x + b > 0, w and b uniform in [0, 1].

    The features are x times a matrix, uniform in [0, 1]. Both classes have as many samples. The source scales the features
    to unit variance; here ``pixel_scaling`` does so.
    """

    Options = _Options
    summary = "points on the positive side of an even or an odd number of hyperplanes"
    class_names = ("even", "odd")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        self._options = options
        self._weights = stream.random((options.dim_hyperplanes, options.n_hyperplanes))
        self._biases = stream.random(options.n_hyperplanes)
        self._embedding = stream.random((options.dim_hyperplanes, options.n_features))

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return points, shape (n, n_features), and their classes."""
        labels = halves(n, stream)
        points = np.empty((n, self._options.dim_hyperplanes))
        places = [np.flatnonzero(labels == label) for label in (0, 1)]
        for _ in range(_MOST_DRAWS):
            if not any(len(left) for left in places):
                return points @ self._embedding, labels
            drawn = stream.normal(size=(max(n, 100), self._options.dim_hyperplanes))
            odd = ((drawn @ self._weights + self._biases > 0).sum(axis=1)) % 2
            for label in (0, 1):
                of_class = drawn[odd == label][: len(places[label])]
                points[places[label][: len(of_class)]] = of_class
                places[label] = places[label][len(of_class) :]
        raise PlanError(
            f"data set 'hyperplanes-parity' with {self._options!r}: one of its classes hardly occurs; take another seed, or other "
            "numbers of hyperplanes and dimensions"
        )
