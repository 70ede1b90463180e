"""Random angles: uniform over their periods, with streams of their own."""

import math

import numpy as np
import torch

from backends.analysis.trainability.points import random_angles
from backends.circuits.circuit import Angle, Circuit, Gate

_CIRCUIT = Circuit(
    "three periods",
    2,
    3,
    (Gate("rx", (0,), (Angle(0),)), Gate("crx", (0, 1), (Angle(1),)), Gate("ry", (1,), (Angle(2, 3.0),))),
)


def test_each_angle_is_uniform_over_its_period() -> None:
    """A rotation has the period 2 pi, a controlled one 4 pi, one of three times the angle 2 pi / 3.

    A uniform value x in +-1 has the mean 0 and the mean square 1/3, whose variance is 1/5 - 1/9.
    """
    n_points = 10_000
    scaled = random_angles(_CIRCUIT, n_points, seed=0, purpose="gradient").numpy() / (math.pi * np.array([1, 2, 1 / 3]))

    assert np.abs(scaled).max() <= 1
    assert np.all(np.abs(scaled.mean(axis=0)) <= 5 * math.sqrt(1 / 3 / n_points))
    assert np.all(np.abs((scaled**2).mean(axis=0) - 1 / 3) <= 5 * math.sqrt((1 / 5 - 1 / 9) / n_points))


def test_streams() -> None:
    """The same seed, purpose and circuit give the same angles; another of them gives others."""
    first = random_angles(_CIRCUIT, 4, seed=0, purpose="gradient")
    renamed = Circuit("renamed", 2, 3, _CIRCUIT.gates)
    other = Circuit("other", 2, 3, _CIRCUIT.gates[::-1])

    assert torch.equal(first, random_angles(renamed, 4, seed=0, purpose="gradient"))
    assert not torch.equal(first, random_angles(_CIRCUIT, 4, seed=1, purpose="gradient"))
    assert not torch.equal(first, random_angles(_CIRCUIT, 4, seed=0, purpose="states"))
    assert not torch.equal(first, random_angles(other, 4, seed=0, purpose="gradient"))
