"""The named circuits: what they compute, how they are called, and what their weights begin with."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from backends import CIRCUITS, circuit_named, find_circuit, head_class
from backends.circuits.catalogue import FAMILIES, Member, member_of, signature
from backends.circuits.circuit import Angle
from backends.circuits.oracle import probabilities
from backends.errors import CircuitError

_ALL = [*CIRCUITS, *FAMILIES]
_ANGLES = np.random.default_rng(1).uniform(-math.pi, math.pi, (50, 4))


@pytest.mark.parametrize(
    ("name", "closed_form"),
    [
        ("eq7", lambda a: (1 + np.cos(a[:, 0])) / 2),
        ("no_entanglement", lambda a: (1 + np.cos(a[:, 0])) / 2),
        ("eq7_reduced", lambda a: (1 + np.cos(a[:, 0])) / 2),
        ("hadamard_ry", lambda a: (1 - np.sin(a[:, 0])) / 2),
        ("reuploading_affine(n_layers=1)", lambda a: (1 + np.cos(a[:, 0])) / 2),
        ("eq7_swapped", lambda a: (1 + np.cos(a[:, 0]) * np.cos(a[:, 2]) * np.cos(a[:, 1] + a[:, 3])) / 2),
    ],
)
def test_closed_forms(name, closed_form):
    """eq7 is what it is without its CNOTs, or on one qubit: cos^2(phi_1/2). Only eq7_swapped gets anything from entanglement."""
    circuit = circuit_named(name)
    found = probabilities(circuit, _ANGLES[:, : circuit.n_angles])[:, 0]

    np.testing.assert_allclose(found, closed_form(_ANGLES), atol=1e-12)


@pytest.mark.parametrize(("name", "cnots"), [("eq7", [(2, 1), (1, 0)]), ("eq7_swapped", [(1, 2), (0, 1)])])
def test_gates_are_those_of_eq_5_to_8(name, cnots):
    """H on all, Rz(phi_1..3), CNOT, Rz(phi_4) on the second qubit, CNOT, H on the first, which is measured."""
    circuit = circuit_named(name)

    assert [gate.name for gate in circuit.gates] == ["h"] * 3 + ["rz"] * 3 + ["cx", "rz", "cx", "h"]
    assert [gate.qubits for gate in circuit.gates if gate.name == "cx"] == cnots
    assert [gate.qubits for gate in circuit.gates if gate.name == "rz"] == [(0,), (1,), (2,), (1,)]
    assert [gate.params[0].index for gate in circuit.gates if gate.name == "rz"] == [0, 1, 2, 3]
    assert (circuit.n_qubits, circuit.n_angles, circuit.n_weights, circuit.measured) == (3, 4, 0, (0,))


@pytest.mark.parametrize("name", _ALL)
def test_every_circuit_says_where_it_is_from(name):
    """Each circuit has a source, and each of its angles is used by a gate."""
    circuit = circuit_named(name)

    assert circuit.source
    used = {p.index for gate in circuit.gates for p in gate.params if isinstance(p, Angle)}
    assert used == set(range(circuit.n_angles))


def test_families_have_the_size_that_is_asked():
    """Width, depth and outputs decide the number of inputs and weights; the name spells them out."""
    circuit = circuit_named("hardware_efficient(n_qubits=4,n_layers = 2)")
    assert circuit.name == "hardware_efficient(n_qubits=4, n_layers=2, n_outputs=1)"
    assert (circuit.n_qubits, circuit.n_inputs, circuit.n_weights, circuit.measured) == (4, 4, 2 * 4 * 3, (0,))
    assert circuit_named(circuit.name) is circuit

    circuit = circuit_named("strongly_entangling(n_qubits=5, n_layers=3, n_outputs=5)")
    assert (circuit.n_inputs, circuit.n_weights, circuit.n_outputs) == (5, 3 * 5 * 3, 5)
    reaches = [(gate.qubits[1] - gate.qubits[0]) % 5 for gate in circuit.gates if gate.name == "cx"]
    assert reaches == [1] * 5 + [2] * 5 + [3] * 5

    circuit = circuit_named("reuploading(n_layers=4)")
    assert (circuit.n_inputs, circuit.n_weights) == (3, 12)
    assert [circuit.frequencies(index) for index in (0, 1, 2)] == [(1.0, 4)] * 3
    assert signature("reuploading") == "reuploading(n_qubits=1, n_layers=3, n_outputs=1)"


def test_dressed_is_the_circuit_of_its_source():
    """H, Ry(input); six layers of CNOTs on even and then odd pairs and of Ry(weight); each of four qubits is measured."""
    circuit = circuit_named("dressed")
    layer = [("cx", (0, 1)), ("cx", (2, 3)), ("cx", (1, 2)), *(("ry", (qubit,)) for qubit in range(4))]

    assert circuit.name == "dressed(n_qubits=4, n_layers=6)"
    assert (circuit.n_inputs, circuit.n_weights, circuit.measured) == (4, 24, (0, 1, 2, 3))
    assert [(gate.name, gate.qubits) for gate in circuit.gates] == [
        *(("h", (qubit,)) for qubit in range(4)),
        *(("ry", (qubit,)) for qubit in range(4)),
        *(6 * layer),
    ]


@pytest.mark.parametrize(("n_qubits", "cnots"), [(1, []), (2, [(0, 1)]), (3, [(0, 1), (1, 2), (2, 0)])])
def test_basic_entangler_is_the_circuit_of_its_source(n_qubits, cnots):
    """Rx(input), then layers of Rx(weight) and a ring of CNOTs, which two qubits close with one."""
    circuit = circuit_named(f"basic_entangler(n_qubits={n_qubits}, n_layers=2)")
    rotations = [("rx", (qubit,)) for qubit in range(n_qubits)]

    assert (circuit.n_inputs, circuit.n_weights, circuit.n_outputs) == (n_qubits, 2 * n_qubits, n_qubits)
    assert [(gate.name, gate.qubits) for gate in circuit.gates] == [
        *rotations,
        *(2 * [*rotations, *(("cx", pair) for pair in cnots)]),
    ]


def test_every_angle_of_reuploading_affine_is_an_input():
    """Three for each qubit and layer; CZ between layers."""
    circuit = circuit_named("reuploading_affine(n_qubits=2, n_layers=3)")

    assert (circuit.n_inputs, circuit.n_weights) == (3 * 2 * 3, 0)
    assert [gate.name for gate in circuit.gates] == ["u", "u", "cz"] * 2 + ["u", "u"]


def test_one_qubit_families_have_no_two_qubit_gate():
    """A family of one qubit is a circuit, too."""
    for family in FAMILIES:
        circuit = circuit_named(f"{family}(n_qubits=1)")
        assert all(len(gate.qubits) == 1 for gate in circuit.gates)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hardware_eficient(n_qubits=2)", "unknown circuit 'hardware_eficient.*did you mean 'hardware_efficient'"),
        ("eq7(n_qubits=2)", "circuit 'eq7' takes no parameters"),
        ("hardware_efficient(n_qubit=2)", "no parameter 'n_qubit': .*did you mean 'n_qubits'"),
        ("hardware_efficient(n_qubits=0)", "expected n_qubits from 1 to 16, got 0"),
        ("hardware_efficient(n_qubits=17)", "expected n_qubits from 1 to 16, got 17"),
        ("reuploading(n_layers=101)", "expected n_layers from 1 to 100, got 101"),
        ("reuploading(n_qubits=2, n_outputs=3)", "expected n_outputs from 1 to 2, got 3"),
        ("reuploading(n_layers=-1)", "expected n_layers once, as a whole number of at most 9999, got 'n_layers=-1'"),
        ("reuploading(n_layers=1, n_layers=2)", "expected n_layers once"),
        ("reuploading(3)", "no parameter '3'"),
        ("reuploading(n_layers=99999999999)", "at most 9999"),
        ("missing.toml", "missing.toml: the circuit cannot be read"),
        ("no such name!", "unknown circuit 'no such name!'"),
        ("", "unknown circuit ''"),
    ],
)
def test_unknown_names_and_numbers(name, message):
    """What is not in the catalogue is refused by name, key and number."""
    with pytest.raises(CircuitError, match=message):
        find_circuit(name)


def test_first_weights():
    """Weights begin within 0.1 of zero, differ between copies and seeds, and repeat with the seed."""
    heads = [
        head_class("statevector")(circuit_named("hardware_efficient"), n_circuits=3, seed=seed) for seed in (0, 0, 1)
    ]
    first, again, other = (head.weights.detach() for head in heads)

    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])
    assert 0.09 < first.abs().max() <= 0.1
    state = torch.random.get_rng_state()
    head_class("statevector")(circuit_named("reuploading"))
    assert torch.equal(state, torch.random.get_rng_state())


def test_names_and_sources_are_complete():
    """Each circuit is found under its own name and says where it comes from."""
    assert all(name == circuit.name and circuit.source for name, circuit in CIRCUITS.items())


def test_an_unknown_name_is_answered_with_the_nearest():
    """The message lists the circuits and the one that was meant."""
    with pytest.raises(CircuitError, match=r"unknown circuit 'eq7_swaped': .*eq7, .*did you mean 'eq7_swapped'\?"):
        circuit_named("eq7_swaped")


def test_a_circuit_knows_its_family() -> None:
    """The family and all parameters, defaults included; other sizes of it can be made."""
    found = member_of(circuit_named("hardware_efficient(n_layers=3)"))

    assert found == Member("hardware_efficient", {"n_qubits": 3, "n_layers": 3, "n_outputs": 1})
    assert found.resized(n_qubits=5) == circuit_named("hardware_efficient(n_qubits=5, n_layers=3)")
    assert all({"n_qubits", "n_layers"} <= member_of(circuit_named(name)).parameters.keys() for name in FAMILIES)


@pytest.mark.parametrize(
    "name", ["eq7", "hardware_efficient", "hardware_efficient(n_qubits=99)", "hardware_efficient(x=1)"]
)
def test_a_name_makes_no_family(name: str) -> None:
    """A circuit from elsewhere that is called like a family, or like none that exists, is of no family."""
    assert member_of(dataclasses.replace(circuit_named("eq7"), name=name)) is None
