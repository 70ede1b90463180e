"""Bars and stripes: images in which whole columns or whole rows are on.

Source: MacKay, Information Theory, Inference, and Learning Algorithms (Cambridge, 2003), Sec. 43; with noise, and with any
rows or columns on, as in Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024), Sec. IV.
"""

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions


class _Options(GeneratorOptions):
    height: int = pydantic.Field(8, ge=2, le=64)
    """Pixels."""
    width: int = pydantic.Field(8, ge=2, le=64)
    """Pixels."""
    noise: float = pydantic.Field(0.5, ge=0, le=100)
    """Standard deviation of the normal noise that each pixel gets; pixels are -1 and 1."""


class BarsAndStripes(Generator):
    """Each column of a bar image, or each row of a stripe image, is on with probability 1/2."""

    Options = _Options
    summary = "images in which whole columns (bars) or rows (stripes) are on, with noise"
    class_names = ("bars", "stripes")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        self.options = options

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return images, shape (n, 1, height, width), and their classes."""
        height, width = self.options.height, self.options.width
        labels = stream.integers(0, 2, n)
        columns, rows = (np.where(stream.random((n, length)) < 0.5, 1.0, -1.0) for length in (width, height))
        images = np.where(labels[:, None, None] == 0, columns[:, None, :], rows[:, :, None])
        return (images + stream.normal(0, self.options.noise, (n, height, width)))[:, None], labels
