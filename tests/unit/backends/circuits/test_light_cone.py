"""What is left out or called dead cannot matter: for hundreds of random circuits, by the oracle."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import CLIFFORD, RADIANS, circuits

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.light_cone import idle_angles, simulated_facts, structurally_dead_angles, without_idle_gates
from backends.circuits.oracle import outcome_probabilities, probabilities


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


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(circuits(max_qubits=4, max_gates=14, numbers=CLIFFORD | RADIANS))
def test_what_is_left_out_changes_no_joint_outcome(circuit: Circuit) -> None:
    """The joint outcomes of all measured qubits stay as they are, to 1e-12, and angles keep their places."""
    rows = np.random.default_rng(5).uniform(-7, 7, (2, circuit.n_angles))
    left = without_idle_gates(circuit)

    expected = outcome_probabilities(circuit, rows)
    np.testing.assert_allclose(outcome_probabilities(left, rows), expected, rtol=0, atol=1e-12)
    assert (left.n_angles, left.n_weights, left.n_outputs) == (circuit.n_angles, circuit.n_weights, circuit.n_outputs)
    moved = rows.copy()
    for angle in idle_angles(circuit):
        moved[:, angle] = 2.5
    np.testing.assert_allclose(outcome_probabilities(circuit, moved), expected, rtol=0, atol=1e-12)


def test_random_circuits_lose_many_gates() -> None:
    """The test above is one of something: half of the gates of random circuits are left out."""
    seen: list[tuple[int, int]] = []

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(circuits(max_qubits=4, max_gates=14, numbers=CLIFFORD | RADIANS))
    def look(circuit: Circuit) -> None:
        seen.append((len(circuit.gates), len(without_idle_gates(circuit).gates)))

    look()
    assert sum(left for _, left in seen) < 0.6 * sum(gates for gates, _ in seen)


def _u(theta: float | Angle, phi: float | Angle, lam: float | Angle) -> Gate:
    return Gate("u", (0,), (theta, phi, lam))


@pytest.mark.parametrize(
    ("circuit", "left"),
    [
        (circuit_named("eq7"), (Gate("h", (0,)), Gate("rz", (0,), (Angle(0),)), Gate("h", (0,)))),
        (circuit_named("eq7_swapped"), circuit_named("eq7_swapped").gates),
        (Circuit("x stays", 1, 0, (Gate("x", (0,)), Gate("z", (0,)))), (Gate("x", (0,)),)),
        (Circuit("x of plus", 1, 0, (Gate("h", (0,)), Gate("x", (0,)), Gate("h", (0,)))), (Gate("h", (0,)),) * 2),
        (Circuit("no turn", 1, 1, (Gate("rx", (0,), (Angle(0, 0.0, 4 * math.pi),)),)), ()),
        (Circuit("nearly no turn", 1, 0, (Gate("rx", (0,), (1e-6,)),)), (Gate("rx", (0,), (1e-6,)),)),
        (Circuit("parts of u", 1, 3, (_u(Angle(0), Angle(1), Angle(2)),)), (Gate("ry", (0,), (Angle(0),)),)),
        (
            Circuit("u as it was", 1, 3, (Gate("h", (0,)), _u(Angle(0), Angle(1), Angle(2)), Gate("h", (0,)))),
            (Gate("h", (0,)), _u(Angle(0), Angle(1), Angle(2)), Gate("h", (0,))),
        ),
        (_chain(40), (Gate("ry", (0,), (Angle(39),)),)),
    ],
    ids=lambda value: value.name if isinstance(value, Circuit) else "",
)
def test_what_is_left_of_known_circuits(circuit: Circuit, left: tuple[Gate, ...]) -> None:
    """What is known by hand is found: commutation, light cones, the start state; and what matters stays."""
    assert without_idle_gates(circuit).gates == left


def test_correlations_matter_to_joint_outcomes() -> None:
    """A gate that no single output feels, but their correlation does, stays where both qubits are measured."""
    gates = (Gate("h", (0,)), Gate("cx", (0, 1)), Gate("ry", (0,), (Angle(0),)))
    both, one = (Circuit("Bell", 2, 1, gates, measured) for measured in ((0, 1), (0,)))

    assert structurally_dead_angles(both) == {0}  # p(0) is 1/2 at any angle
    assert idle_angles(both) == set()
    assert without_idle_gates(both).gates == gates
    assert idle_angles(one) == {0}


def test_qubits_that_are_measured_stay_in_their_order() -> None:
    """Untouched qubits that are measured stay, and others go."""
    gates = (Gate("ry", (4,), (Angle(0),)), Gate("cx", (4, 2)), Gate("h", (3,)))
    left = without_idle_gates(Circuit("wide", 6, 1, gates, measured=(4, 0, 2)))

    assert (left.n_qubits, left.measured) == (3, (2, 0, 1))
    assert left.gates == (Gate("ry", (2,), (Angle(0),)), Gate("cx", (2, 1)))


def test_provenance_counts_what_is_left_out() -> None:
    """eq7 is simulated with one qubit and three gates."""
    found = simulated_facts(circuit_named("eq7"))

    assert {key: found[key] for key in ("qubits", "gates", "qubits_left_out", "gates_left_out")} == {
        "qubits": 1, "gates": 3, "qubits_left_out": 2, "gates_left_out": 7,
    }  # fmt: skip
