"""The named circuits are the paper's, and an unknown name is answered."""

import pytest

from backends.catalogue import CIRCUITS, circuit_named
from backends.errors import CircuitError


@pytest.mark.parametrize(("name", "cnots"), [("eq7", [(2, 1), (1, 0)]), ("eq7_swapped", [(1, 2), (0, 1)])])
def test_gates_are_those_of_eq_5_to_8(name: str, cnots: list[tuple[int, int]]) -> None:
    """H on all, Rz(phi_1..3), CNOT, Rz(phi_4) on the second qubit, CNOT, H on the first, which is measured."""
    circuit = circuit_named(name)

    assert [gate.name for gate in circuit.gates] == ["h"] * 3 + ["rz"] * 3 + ["cx", "rz", "cx", "h"]
    assert [gate.qubits for gate in circuit.gates if gate.name == "cx"] == cnots
    assert [gate.qubits for gate in circuit.gates if gate.name == "rz"] == [(0,), (1,), (2,), (1,)]
    assert [gate.params[0].index for gate in circuit.gates if gate.name == "rz"] == [0, 1, 2, 3]
    assert (circuit.n_qubits, circuit.n_angles, circuit.n_weights, circuit.measured) == (3, 4, 0, (0,))


def test_names_and_sources_are_complete() -> None:
    """Each circuit is found under its own name and says where it comes from."""
    assert all(name == circuit.name and circuit.source for name, circuit in CIRCUITS.items())


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """The message lists the circuits and the one that was meant."""
    with pytest.raises(CircuitError, match=r"unknown circuit 'eq7_swaped': .*eq7, .*did you mean 'eq7_swapped'\?"):
        circuit_named("eq7_swaped")
