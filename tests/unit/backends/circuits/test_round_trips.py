"""Random circuits out to Qiskit and to TOML, and back."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.drawing import draw as drawing
from backends.circuits.oracle import probabilities
from backends.circuits.qiskit import from_qiskit, to_qiskit
from backends.circuits.toml import dumps, loads

_NUMBERS = st.floats(-7, 7)
_SCALES = st.sampled_from([1.0, -1.0, 2.0, 0.5, -0.3])


@st.composite
def circuits(draw):
    """Any circuit of 1-4 qubits and up to 12 gates of every kind, with inputs, weights, scales and offsets."""
    n_qubits = draw(st.integers(1, 4))
    n_angles = draw(st.integers(0, 4))
    names = sorted(name for name, kind in GATES.items() if kind.n_qubits <= n_qubits)
    gates = []
    for name in draw(st.lists(st.sampled_from(names), max_size=12)):
        qubits = draw(st.permutations(range(n_qubits)))[: GATES[name].n_qubits]
        angle = st.builds(Angle, st.integers(0, n_angles - 1), _SCALES, _NUMBERS) if n_angles else st.nothing()
        gates.append(Gate(name, tuple(qubits), tuple(draw(_NUMBERS | angle) for _ in range(GATES[name].n_params))))
    measured = draw(st.permutations(range(n_qubits)))[: draw(st.integers(1, n_qubits))]
    n_weights = draw(st.integers(0, n_angles))
    return Circuit("random", n_qubits, n_angles, tuple(gates), tuple(measured), n_weights)


def _agree(circuit, other):
    angles = np.random.default_rng(3).uniform(-7, 7, (3, circuit.n_angles))
    np.testing.assert_allclose(probabilities(other, angles), probabilities(circuit, angles), atol=1e-10)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(circuits())
def test_qiskit_and_back(circuit):
    """A circuit that went to Qiskit and back has the same probabilities to 1e-10, and the same inputs and weights."""
    converted, angles = to_qiskit(circuit)
    back = from_qiskit(converted, inputs=angles[: circuit.n_inputs], weights=angles[circuit.n_inputs :])

    assert (back.n_qubits, back.n_inputs, back.n_weights) == (circuit.n_qubits, circuit.n_inputs, circuit.n_weights)
    assert back.measured == circuit.measured
    _agree(circuit, back)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(circuits())
def test_qiskit_computes_the_same(circuit):
    """Qiskit's own statevector of the converted circuit gives the oracle's probabilities to 1e-10: nothing is mirrored."""
    from qiskit.quantum_info import Statevector

    converted, angles = to_qiskit(circuit)
    row = np.random.default_rng(4).uniform(-7, 7, circuit.n_angles)
    unitary = converted.remove_final_measurements(inplace=False)
    state = Statevector(unitary.assign_parameters(dict(zip(angles, row, strict=True)), strict=False))
    found = [state.probabilities([qubit])[0] for qubit in circuit.measured]

    np.testing.assert_allclose(found, probabilities(circuit, row[None])[0], atol=1e-10)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(circuits(), st.text(max_size=20))
def test_toml_and_back(circuit, source):
    """A circuit that was written as TOML reads back as the same circuit, number for number."""
    named = dataclasses.replace(circuit, source=source)

    assert loads(dumps(named), where="p", name="random") == named


@settings(max_examples=60, deadline=None, derandomize=True)
@given(circuits())
def test_drawing_shows_everything(circuit):
    """A drawing has a line a qubit, all of one length, every output once, and each gate at least once."""
    lines = drawing(circuit).split("\n")[::2]

    assert len(lines) == circuit.n_qubits
    for output, qubit in enumerate(circuit.measured):
        assert lines[qubit].endswith(f"─M{output}")
    assert sum(line.count("─M") for line in lines) == circuit.n_outputs
    assert sum(line.count("×") for line in lines) == 2 * sum(gate.name == "swap" for gate in circuit.gates)
    controls = sum(gate.name.startswith("c") for gate in circuit.gates)
    assert sum(line.count("●") for line in lines) == controls


def test_a_wrong_sum_is_seen():
    """The comparison above is no formality: one sign changed is 0.3 apart."""
    one, other = (
        Circuit("c", 1, 1, (Gate("rx", (0,), (0.4,)), Gate("rx", (0,), (Angle(0, scale),)))) for scale in (1.0, -1.0)
    )

    with pytest.raises(AssertionError):
        _agree(one, other)


@pytest.mark.parametrize("name", sorted(name for name, kind in GATES.items() if kind.n_params))
def test_sums_of_angles(name):
    """A gate whose every parameter is a sum of two angles is, exactly, the gates that it is split into."""
    kind = GATES[name]
    sums = ", ".join(f"2*a + b/{k} + {k}" for k in range(1, 1 + kind.n_params))
    qubits = " ".join(map(str, range(kind.n_qubits)))
    before = "rx(1) 0\nry(2) 1\nh 1"
    after = "ry(0.7) 0\nrx(0.4) 0\nry(0.2) 1\nrx(0.9) 1"
    head = 'n_qubits = 2\ninputs = ["a", "b"]\nmeasured = [0, 1]\n'
    split = loads(f'{head}gates = """\n{before}\n{name}({sums}) {qubits}\n{after}\n"""', where="p", name="p")
    for a, b in np.random.default_rng(5).uniform(-4, 4, (5, 2)):
        numbers = ", ".join(str(2 * a + b / k + k) for k in range(1, 1 + kind.n_params))
        one = loads(f'{head}gates = """\n{before}\n{name}({numbers}) {qubits}\n{after}\n"""', where="p", name="p")
        np.testing.assert_allclose(probabilities(split, [[a, b]]), probabilities(one, [[a, b]]), atol=1e-10)
