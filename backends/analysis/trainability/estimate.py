"""Means over independent random points, with their standard errors."""

import math

import numpy as np

from backends.analysis.trainability.facts import Estimate


def mean_of(values: np.ndarray) -> Estimate:
    """Return the mean of independent values, shape (n_values,), at least two, and its standard error."""
    return Estimate(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values)))
