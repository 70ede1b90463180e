"""Random circuits of up to 5 qubits and 30 gates: every backend's exact answers and gradients are the oracle's.

Hypothesis looks for the largest deviations; ``tox -e properties`` takes 500 circuits a test and prints them.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, target
from strategies import circuits

from backends.circuits.circuit import Circuit
from backends.circuits.oracle import probabilities
from backends.gradients import shifts_of
from backends.head import QuantumHead
from backends.registry import head_class

_EXACT = ["statevector", "aer_statevector", "pennylane"]
_ALLOWED = 1e-10


def _rows(circuit: Circuit, n_rows: int) -> np.ndarray:
    return np.random.default_rng(11).uniform(-7, 7, (n_rows, circuit.n_angles))


def _head(name: str, circuit: Circuit, row: np.ndarray) -> QuantumHead:
    """Return a head of one circuit whose weights, in double precision, are the last angles of the row."""
    head = head_class(name)(circuit, n_circuits=1)
    if head.weights is not None:
        head.weights = torch.nn.Parameter(torch.tensor(row[None, circuit.n_inputs :]))
    return head


def _oracle_jacobian(circuit: Circuit, row: np.ndarray) -> np.ndarray:
    """Return d output / d angle by the shift rule of the oracle, shape (n_outputs, n_angles)."""
    found = np.zeros((circuit.n_outputs, circuit.n_angles))
    for shift in shifts_of(circuit, "exact"):
        moved = row + shift.shift * np.eye(circuit.n_angles)[shift.angle]
        found[:, shift.angle] += shift.coefficient * probabilities(circuit, moved[None])[0]
    return found


@pytest.mark.parametrize("name", _EXACT)
@given(circuit=circuits())
def test_probabilities(name: str, circuit: Circuit) -> None:
    """p(0) of each measured qubit is the oracle's to 1e-10, through the batch and its weights."""
    rows = _rows(circuit, 3)
    rows[:, circuit.n_inputs :] = rows[0, circuit.n_inputs :]
    with torch.no_grad():
        got = _head(name, circuit, rows[0])(torch.from_numpy(rows[:, None, : circuit.n_inputs])).numpy()

    deviation = float(np.abs(got - probabilities(circuit, rows)).max())
    target(deviation, label=f"largest deviation of a probability, {name}")
    assert deviation <= _ALLOWED


@pytest.mark.parametrize("name", _EXACT)
@given(circuit=circuits(min_angles=1, max_angles=3))
def test_gradients(name: str, circuit: Circuit) -> None:
    """Derivatives by inputs and by weights are the oracle's to 1e-10, whether by autograd or by parameter shift."""
    row = _rows(circuit, 1)[0]
    head = _head(name, circuit, row)
    inputs = torch.tensor(row[None, None, : circuit.n_inputs], requires_grad=True)
    mixture = torch.linspace(1.0, 2.0, circuit.n_outputs, dtype=torch.float64)  # tells the outputs apart
    (head(inputs)[0] @ mixture).backward()
    grads = [inputs.grad, *(parameter.grad for parameter in head.parameters())]
    got = torch.cat([grad.flatten() for grad in grads if grad is not None]).numpy()

    expected = mixture.numpy() @ _oracle_jacobian(circuit, row)
    deviation = float(np.abs(got - expected).max())
    target(deviation, label=f"largest deviation of a derivative, {name}")
    assert deviation <= _ALLOWED
