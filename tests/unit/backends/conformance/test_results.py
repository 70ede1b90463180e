"""Thresholds of the conformance suite: how often a right head would exceed them, and what fails."""

import math

import numpy as np
import pytest

from backends.conformance.results import Finding, chi_square_bound, compare, compare_answers, sampling_tolerance


def binomial(shots: int, p: float) -> np.ndarray:
    """Return the probability of each count 0, ..., shots."""
    k = np.arange(shots + 1)
    log_choose = np.array([math.lgamma(shots + 1) - math.lgamma(i + 1) - math.lgamma(shots - i + 1) for i in k])
    distribution: np.ndarray = np.exp(log_choose + k * math.log(p) + (shots - k) * math.log1p(-p))
    return distribution


@pytest.mark.parametrize("shots", [1, 10, 100, 1000, 20_000])
def test_sampling_tolerance_is_exceeded_less_than_once_in_1_600_000(shots: int) -> None:
    """The chance of a false alarm of one comparison is below 6e-7, at any p."""
    for p in (1e-6, 1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5):
        outside = np.abs(np.arange(shots + 1) / shots - p) > sampling_tolerance(np.array(p), shots=shots)

        assert binomial(shots, p)[outside].sum() < 6e-7


def test_two_right_answers_differ_too_much_less_than_once_in_a_thousand_million() -> None:
    """The chance that two sampled answers of 1,000 shots each are taken for different is below 1e-9, at any p."""
    shots = 1000
    one, other = np.meshgrid(np.arange(shots + 1) / shots, np.arange(shots + 1) / shots, indexing="ij")
    pooled = (one + other) / 2
    outside = np.abs(one - other) > 6.5 * np.sqrt(2 * pooled * (1 - pooled) / shots) + 10 / shots
    for p in (1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5):
        counts = binomial(shots, p)

        assert counts @ outside @ counts < 1e-9
    at = tuple(np.argwhere(outside)[0])
    assert not compare_answers(one[at].reshape(1, 1), other[at].reshape(1, 1), shots=shots, what="").passed


def test_chi_square_bound_is_rarely_exceeded() -> None:
    """For 6 degrees of freedom, where the tail has a closed form, the chance is below e**-16."""
    half = chi_square_bound(6) / 2

    assert math.exp(-half) * (1 + half + half**2 / 2) < math.exp(-16)


def test_findings_fail_on_nan() -> None:
    """A comparison with NaN is a failure, whichever way the bound points."""
    assert not Finding(math.nan, 1, "").passed
    assert not Finding(math.nan, 1, "", at_least=True).passed
    assert not compare(np.array([[math.nan]]), np.array([[0.5]]), shots=None, what="").passed
