"""Parity of bits: is the number of ones even or odd?

Source: Minsky and Papert, Perceptrons (MIT Press, 1969), Sec. 3; a common first task of variational circuits, as in Farhi and
Neven, arXiv:1802.06002 (2018), Sec. 4.
"""

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions


class _Options(GeneratorOptions):
    n_features: int = pydantic.Field(4, ge=1, le=1000)
    """Bits. There are 2**n_features different samples: with few bits the test samples are among the training samples."""


class Parity(Generator):
    """Each feature is 0 or 1 with probability 1/2; the class is the parity of their sum."""

    Options = _Options
    summary = "bits; the class is the parity of their sum"
    class_names = ("even", "odd")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        self.options = options

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return bits, shape (n, n_features), and their classes."""
        bits = stream.integers(0, 2, (n, self.options.n_features))
        return bits, bits.sum(axis=1) % 2
