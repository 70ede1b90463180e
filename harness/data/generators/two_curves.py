"""Two curves: two one-dimensional curves in many dimensions, one of them shifted.

Source: Buchanan, Gilboa and Wright, Deep networks and the multiple manifold problem, arXiv:2008.11245 (2020); with curves that
are Fourier series as in Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024), Sec. IV.
"""

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions, halves


class _Options(GeneratorOptions):
    n_features: int = pydantic.Field(10, ge=1, le=1000)
    degree: int = pydantic.Field(5, ge=1, le=100)
    """Highest frequency of the curves: their curvature."""
    offset: float = pydantic.Field(0.1, ge=0, le=100)
    """By which the second curve is shifted in every dimension."""
    noise: float = pydantic.Field(0.01, ge=0, le=100)
    """Standard deviation of the normal noise of each feature."""


class TwoCurves(Generator):
    """Feature i of a point at time t in [0, 1] is a_i0 + b_i0 + sum over k of a_ik cos(pi k t) + b_ik sin(pi k t).

    All coefficients are uniform in [0, 1], divided by the length of the vector of all of them.
    """

    Options = _Options
    summary = "two curves in many dimensions, one of them shifted, with noise"
    class_names = ("first curve", "second curve")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        self.options = options
        coefficients = stream.random((2, options.degree + 1, options.n_features))
        self._cosines, self._sines = coefficients / np.linalg.norm(coefficients)

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return points, shape (n, n_features), and their classes."""
        labels = halves(n, stream)
        phases = np.pi * stream.random((n, 1)) * np.arange(self.options.degree + 1)
        values = np.cos(phases) @ self._cosines + np.sin(phases) @ self._sines + self._sines[0]  # the source's b_i0
        values += self.options.offset * labels[:, None]
        return values + stream.normal(0, self.options.noise, values.shape), labels
