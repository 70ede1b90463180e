"""The one parameter-shift implementation, for every head that cannot be differentiated from within."""

import functools
import math
from typing import Any, Literal, NamedTuple, Protocol, get_args

import torch

from backends.circuits.circuit import Circuit
from backends.errors import ConfigError

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
        ConfigError: no such rule.
    """
    if rule not in get_args(ShiftRule):
        raise ConfigError(f"expected a shift rule ({', '.join(get_args(ShiftRule))}), got {rule!r}")
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


def bound(angles: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
    """Return a row of bound angles for each circuit: those from the network, then the head's trainable weights.

    Args:
        angles: Radians, shape (..., n_circuits, n_inputs).
        weights: Radians, shape (n_circuits, n_weights); None for a circuit without.
    Returns:
        float64, shape (n_rows, n_angles).
    """
    rows = angles.double()
    if weights is not None:
        rows = torch.cat((rows, weights.double().expand(*rows.shape[:-1], -1)), dim=-1)
    return rows.flatten(0, -2)


class Evaluator(Protocol):
    """What ``ParameterShift`` needs of a head."""

    @property
    def circuit(self) -> Circuit:
        """What is evaluated."""

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The shifted evaluations of each row."""

    def evaluate(self, rows: torch.Tensor, *, n_shifted: int) -> torch.Tensor:
        """Return p(0) of rows of bound angles; see ``QuantumHead.evaluate``."""


class ParameterShift(torch.autograd.Function):
    """Probabilities with the parameter-shift rule as their derivative, in one job for the backend.

    Binding and changes of dtype are part of it, so that autograd records and goes back through one step instead of five.
    """

    @staticmethod
    def forward(ctx: Any, angles: torch.Tensor, weights: torch.Tensor | None, head: Evaluator) -> torch.Tensor:
        """Evaluate each row and its shifted copies.

        Args:
            ctx: Autograd's context.
            angles: Radians, shape (..., n_circuits, n_inputs).
            weights: Radians, shape (n_circuits, n_weights), or None.
            head: The head whose ``evaluate`` runs the job and counts it.
        Returns:
            p(0), shape (..., n_circuits * n_outputs), dtype of ``angles``.
        """
        rows = bound(angles, weights)
        offsets, coefficients = _tables(head.shifts, rows.shape[1], rows.device)
        n_shifts, n_rows, n_outputs = len(head.shifts), len(rows), head.circuit.n_outputs
        p_zero = head.evaluate((rows + offsets).flatten(0, 1), n_shifted=n_rows * n_shifts)
        p_zero = p_zero.reshape(1 + n_shifts, n_rows, n_outputs)
        ctx.save_for_backward(p_zero[1:], coefficients)
        ctx.angles = angles.shape, angles.dtype
        ctx.weights = None if weights is None else (weights.shape, weights.dtype)
        return p_zero[0].reshape(*angles.shape[:-2], angles.shape[-2] * n_outputs).to(angles.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad_output: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None, None]:
        """Contract the gradient of the outputs with the shifted probabilities that ``forward`` measured."""
        shifted, coefficients = ctx.saved_tensors
        derivatives = (shifted * grad_output.reshape(shifted.shape[1:])).sum(dim=2).T @ coefficients
        shape, dtype = ctx.angles
        if ctx.weights is None:
            return derivatives.reshape(shape).to(dtype), None, None
        of_inputs, of_weights = derivatives.tensor_split([shape[-1]], dim=1)
        weights_shape, weights_dtype = ctx.weights
        summed = of_weights.reshape(-1, *weights_shape).sum(dim=0)
        return of_inputs.reshape(shape).to(dtype), summed.to(weights_dtype), None


@functools.cache
def _tables(shifts: tuple[Shift, ...], n_angles: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what is added to rows, nothing and then each shift, (1 + n_shifts, 1, n_angles), and the coefficients."""
    offsets, coefficients = torch.zeros(2, 1 + len(shifts), n_angles, dtype=torch.float64)
    for number, shift in enumerate(shifts, start=1):
        offsets[number, shift.angle] = shift.shift
        coefficients[number, shift.angle] = shift.coefficient
    return offsets[:, None].to(device), coefficients[1:].to(device)
