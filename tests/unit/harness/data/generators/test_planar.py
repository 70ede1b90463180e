"""Figures in the plane, by their formulas."""

import numpy as np
import pytest

from harness.data.load import load
from harness.errors import PlanError
from harness.spec import DataSpec


def _points(figure, **options):
    dataset = load(DataSpec(name="planar", options={"figure": figure, "n_samples": 2000, "n_test": 2000, **options}))
    assert dataset.facts.shape == (2,)
    assert not np.array_equal(dataset.training.values, dataset.test.values)
    return dataset.training.values.astype(float), dataset.training.labels


def test_a_circle_has_half_of_the_square():
    """A point is of the second class where x^2 + y^2 < 2/pi; within six standard errors half of them are."""
    points, labels = _points("circle")

    assert np.abs(points).max() <= 1
    assert np.array_equal(labels == 1, (points**2).sum(axis=1) < 2 / np.pi)
    assert abs(labels.mean() - 0.5) < 6 * 0.5 / np.sqrt(len(labels))


def test_moons_without_noise_are_half_circles():
    """Radius 1 about (0, 0), upper half; radius 1 about (1, 1/2), lower half."""
    points, labels = _points("two-moons", noise=0.0)
    first, second = points[labels == 0], points[labels == 1] - [1, 0.5]

    assert len(first) == len(second)
    for moon, sign in ((first, 1), (second, -1)):
        assert np.allclose(np.hypot(*moon.T), 1, atol=1e-5)
        assert (sign * moon[:, 1]).min() >= -1e-6


def test_the_noise_of_the_moons_is_normal():
    """The same points plus normal numbers: mean 0 and the asked standard deviation, within six standard errors."""
    noise = (_points("two-moons", noise=0.3)[0] - _points("two-moons", noise=0.0)[0]).ravel()

    assert abs(noise.mean()) < 6 * 0.3 / np.sqrt(noise.size)
    assert abs(noise.std() - 0.3) < 6 * 0.3 / np.sqrt(2 * noise.size)


def test_spirals_are_point_reflections_of_each_other():
    """Behind the uniform spread of 0.7 each point of the first class is n (-cos n, sin n) with n up to 2 pi 1.52."""
    points, labels = _points("two-spirals")
    points = np.where(labels[:, None] == 0, points, -points)
    turns = np.linspace(0, 2 * np.pi * 1.52, 5000)
    curve = np.stack([-np.cos(turns), np.sin(turns)], axis=1) * turns[:, None]
    offsets = points[:, None, :] - curve[None]
    inside = ((offsets > -0.01) & (offsets < 0.71)).all(axis=2).any(axis=1)

    assert inside.all()
    assert 0.9 < np.hypot(*points.T).max() / (2 * np.pi * 1.52) < 1.1
    assert abs(labels.mean() - 0.5) < 1e-9


def test_unknown_figures_are_refused():
    """The message lists the figures."""
    with pytest.raises(PlanError, match=r"data\.options\.figure of 'planar': .*'two-spirals', 'circle' or 'two-moons'"):
        _points("square")
