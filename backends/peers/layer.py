"""The common form of all peers: a differentiable function from angles to p(0)."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import torch

from backends.circuits.circuit import Angle, Circuit
from backends.errors import CircuitError
from backends.gradients import ParameterShift, Shift, bound, shifts_of

Layer = Callable[[torch.Tensor, torch.Tensor | None], torch.Tensor]
"""Inputs, radians, float64, shape (n_images, n_circuits, n_inputs), and the trainable weights of each circuit, shape
(n_circuits, n_weights), None for a circuit without -> p(0), shape (n_images, n_circuits)."""

Rows = Callable[[torch.Tensor], torch.Tensor]
"""Bound angles, radians, float64, shape (n_rows, n_angles) -> p(0), shape (n_rows,)."""


class PlainGate(NamedTuple):
    """A gate with at most one parameter, which is one of the circuit's angles as it is."""

    name: str
    qubits: tuple[int, ...]
    angle: int | None


def plain_gates(circuit: Circuit) -> list[PlainGate]:
    """Return the gates of a circuit for a vendor to build.

    Raises:
        CircuitError: a gate has another parameter than one of the circuit's angles, or more than one.
    """
    return [PlainGate(gate.name, gate.qubits, _angle(gate.params, gate.name)) for gate in circuit.gates]


def _angle(params: tuple[float | Angle, ...], gate: str) -> int | None:
    match params:
        case ():
            return None
        case (Angle(index=index, scale=1.0, offset=0.0),):
            return index
        case _:
            raise CircuitError(
                f"peers: expected gates with at most one angle, neither scaled nor shifted, got {gate}{params}"
            )


def by_rows(probabilities: Rows) -> Layer:
    """Return a layer for a vendor that differentiates: all rows of a batch go to it in one call, weights bound."""

    def layer(values: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        return probabilities(bound(values, weights)).reshape(values.shape[:2])

    return layer


def by_parameter_shift(circuit: Circuit, probabilities: Rows) -> Layer:
    """Return a layer for a vendor without gradients: rows and their shifted copies go to it in one job."""
    evaluator = _Evaluator(probabilities, circuit, shifts_of(circuit, "exact"))

    def layer(values: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        found: torch.Tensor = ParameterShift.apply(values, weights, evaluator)  # type: ignore[no-untyped-call]  # torch
        return found

    return layer


@dataclasses.dataclass(frozen=True)
class _Evaluator:
    """The part of a head that ``ParameterShift`` needs."""

    probabilities: Rows
    circuit: Circuit
    shifts: tuple[Shift, ...]

    def evaluate(self, rows: torch.Tensor, *, n_shifted: int) -> torch.Tensor:
        return self.probabilities(rows)[:, None]
