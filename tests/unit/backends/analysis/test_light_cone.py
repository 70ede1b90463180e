"""Angles that are called dead are dead: for hundreds of random circuits, by the oracle."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import CLIFFORD, RADIANS, circuits

from backends.analysis.light_cone import ROTATIONS, structurally_dead_angles
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import gate_matrix, probabilities

_PAULIS = {"I": np.eye(2), "X": gate_matrix("x"), "Y": gate_matrix("y"), "Z": gate_matrix("z")}


def _product(letters: str) -> np.ndarray:
    matrix = np.eye(1)
    for letter in letters:
        matrix = np.kron(matrix, _PAULIS[letter])
    return matrix


@pytest.mark.parametrize("name", GATES)
def test_every_gate_is_its_turns(name: str) -> None:
    """Up to a phase, a gate is the product of its Pauli rotations and of one Pauli string, which only changes signs."""
    params = (0.7, 1.9, -0.4)[: GATES[name].n_params]
    matrix = np.eye(2 ** GATES[name].n_qubits, dtype=complex)
    for letters, which, factor in ROTATIONS[name]:
        half = factor * (1 if which is None else params[which]) / 2
        matrix = (math.cos(half) * np.eye(len(matrix)) - 1j * math.sin(half) * _product(letters)) @ matrix
    left = gate_matrix(name, *params) @ matrix.conj().T

    strings = [a + b for a in "IXYZ" for b in "IXYZ"] if GATES[name].n_qubits == 2 else list("IXYZ")
    overlaps = [abs(np.trace(_product(letters) @ left)) / len(matrix) for letters in strings]
    if GATES[name].n_params:
        assert overlaps[0] == pytest.approx(1, abs=1e-12)
    assert max(overlaps) == pytest.approx(1, abs=1e-12)


def _largest_change(circuit: Circuit, angle: int) -> float:
    rows = np.random.default_rng(5).uniform(-7, 7, (3, circuit.n_angles))
    moved = rows.copy()
    moved[:, angle] = np.random.default_rng(6).uniform(-7, 7, 3)
    return float(np.abs(probabilities(circuit, rows) - probabilities(circuit, moved)).max())


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(circuits(max_qubits=4, max_gates=14, numbers=CLIFFORD | RADIANS))
def test_dead_angles_of_random_circuits_change_nothing(circuit: Circuit) -> None:
    """An angle that the structure proves dead leaves the oracle's probabilities as they are, at any other angles."""
    for angle in structurally_dead_angles(circuit):
        assert _largest_change(circuit, angle) < 1e-12


def _chain(n_qubits: int) -> Circuit:
    """Return a chain whose last qubit alone is measured: CNOTs point away from it."""
    gates = [Gate("ry", (qubit,), (Angle(qubit),)) for qubit in range(n_qubits)]
    gates += [Gate("cz", (qubit, qubit + 1)) for qubit in range(n_qubits - 1)]
    return Circuit("chain", n_qubits, n_qubits, tuple(gates), measured=(n_qubits - 1,))


@pytest.mark.parametrize(
    ("circuit", "dead"),
    [
        (circuit_named("eq7"), {1, 2, 3}),
        (circuit_named("eq7_swapped"), set()),
        (circuit_named("no_entanglement"), {1, 2, 3}),
        (_chain(40), set(range(39))),  # no number of the circuit's 2**40 amplitudes is needed
        (Circuit("start", 1, 2, (Gate("rz", (0,), (Angle(0),)), Gate("rx", (0,), (Angle(1),)))), {0}),
        (
            Circuit("control is zero", 2, 1, (Gate("cx", (0, 1)), Gate("rzz", (0, 1), (Angle(0),)), Gate("h", (1,)))),
            {0},
        ),
        (Circuit("half turn", 1, 1, (Gate("rx", (0,), (math.pi / 2,)), Gate("ry", (0,), (Angle(0),)))), {0}),
        (Circuit("nearly", 1, 1, (Gate("rx", (0,), (math.pi / 2 + 1e-6,)), Gate("ry", (0,), (Angle(0),)))), set()),
        (Circuit("unused", 1, 1, (Gate("rx", (0,), (Angle(0, scale=0.0, offset=1.0),)),)), {0}),
        (Circuit("one use of two", 2, 1, tuple(Gate("rx", (q,), (Angle(0),)) for q in (0, 1))), set()),
    ],
    ids=lambda value: value.name if isinstance(value, Circuit) else "",
)
def test_dead_angles_of_known_circuits(circuit: Circuit, dead: set[int]) -> None:
    """What is known by hand is found: commutation, light cones, the start state, and what is not dead stays."""
    assert structurally_dead_angles(circuit) == dead
