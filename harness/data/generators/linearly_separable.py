"""Linearly separable: points of a cube on both sides of a plane, with a margin.

Source: Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024), Sec. IV; the perceptron's task: Rosenblatt, Psychol. Rev. 65, 386 (1958).
"""

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions
from harness.errors import PlanError

_MOST_DRAWS = 1000  # of n points each


class _Options(GeneratorOptions):
    n_features: int = pydantic.Field(10, ge=1, le=1000)
    margin: float = pydantic.Field(0.02, ge=0, le=0.1)
    """Least distance from the plane, as a share of the number of features: a sample has |x_1 + ... + x_n| > margin * n."""


class LinearlySeparable(Generator):
    """Points of the cube [-1, 1]^n; the class is the sign of the sum of the features."""

    Options = _Options
    summary = "points of a cube on both sides of a plane, with a margin"
    class_names = ("positive", "negative")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        self.options = options

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return points, shape (n, n_features), and their classes."""
        n_features, n_kept = self.options.n_features, 0
        values = np.empty((n, n_features))
        for _ in range(_MOST_DRAWS):
            if n_kept == n:
                return values, (values.sum(axis=1) < 0).astype(int)
            points = stream.uniform(-1, 1, (n, n_features))
            points = points[np.abs(points.sum(axis=1)) > self.options.margin * n_features][: n - n_kept]
            values[n_kept : n_kept + len(points)] = points
            n_kept += len(points)
        raise PlanError(
            f"data set 'linearly-separable': hardly any point of {n_features} features is outside a margin of {self.options.margin:g}; "
            "set margin lower"
        )
