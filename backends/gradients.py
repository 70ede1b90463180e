"""The one parameter-shift implementation, for every head that cannot be differentiated from within."""

import functools
import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import torch

from backends.circuit import Circuit

if TYPE_CHECKING:
    from backends.head import QuantumHead

ShiftRule = Literal["exact", "paper_eq9"]
"""exact: the true derivative. paper_eq9: Eq. (9) as printed, without the factor 1/2 that the rule has at pi/2."""


class Shift(NamedTuple):
    """One shifted evaluation: ``derivative by angle`` has the term ``coefficient * p(angles + shift * e_angle)``."""

    angle: int
    shift: float
    coefficient: float


def shifts_of(circuit: Circuit, rule: ShiftRule) -> tuple[Shift, ...]:
    """Return the shifted evaluations of one gradient row: 2 for an angle that enters one rotation, 0 for an unused one.

    An angle whose probabilities have R frequencies needs 2 R of them, equally spaced. For R = 1 these are +-pi/2 with
    coefficients +-1/2. Source: Wierichs et al., Quantum 6, 677 (2022), Eq. (25); it is the paper's reference [28].

    Raises:
        CircuitError: an angle has no finite shift rule (see ``Circuit.frequencies``).
    """
    factor = 2.0 if rule == "paper_eq9" else 1.0
    shifts = []
    for angle in range(circuit.n_angles):
        base, count = circuit.frequencies(angle)
        for term in range(1, count + 1):  # +- pairs of the rule's 2 R points
            point = (2 * term - 1) * math.pi / (2 * count)
            coefficient = (-1) ** (term - 1) / (4 * count * math.sin(point / 2) ** 2)
            shifts.append(Shift(angle, point / base, factor * base * coefficient))
            shifts.append(Shift(angle, -point / base, -factor * base * coefficient))
    return tuple(shifts)


class ParameterShift(torch.autograd.Function):
    """Probabilities of unshifted rows with the parameter-shift rule as their derivative, in one job for the backend."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, head: "QuantumHead") -> torch.Tensor:
        """Evaluate each row and its shifted copies.

        Args:
            ctx: Autograd's context.
            rows: Angles in radians, shape (n_rows, n_angles), float64.
            head: The head whose ``evaluate`` runs the job and counts it.
        Returns:
            p(0), shape (n_rows, n_outputs), float64.
        """
        n_rows, n_angles = rows.shape
        offsets, coefficients = (table.to(rows) for table in _tables(head.shifts, n_angles))
        stacked = rows + offsets[:, None, :]
        p_zero = head.evaluate(stacked.flatten(0, 1), n_shifted=n_rows * len(head.shifts))
        p_zero = p_zero.reshape(1 + len(head.shifts), n_rows, head.circuit.n_outputs)
        ctx.save_for_backward(p_zero[1:], coefficients)
        return p_zero[0]

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad_output: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Contract the gradient of the outputs with the shifted probabilities that ``forward`` measured."""
        shifted, coefficients = ctx.saved_tensors
        return (shifted * grad_output).sum(dim=2).T @ coefficients, None


@functools.cache
def _tables(shifts: tuple[Shift, ...], n_angles: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what is added to a row (nothing, then each shift), and the coefficients; (1 +) n_shifts x n_angles."""
    offsets, coefficients = torch.zeros(2, 1 + len(shifts), n_angles, dtype=torch.float64)
    for number, shift in enumerate(shifts, start=1):
        offsets[number, shift.angle] = shift.shift
        coefficients[number, shift.angle] = shift.coefficient
    return offsets, coefficients[1:]
