"""Hidden manifold: points of a low-dimensional space, labelled there by a network, and seen in a high-dimensional one.

Source: Goldt, Mezard, Krzakala and Zdeborova, Phys. Rev. X 10, 041044 (2020); with the settings of Bowles, Ahmed and Schuld,
arXiv:2403.07059 (2024), Sec. IV.
"""

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions

_N_FOR_MEDIAN = 20_001


class _Options(GeneratorOptions):
    n_features: int = pydantic.Field(10, ge=1, le=1000)
    manifold_dimension: int = pydantic.Field(6, ge=1, le=1000)
    """Dimension m of the hidden space."""


class HiddenManifold(Generator):
    """A hidden point c is normal in m dimensions. Its features are tanh(F c / sqrt(m) - b), F normal, b uniform in [-1, 1].

    The class says whether v . tanh(W c) is above its median, W and v normal. The source takes the median of the samples;
    here it is that of 20,001 others, so that training and test samples have one rule.
    """

    Options = _Options
    summary = "points of a hidden low-dimensional space, labelled there by a network"
    class_names = ("below", "above")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        m = options.manifold_dimension
        self._embedding = stream.normal(size=(m, options.n_features)) / np.sqrt(m)
        self._biases = stream.uniform(-1, 1, options.n_features)
        self._weights = stream.normal(size=(m, m))
        self._readout = stream.normal(size=m)
        self._threshold = np.median(self._score(stream.normal(size=(_N_FOR_MEDIAN, m))))

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return points, shape (n, n_features), and their classes."""
        hidden = stream.normal(size=(n, len(self._readout)))
        values = np.tanh(hidden @ self._embedding - self._biases)
        return values, (self._score(hidden) > self._threshold).astype(int)

    def _score(self, hidden: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.tanh(hidden @ self._weights) @ self._readout
        return found
