"""The likely cause of a wrong answer, from the numbers alone: what a failed comparison adds to its message."""

import math

import numpy as np

_SINGLE_PRECISION = 1e-6  # ten roundings of a float32 near 1
_MOST_DIGITS = 7  # more digits than a float32 has
_COARSEST = 1e-2  # a larger difference is not one of rounding


def diagnosis(got: np.ndarray, expected: np.ndarray, *, allowed: np.ndarray, sampled: bool) -> str:
    """Return the likely cause as the end of a message, "; ...?", or nothing where no cause is known.

    Args:
        got: Probabilities that differ from the expected ones, shape (n_rows, n_outputs).
        expected: The right ones, same shape.
        allowed: Allowed absolute difference, same shape.
        sampled: Whether ``got`` has shot noise, which hides how values were rounded.
    """
    if (np.abs(1 - got - expected) <= allowed).all():
        return "; your values are 1 - p: do you return outcome 1?"
    if order := _order_of_rows(got, expected, allowed):
        return f"; {order}: in which order do you return the rows?"
    if not sampled and (precision := _precision(got, expected)):
        return f"; {precision}"
    return ""


def _order_of_rows(got: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> str:
    """Return which simple reordering of the rows makes all of them right."""
    n_rows = len(expected)
    orders = {"your rows are in reverse order": np.arange(n_rows)[::-1]}
    for shift in (1, -1):
        where = "after" if shift == 1 else "before"
        orders[f"each of your rows has the answer that belongs to the row {where} it"] = np.roll(
            np.arange(n_rows), -shift
        )
    for name, order in orders.items():
        if n_rows > 1 and (np.abs(got - expected[order]) <= allowed[order]).all():
            return name
    return ""


def _precision(got: np.ndarray, expected: np.ndarray) -> str:
    """Return how many digits agree, if the difference looks like one of rounding."""
    worst = float(np.abs(got - expected).max())
    for digits in range(1, _MOST_DIGITS):
        if worst <= 0.51 * 10**-digits and np.array_equal(np.round(got, digits), got):
            return f"agrees to 1e-{digits}: rounded?"
    if worst <= _SINGLE_PRECISION:
        return "agrees to single precision: float32?"
    if worst <= _COARSEST:
        return f"agrees to 1e-{math.floor(-math.log10(worst))}: rounded?"
    return ""
