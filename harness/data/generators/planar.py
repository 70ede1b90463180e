"""Figures in the plane: the two-dimensional tasks on which published heads were shown.

Sources: "two-spirals" Mari et al., Quantum 4, 340 (2020), and the authors' notebook dressed_circuit.ipynb; "circle"
Perez-Salinas et al., Quantum 4, 226 (2020); "two-moons" scikit-learn's make_moons, with points at random places of the moons.
"""

import math
from typing import Literal

import numpy as np
import pydantic

from harness.data.generators.generator import Generator, GeneratorOptions, halves

_TURNS = 1.52  # of each spiral
_SPREAD = 0.7  # of the points of a spiral: uniform between 0 and this in both coordinates
_RADIUS = math.sqrt(2 / math.pi)  # half of the square [-1, 1] x [-1, 1] is inside


class _Options(GeneratorOptions):
    figure: Literal["two-spirals", "circle", "two-moons"] = "two-moons"
    noise: float = pydantic.Field(0.1, ge=0, le=100)
    """Standard deviation of the normal noise of the moons; the other figures have none of it."""


class Planar(Generator):
    """Points of two classes in the plane.

    two-spirals: n = 2 pi 1.52 sqrt(u) with u uniform in [0, 1]; the first spiral is (-n cos n, n sin n), each coordinate plus
    0.7 times a uniform number, the second spiral is its point reflection. circle: uniform in the square, class 1 inside a circle
    with half of its area. two-moons: (cos t, sin t) and (1 - cos t, 1/2 - sin t), t uniform in [0, pi], plus noise.
    """

    Options = _Options
    summary = "points in the plane; option figure: two-spirals, circle or two-moons"
    class_names = ("first", "second")

    def __init__(self, options: _Options, stream: np.random.Generator) -> None:
        self.options = options

    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return points, shape (n, 2), and their classes."""
        if self.options.figure == "circle":
            points = stream.uniform(-1, 1, (n, 2))
            return points, (np.hypot(*points.T) < _RADIUS).astype(int)
        labels = halves(n, stream)
        sign = (1 - 2 * labels)[:, None]
        if self.options.figure == "two-spirals":
            turn = np.sqrt(stream.random(n)) * _TURNS * 2 * np.pi
            curve = np.stack([-np.cos(turn), np.sin(turn)], axis=1) * turn[:, None]
            return sign * (curve + _SPREAD * stream.random((n, 2))), labels
        angle = np.pi * stream.random(n)
        moon = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        points = sign * moon + labels[:, None] * np.array([1.0, 0.5])
        return points + stream.normal(0, self.options.noise, (n, 2)), labels
