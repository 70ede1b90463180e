"""The common form of all peers: a differentiable function from angles to p(0)."""

import dataclasses
from collections.abc import Callable

import torch

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.gradients import ParameterShift, Shift, shifts_of

Layer = Callable[[torch.Tensor], torch.Tensor]
"""Angles, radians, float64, shape (n_images, n_circuits, n_angles) -> p(0), shape (n_images, n_circuits)."""


def by_parameter_shift(probabilities: Callable[[torch.Tensor], torch.Tensor]) -> Layer:
    """Return a layer for a vendor without gradients: rows and their shifted copies go to it in one job.

    Args:
        probabilities: Rows of angles, shape (n_rows, n_angles) -> p(0), float64, shape (n_rows,).
    """
    circuit = circuit_named("eq7")
    evaluator = _Evaluator(probabilities, circuit, shifts_of(circuit, "exact"))

    def layer(values: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = ParameterShift.apply(values, None, evaluator)  # type: ignore[no-untyped-call]  # torch
        return found

    return layer


@dataclasses.dataclass(frozen=True)
class _Evaluator:
    """The part of a head that ``ParameterShift`` needs."""

    probabilities: Callable[[torch.Tensor], torch.Tensor]
    circuit: Circuit
    shifts: tuple[Shift, ...]

    def evaluate(self, rows: torch.Tensor, *, n_shifted: int) -> torch.Tensor:
        return self.probabilities(rows)[:, None]
