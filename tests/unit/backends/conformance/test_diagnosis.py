"""The likely cause of a wrong answer is read off the numbers."""

import numpy as np
import pytest

from backends.conformance.diagnosis import diagnosis
from backends.conformance.results import compare

P = np.random.default_rng(0).uniform(0.01, 0.99, (12, 2))


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (1 - P, "; your values are 1 - p: do you return outcome 1?"),
        (np.roll(P, 1, axis=0), "; each of your rows has the answer that belongs to the row before it: in which order"),
        (np.roll(P, -1, axis=0), "; each of your rows has the answer that belongs to the row after it: in which order"),
        (P[::-1], "; your rows are in reverse order: in which order do you return the rows?"),
        (P.round(3), "; agrees to 1e-3: rounded?"),
        (P.round(6), "; agrees to 1e-6: rounded?"),
        (P.astype(np.float32).astype(np.float64), "; agrees to single precision: float32?"),
        (P + 0.0009, "; agrees to 1e-3: rounded?"),
        (P[:, ::-1], ""),
        (P + 0.2, ""),
        (np.full_like(P, np.nan), ""),
    ],
)
def test_exact_values(got: np.ndarray, said: str) -> None:
    """Each cause is named, others are not, and where none is known nothing is said."""
    found = diagnosis(got, P, allowed=np.full(P.shape, 1e-10), sampled=False)

    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_sampled_values_say_nothing_about_digits() -> None:
    """Shot noise hides how values were rounded; 1 - p and the order of the rows are seen all the same."""
    allowed = np.full(P.shape, 1e-4)

    assert diagnosis(P.round(3), P, allowed=allowed, sampled=True) == ""
    assert "1 - p" in diagnosis(1 - P + 5e-5, P, allowed=allowed, sampled=True)
    assert "reverse order" in diagnosis(P[::-1] + 5e-5, P, allowed=allowed, sampled=True)


def test_only_failures_have_a_cause() -> None:
    """A comparison that holds says nothing; p = 1/2 is its own 1 - p."""
    half = np.full((2, 1), 0.5)

    assert "?" not in compare(half, half, shots=None, what="coin").detail
    assert compare(1 - P, P, shots=None, what="coin").detail.endswith("do you return outcome 1?")
