"""The function that a trained head computes, as a sum of products of cosines of its inputs.

With its weights fixed, each probability of a circuit, noise included, is a trigonometric polynomial of the inputs alone
(``backends.surrogates.polynomial``). So circuits with many weights have such a function too, one for each copy.
"""

import dataclasses

import numpy as np
import torch

from backends.analysis.formula import closed_form
from backends.circuits.drawing import angle_names
from backends.circuits.light_cone import structurally_dead_angles
from backends.head import QuantumHead
from backends.surrogates.polynomial import MAX_POINTS, Grid, Response
from harness.errors import PlanError


@dataclasses.dataclass(frozen=True)
class ClassicalFunction:
    """p(0) of output o of circuit c: sum over terms t of coefficients[c, t, o] * prod_i cos(frequencies[t, i] x_i - phases[t, i]).

    Attributes:
        frequencies: Per radian, float64, shape (n_terms, n_inputs); 0 where a term does not depend on an input.
        phases: Radians, same shape: pi/2 makes the cosine a sine.
        coefficients: float64, shape (n_circuits, n_terms, n_outputs).
        formulas: A formula of each output of each circuit that differs from the others; None where it is not short.
        dead_inputs: Names of the inputs on which nothing depends.
        n_evaluations: Circuit evaluations from which it was read.
    """

    frequencies: torch.Tensor
    phases: torch.Tensor
    coefficients: torch.Tensor
    formulas: tuple[str | None, ...]
    dead_inputs: tuple[str, ...]
    n_evaluations: int

    @property
    def n_terms(self) -> int:
        """Terms, the constant included."""
        return len(self.frequencies)

    @property
    def values_per_sample(self) -> int:
        """Numbers that are held to evaluate the function for one sample."""
        return len(self.coefficients) * self.frequencies.numel()


def function_of(head: QuantumHead) -> ClassicalFunction:
    """Read the function off a head's exact answers on a grid of its inputs, the weights as they are.

    Args:
        head: Exact, with trained weights.

    Raises:
        CircuitError: an input has no finite list of frequencies.
        PlanError: the grid is too large.
    """
    circuit = head.circuit
    copies = 1 if head.weights is None else head.n_circuits
    grid = _grid_of_inputs(head, copies=copies)
    rows = torch.zeros(copies, grid.n_points, circuit.n_angles, dtype=torch.float64)
    rows[:, :, : circuit.n_inputs] = grid.points()
    if head.weights is not None:
        rows[:, :, circuit.n_inputs :] = head.weights.detach().cpu().double()[:, None]
    with torch.no_grad():
        found = head.evaluate(rows.flatten(0, 1), n_shifted=0).cpu().numpy()
    values = found.reshape(copies, grid.n_points, circuit.n_outputs).transpose(1, 0, 2).reshape(grid.n_points, -1)
    response = Response.from_grid(grid, values)
    names = angle_names(circuit)[: circuit.n_inputs]
    frequencies, phases = _waves(response)
    coefficients = np.array([term.coefficients for term in response.terms]).reshape(-1, copies, circuit.n_outputs)
    return ClassicalFunction(
        frequencies=torch.from_numpy(frequencies),
        phases=torch.from_numpy(phases),
        coefficients=torch.from_numpy(coefficients).transpose(0, 1).expand(head.n_circuits, -1, -1).contiguous(),
        formulas=tuple(closed_form(response, value=value, names=names) for value in range(response.n_values)),
        dead_inputs=tuple(names[index] for index in response.dead_angles),
        n_evaluations=len(found),
    )


def _grid_of_inputs(head: QuantumHead, *, copies: int) -> Grid:
    """Return the grid of the inputs alone: a circuit may have more weights than an array has dimensions.

    Raises:
        PlanError: it takes more evaluations than ``MAX_POINTS``.
    """
    circuit = head.circuit
    dead = frozenset[int]() if head.capabilities.noisy else structurally_dead_angles(circuit)
    found = [(1.0, 0) if index in dead else circuit.frequencies(index) for index in range(circuit.n_inputs)]
    grid = Grid(tuple(base for base, _ in found), tuple(count for _, count in found))
    if grid.n_points * copies > MAX_POINTS:
        shown = " x ".join(str(size) for size in grid.shape if size > 1)
        raise PlanError(
            f"head {head.name} with circuit {circuit.name!r} has no classical function of an allowed size: its inputs take "
            f"{shown} points for each of {copies} sets of weights = {grid.n_points * copies} circuit evaluations, at most "
            f"{MAX_POINTS} are allowed; use a circuit with fewer inputs"
        )
    return grid


def _waves(response: Response) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies and phases, each of shape (n_terms, n_inputs)."""
    frequencies, phases = (np.zeros((response.n_terms, len(response.grid.bases))) for _ in range(2))
    for row, term in enumerate(response.terms):
        for factor in term.factors:
            frequencies[row, factor.angle] = factor.frequency
            phases[row, factor.angle] = np.pi / 2 if factor.function == "sin" else 0.0
    return frequencies, phases
