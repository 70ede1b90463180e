"""scikit-learn's digits, built in."""

import numpy as np
import pytest

from harness.data.load import load
from harness.spec import DataSpec


def test_digits_are_those_of_scikit_learn():
    """The embedded images are its own, pixel by pixel, divided by 16."""
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed (extra test)")
    expected = datasets.load_digits()
    found = load(DataSpec(name="digits"))

    assert np.array_equal(found.training.values[:, 0] * 16, expected.images)
    assert np.array_equal(found.training.labels, expected.target)
    assert (found.facts.n_training, found.facts.n_test, found.facts.class_names) == (1797, 0, tuple("0123456789"))
