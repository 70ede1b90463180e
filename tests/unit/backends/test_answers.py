"""What an adapter returns: probabilities, or an error that names row and value."""

from typing import Any

import pytest
import torch

from backends.answers import Outcomes, checked_joint, checked_probabilities
from backends.errors import OutputError


def table(*rows: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def test_margins_are_sums_over_the_other_outputs() -> None:
    """Of outcomes 00, 01, 10, 11 the first two have outcome 0 of the first output, 00 and 10 of the second."""
    executed = Outcomes(table((0.1, 0.2, 0.3, 0.4), (1, 0, 0, 0)), circuits=5, shots=7).margins()

    torch.testing.assert_close(executed.p_zero, table((0.3, 0.4), (1, 1)))
    assert (executed.circuits, executed.shots) == (5, 7)


def test_probabilities_pass_as_they_are() -> None:
    """0 and 1 included; the tensor is not copied."""
    answer = table((0.0, 1.0), (0.5, 0.25))

    assert checked_probabilities(answer, name="Mine", shape=(2, 2)) is answer


@pytest.mark.parametrize(("value", "expected"), [(-1e-9, 0.0), (1 + 1e-9, 1.0), (-1e-12, 0.0), (1 + 1e-12, 1.0)])
def test_rounding_is_cut_off(value: float, expected: float) -> None:
    """Up to 1e-9 outside of [0, 1] is rounding; the other values stay."""
    got = checked_probabilities(table((0.5,), (value,)), name="Mine", shape=(2, 1))

    assert got.tolist() == [[0.5], [expected]]


@pytest.mark.parametrize("value", [-1.1e-9, 1 + 1.1e-9, -1.0, 2.0, float("nan"), float("inf")])
def test_the_first_value_outside_is_named(value: float) -> None:
    """By row and output, beside sound values and later faults."""
    answer = table((0.5, 0.5), (1.0, value), (7.0, 7.0))

    with pytest.raises(OutputError, match=r"^Mine: .* in \[0, 1\], it returned \S+ for row 1, output 1$"):
        checked_probabilities(answer, name="Mine", shape=(3, 2))


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (torch.zeros(2, 1), r"torch.float32 of shape \(2, 1\)"),
        (torch.zeros(1, 2).double(), r"torch.float64 of shape \(1, 2\)"),
        (torch.zeros(2).double(), r"torch.float64 of shape \(2,\)"),
        ([[0.0], [0.0]], "list"),
    ],
)
def test_another_type_is_named(answer: Any, got: str) -> None:
    """Kind, precision and shape, with what was expected."""
    with pytest.raises(OutputError, match=rf"torch.float64 of shape \(2, 1\), it returned {got}$"):
        checked_probabilities(answer, name="Mine", shape=(2, 1))


def test_joint_outcomes_add_up_to_one() -> None:
    """A millionth may be lost, as noise channels do; more is an error with the first such row."""
    assert checked_joint(table((0.5, 0.5), (0.5, 0.5 - 0.9e-6)), name="Mine", shape=(2, 2)).shape == (2, 2)
    for off in (-1.1e-6, 1.1e-6):
        with pytest.raises(
            OutputError, match=r"^Mine: .* must add up to 1, those of row 1 add up to (0.99999|1.000001)"
        ):
            checked_joint(table((0.5, 0.5), (0.5, 0.5 + off), (0.1, 0.1)), name="Mine", shape=(3, 2))
