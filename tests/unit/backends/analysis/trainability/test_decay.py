"""The fit of an exponential law, its interval, and the rule for a barren plateau."""

import math

import numpy as np
import pytest
from scipy.stats import t

from backends.analysis.trainability.decay import _T_95, FLAT, decay_of, judged
from backends.analysis.trainability.facts import Estimate

_WIDTHS = range(2, 9)


def _estimates(logarithms: list[float], relative_error: float = 0.0) -> list[Estimate]:
    return [Estimate(math.exp(value), relative_error * math.exp(value)) for value in logarithms]


def test_an_exact_exponential() -> None:
    """2^-n: the rate is ln 2, the interval is a point, and no power law comes near."""
    found = decay_of(_WIDTHS, _estimates([-n * math.log(2) for n in _WIDTHS], 1e-6))

    assert found.rate == pytest.approx(math.log(2))
    assert found.high - found.low < 1e-5
    assert found.odds > 1e6
    assert judged(found, len(_WIDTHS)).answer == "yes"


def test_the_errors_of_the_estimates_count() -> None:
    """Points on a line by luck: the interval is that of the standard errors, +- t sqrt(e^2 / sum (n - mean)^2)."""
    found = decay_of(_WIDTHS, _estimates([-0.3 * n for n in _WIDTHS], 0.1))

    assert found.high - found.low == pytest.approx(2 * t.ppf(0.975, 5) * 0.1 / math.sqrt(28), rel=1e-4)


def test_the_quantiles() -> None:
    """They are Student's, to four decimals."""
    np.testing.assert_allclose(_T_95, [t.ppf(0.975, n) for n in range(1, len(_T_95) + 1)], atol=5e-5)


def test_the_interval_covers_the_rate() -> None:
    """With a scatter of 10 %, told or not, at least 95 % of 2,000 intervals cover, within four standard errors of that share."""
    generator = np.random.default_rng(0)
    n_repeats = 2_000
    for told in (0.0, 0.1):
        covered = 0
        for _ in range(n_repeats):
            found = decay_of(_WIDTHS, _estimates([-0.4 * n + generator.normal(0, 0.1) for n in _WIDTHS], told))
            covered += found.low <= 0.4 <= found.high
        assert covered / n_repeats >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / n_repeats)
        if not told:
            assert covered / n_repeats <= 0.95 + 4 * math.sqrt(0.95 * 0.05 / n_repeats)


def test_a_power_law_is_no_barren_plateau_and_no_proof_of_none() -> None:
    """n^-2 falls by more than 10 % a qubit here. The power is found, and the answer is "cannot tell"."""
    found = decay_of(_WIDTHS, _estimates([-2 * math.log(n) for n in _WIDTHS], 0.01))

    assert found.power == pytest.approx(2)
    assert found.low > FLAT
    assert found.odds < 1
    assert judged(found, len(_WIDTHS)) == ("cannot tell", judged(found, len(_WIDTHS)).reason)
    assert "power law" in judged(found, len(_WIDTHS)).reason


@pytest.mark.parametrize(
    ("rate", "relative_error", "answer", "reason"),
    [
        (0.0, 0.05, "no", "below 0.1"),
        (-0.5, 0.05, "no", "below 0.1"),
        (0.1, 0.05, "cannot tell", "0.1 inside"),
        (0.3, 0.5, "cannot tell", "0.1 inside"),
        (0.3, 0.01, "yes", "exponentially"),
    ],
)
def test_the_rule(rate: float, relative_error: float, answer: str, reason: str) -> None:
    """The interval decides, not the rate: below 0.1, above it, or neither."""
    found = decay_of(_WIDTHS, _estimates([-rate * n for n in _WIDTHS], relative_error))

    assert judged(found, len(_WIDTHS)).answer == answer
    assert reason in judged(found, len(_WIDTHS)).reason


def test_few_widths_and_zero_variances() -> None:
    """Three widths give a rate but no answer, two give none; a variance of zero has no logarithm."""
    three = decay_of((2, 3, 4), _estimates([-2.0, -3.0, -4.0]))

    assert three.rate == pytest.approx(1)
    assert judged(three, 3) == ("cannot tell", "it takes 4 widths, there are 3")
    assert decay_of((2, 3), _estimates([-2.0, -3.0])) is None
    assert decay_of((2, 3, 4, 5), [*_estimates([-2.0, -3.0, -4.0]), Estimate(0.0, 0.0)]) is None
    assert judged(None, 4) == ("cannot tell", "no angle matters at one of the widths")
