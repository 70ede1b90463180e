"""The batched simulation: bits that do not depend on the batch, and derivatives of first and second order."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from strategies import circuits

from backends.adapters.phase_states import PhaseStates
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import outcome_probabilities, probabilities
from backends.conformance.circuits import HARD_GRADIENT

_SEVERAL_IN_A_LAYER = Circuit(
    "several angles in a layer",
    3,
    3,
    (
        *(Gate("h", (qubit,)) for qubit in range(3)),
        *(Gate("rz", (qubit,), (Angle(qubit, scale, 0.3),)) for qubit, scale in enumerate((1.0, 3.0, 0.7))),
        Gate("cx", (0, 2)),
        Gate("rzz", (1, 2), (Angle(0, 0.9),)),
        *(Gate("h", (qubit,)) for qubit in (1, 2)),
        Gate("cp", (0, 1), (Angle(1),)),
        Gate("h", (0,)),
    ),
    measured=(2, 0),
)
_CIRCUITS = [
    circuit_named("eq7"),
    HARD_GRADIENT,
    _SEVERAL_IN_A_LAYER,
    circuit_named("reuploading(n_qubits=2, n_layers=2, n_outputs=2)"),
]


def _rows(circuit: Circuit, n_rows: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).uniform(-7, 7, (n_rows, circuit.n_angles)))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(circuits(max_qubits=4, max_gates=20))
def test_random_circuits_are_the_oracles(circuit: Circuit) -> None:
    """p(0), the weights of all states, and p(0) on the way of derivatives are the oracle's to 1e-12, every gate included."""
    rows = _rows(circuit, 3)
    everything = Circuit("all", circuit.n_qubits, circuit.n_angles, circuit.gates, tuple(range(circuit.n_qubits)))
    expected = probabilities(circuit, rows.numpy())
    states = PhaseStates(circuit)

    np.testing.assert_allclose(states.zeros(rows), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(states.zeros(rows.requires_grad_()).detach(), expected, rtol=0, atol=1e-12)
    weights = states.weights(rows.detach()).T
    np.testing.assert_allclose(weights, outcome_probabilities(everything, rows.detach().numpy()), rtol=0, atol=1e-12)


@pytest.mark.parametrize("circuit", _CIRCUITS, ids=lambda circuit: circuit.name)
def test_the_bits_of_a_row_do_not_depend_on_the_others(circuit: Circuit) -> None:
    """67 rows in parts of any size give the same bits, with and without derivatives."""
    states, rows = PhaseStates(circuit), _rows(circuit, 67)
    whole = states.zeros(rows)

    for size in range(1, 67):
        assert torch.equal(torch.cat([states.zeros(part) for part in rows.split(size)]), whole), size
    assert torch.equal(states.zeros(rows.requires_grad_()), whole)


@pytest.mark.parametrize("circuit", _CIRCUITS, ids=lambda circuit: circuit.name)
def test_first_and_second_derivatives(circuit: Circuit) -> None:
    """Both are the finite differences' (``torch.autograd.gradcheck``)."""
    states, rows = PhaseStates(circuit), _rows(circuit, 3).requires_grad_()

    assert torch.autograd.gradcheck(states.zeros, (rows,))
    assert torch.autograd.gradgradcheck(states.zeros, (rows,))


def test_a_graph_may_be_used_twice() -> None:
    """Two calls in one graph add up, and a second pass back gives the same as the first."""
    states, rows = PhaseStates(HARD_GRADIENT), _rows(HARD_GRADIENT, 4).requires_grad_()
    once = torch.autograd.grad(states.zeros(rows).sum(), rows)[0]
    both = states.zeros(rows).sum() + 2 * states.zeros(rows).sum()
    first, second = (torch.autograd.grad(both, rows, retain_graph=True)[0] for _ in range(2))

    torch.testing.assert_close(first, 3 * once, rtol=0, atol=1e-12)
    assert torch.equal(first, second)


def test_a_circuit_without_angles_has_the_derivative_zero() -> None:
    """A constant state, for any number of rows."""
    states = PhaseStates(Circuit("plus", 1, 2, (Gate("h", (0,)),)))
    rows = torch.zeros(5, 2, dtype=torch.float64, requires_grad=True)
    found = states.zeros(rows)

    torch.testing.assert_close(found.detach(), torch.full((5, 1), 0.5, dtype=torch.float64), rtol=0, atol=1e-15)
    assert torch.equal(torch.autograd.grad(found.sum(), rows)[0], torch.zeros(5, 2, dtype=torch.float64))
