"""Qiskit circuits and OpenQASM files: read exactly, or refused by gate and line."""

import dataclasses
import math

import numpy as np
import pytest
import qiskit

from backends.circuits.circuit import Angle, Gate
from backends.circuits.drawing import angles_in_words, draw
from backends.circuits.files import find_circuit, read_circuit
from backends.circuits.oracle import probabilities
from backends.circuits.qiskit import from_qiskit
from backends.circuits.toml import dumps
from backends.circuits.toml import loads as read_toml
from backends.errors import CircuitError

_QASM2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\ncreg c[3];\n'
_QASM3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[3] c;\n'


def _read(tmp_path, text):
    file = tmp_path / "x.qasm"
    file.write_text(text)
    return read_circuit(file)


def _exact(unitary, measured):
    from qiskit.quantum_info import Statevector

    state = Statevector(unitary)
    return [state.probabilities([qubit])[0] for qubit in measured]


def test_affine_parameters():
    """Sums and multiples of Parameters become scales and offsets; order is Qiskit's, weights come last as chosen."""
    from qiskit.circuit import Parameter, ParameterVector

    x, w = ParameterVector("x", 11), Parameter("a_weight")
    circuit = qiskit.QuantumCircuit(2, 1)
    circuit.rx(2 * x[10] - 0.5, 0)
    circuit.rz(x[2] / 2 + w, 1)
    circuit.ry(3 * (x[2] + 1) - 3 * x[2], 1)
    circuit.measure(1, 0)
    found = from_qiskit(circuit, weights=["a_weight"])

    assert found.gates == (
        Gate("rx", (0,), (Angle(1, 2.0, -0.5),)),
        Gate("rz", (1,), (Angle(0, 0.5),)),
        Gate("rz", (1,), (Angle(2),)),
        Gate("ry", (1,), (3.0,)),
    )
    assert (found.n_inputs, found.n_weights, found.measured) == (2, 1, (1,))
    whole = from_qiskit(circuit, inputs=["x"], weights=[w])
    assert (whole.n_inputs, whole.n_weights) == (11, 1)
    assert whole.gates[0].params[0].index == 10


def test_other_gates_are_replaced_by_their_definitions():
    """Standard gates that are not ours keep what the circuit computes, and the source says which they were."""
    circuit = qiskit.QuantumCircuit(3, 3)
    circuit.h([0, 1, 2])
    for name, qubits in {"ccx": 3, "cy": 2, "ch": 2, "iswap": 2, "sxdg": 1, "cswap": 3, "ccz": 3, "ecr": 2}.items():
        circuit.rx(0.3, 0)
        circuit.ry(0.7, 1)
        getattr(circuit, name)(*range(qubits))
    circuit.rzx(0.4, 1, 2)
    circuit.cu(0.1, 0.2, 0.3, 0.4, 2, 0)
    circuit.cx(0, 1, ctrl_state=0)
    circuit.id(0)
    circuit.barrier()
    circuit.global_phase = 1.0
    unitary = circuit.copy()
    circuit.measure([0, 1, 2], [2, 0, 1])
    found = from_qiskit(circuit)

    assert found.measured == (1, 2, 0)
    np.testing.assert_allclose(probabilities(found, np.zeros((1, 0)))[0], _exact(unitary, (1, 2, 0)), atol=1e-10)
    assert "ccx (3)" in found.source  # one of its own, two in cswap and ccz
    assert "barrier" not in found.source


def test_a_name_is_not_enough(tmp_path):
    """A file's own gate that bears a standard name is what the file says it is."""
    text = "OPENQASM 2.0;\ngate h a { U(pi,0,pi) a; }\ngate id a { U(pi/2,0,0) a; }\ngate cu a { h a; }\nqreg q[1];\ncreg c[1];\n"
    text += "h q[0];id q[0];id q[0];cu q[0];\nmeasure q[0] -> c[0];\n"
    found = _read(tmp_path, text)

    np.testing.assert_allclose(probabilities(found, np.zeros((1, 0))), [[0.0]], atol=1e-12)
    assert found.source.endswith("x.qasm")


def test_openqasm_2(tmp_path):
    """An OpenQASM 2 file has no parameters: all its angles are numbers; outputs are ordered by classical bit."""
    found = _read(
        tmp_path,
        _QASM2 + "h q;\nrz(pi/4) q[1];\nccx q[0],q[1],q[2];\nh q[1];\nmeasure q[1]->c[2];\nmeasure q[0]->c[0];",
    )

    assert (found.n_angles, found.measured, found.name) == (0, (0, 1), "x.qasm")
    assert "ccx (1)" in found.source


def test_a_first_reset_does_nothing(tmp_path):
    """Resetting qubits that nothing has touched, as OpenQASM 3 programs do, is left out; without a version it is 3."""
    found = _read(
        tmp_path, 'include "stdgates.inc";\nqubit[2] q;\nbit c;\nreset q;\nh q[0];\nreset q[1];\nc = measure q[0];'
    )

    assert found.gates == (Gate("h", (0,)),)


def test_openqasm_3(tmp_path):
    """Inputs of OpenQASM 3 are angles in the order of their declarations, used or not."""
    body = "input float[64] zeta;\ninput angle  unused; // input float no;\ninput float b;\nrx(2*b+pi) q[0];\nry(zeta) q[1];\n"
    found = _read(tmp_path, _QASM3 + body + "cx q[0], q[2];\nc[0] = measure q[2];\n")

    assert (found.n_inputs, found.n_weights, found.measured) == (3, 0, (2,))
    assert found.gates[0] == Gate("rx", (0,), (Angle(2, 2.0, math.pi),))
    assert found.gates[1] == Gate("ry", (1,), (Angle(0),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_QASM2 + "h q;\nreset q[1];\nmeasure q->c;", r"x.qasm:6: .*\(reset on qubit 1\): not a gate of ours"),
        (
            _QASM2 + "h q[0]; x q[1];\nmeasure q[0]->c[0];\nif(c==1) x q[1];",
            r"x.qasm:7: .*\(if_else .*classical control",
        ),
        (
            _QASM2 + "measure q[0]->c[0];\n\nh q[1]; h\n q[0];",
            r"x.qasm:7: .*\(h on qubit 0\): it acts on qubit 0 after",
        ),
        (_QASM2 + "measure q[0]->c[0];\nmeasure q[0]->c[1];", r"x.qasm:6: .*measured already"),
        (_QASM2 + "measure q[0]->c[0];\nmeasure q[1]->c[0];", r"x.qasm:6: .*classical bit 0 is written twice"),
        (_QASM2 + "opaque o a;\no q[0];\nmeasure q->c;", r"x.qasm:6: .*\(o on qubit 0\): not a gate of ours"),
        (_QASM2 + "/* a\n b */\nhh q[0];", "x.qasm:7: Qiskit cannot read it: 'hh' is not defined"),
        (_QASM2 + "h q", r"x.qasm:5: Qiskit cannot read it: .* ';'"),
        (_QASM2 + "h q;\n", "x.qasm:5: .*it measures no qubit"),
        (_QASM3 + "h q[0];\nreset q[0];\nc[0] = measure q[0];", r"x.qasm:6: .*\(reset on qubit 0\)"),
        (_QASM3 + "c[0] = measure q[0];\nif (c[0]) {\n x q[1];\n}\n", r"x.qasm:6: .*\(if_else"),
        (
            _QASM3 + "input float a;\nh q[0];\nrx(a*a) q[0];\nc[0] = measure q[0];",
            r"x.qasm:7: .*\(rx on qubit 0\): .*not affine",
        ),
        (_QASM3 + "hh q[0];", "x.qasm:5: Qiskit cannot read it: gate 'hh' is not defined"),
        (_QASM3 + "h q[0]\nx q[1];", "x.qasm:[56]: Qiskit cannot read it: it is not well formed"),
        (_QASM3 + "input int[8] n;\nh q[0];", "x.qasm:5: Qiskit cannot read it: only 'float' and 'angle'"),
        ("// old\n\nOPENQASM 2.0\nqreg q[1];", "x.qasm:3: expected 'OPENQASM 2.0;' or"),
        ("OPENQASM 4;\n", "x.qasm:1: expected 'OPENQASM 2.0;' or"),
        ("\nh q[0];", "x.qasm:2: Qiskit cannot read it: "),
        ("// h q;\n", "x.qasm:1: expected OpenQASM, got nothing"),
        (_QASM3 + "const float a = 2.0;\n", "x.qasm:5: Qiskit cannot read it: node of type ConstantDeclaration is not"),
    ],
)
def test_refused_by_gate_and_line(tmp_path, text, message):
    """What a circuit of ours cannot hold is refused by file, line and gate; so is what is not OpenQASM."""
    with pytest.raises(CircuitError, match=message):
        _read(tmp_path, text)


def test_nested_definitions_are_bounded(tmp_path, monkeypatch):
    """Definitions that double thirty times are refused after so many gates, and so are those 3,000 deep."""
    monkeypatch.setattr("backends.circuits.qiskit._MAX_GATES", 1000)
    gates = "gate g0 a { h a; }\n" + "".join(f"gate g{n} a {{ g{n - 1} a; g{n - 1} a; }}\n" for n in range(1, 31))

    with pytest.raises(CircuitError, match=r"g30 on qubit 0.*more than 1000 gates"):
        _read(tmp_path, _QASM2 + gates + "g30 q[0];\nmeasure q->c;")
    gates = "gate g0 a { h a; }\n" + "".join(f"gate g{n} a {{ g{n - 1} a; }}\n" for n in range(1, 3001))
    with pytest.raises(
        CircuitError, match=r"x.qasm:3006: .*\(g3000 on qubit 0\): its definitions are nested too deeply"
    ):
        _read(tmp_path, _QASM2 + gates + "g3000 q[0];\nmeasure q->c;")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda circuit, x: circuit.rx(x.sin(), 0), r"instruction 0 \(rx on qubit 0\): .*sin\(x\) is not affine"),
        (lambda circuit, x: circuit.rx(1 / x, 0), "not affine"),
        (
            lambda circuit, x: (circuit.x(0), circuit.initialize([0, 1], 0)),
            r"instruction 1 \(initialize on qubit 0\): inside it, reset: not a gate of ours",
        ),
        (lambda circuit, x: circuit.delay(3, 0), r"\(delay on qubit 0\)"),
        (lambda circuit, x: circuit.rx(math.inf, 0), "expected finite"),
    ],
)
def test_instructions_are_refused(make, message):
    """An instruction that cannot be represented is refused by its number, gate and qubits."""
    circuit = qiskit.QuantumCircuit(1, 1)
    make(circuit, qiskit.circuit.Parameter("x"))
    circuit.measure(0, 0)

    with pytest.raises(CircuitError, match=message):
        from_qiskit(circuit)


def test_parameters_are_refused_by_name():
    """Unknown names, Parameters named twice, and Parameters left out are said."""
    circuit = qiskit.QuantumCircuit(1)
    circuit.rx(qiskit.circuit.Parameter("x"), 0)
    circuit.rx(qiskit.circuit.Parameter("y"), 0)

    with pytest.raises(CircuitError, match="unknown Parameter 'z': expected one of x, y"):
        from_qiskit(circuit, weights=["z"])
    with pytest.raises(CircuitError, match="got x; left out: y"):
        from_qiskit(circuit, inputs=["x"])
    with pytest.raises(CircuitError, match=r"each Parameter once .*got x, y, x"):
        from_qiskit(circuit, inputs=["x", "y"], weights=["x"])
    with pytest.raises(CircuitError, match="measures no qubit"):
        from_qiskit(circuit)
    assert from_qiskit(circuit, measured=[0]).measured == (0,)


_THREE_INPUTS = (
    'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float a;\ninput float theta;\ninput float b;\nqubit q;\nbit c;\n'
    "rx(a) q;\nry(theta) q;\nrx(b) q;\nc = measure q;\n"
)


def test_input_variables_may_be_weights(tmp_path):
    """``weights`` makes an ``input`` variable a trainable weight, whatever its place; the others stay in order."""
    file = tmp_path / "x.qasm"
    file.write_text(_THREE_INPUTS)
    circuit, plain = read_circuit(file, weights=["theta"]), read_circuit(file)

    assert (circuit.n_inputs, circuit.n_weights, circuit.angle_names) == (2, 1, ("a", "b", "theta"))
    assert (plain.n_inputs, plain.n_weights) == (3, 0)
    assert angles_in_words(circuit) == "inputs a, b; weights theta"
    np.testing.assert_allclose(
        probabilities(circuit, np.array([[0.3, 0.5, 1.1]])),
        probabilities(plain, np.array([[0.3, 1.1, 0.5]])),
        atol=1e-15,
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            ["thet"],
            r"x.qasm: weight 'thet' is not an input variable.*: expected one of a, theta, b; did you mean 'theta'",
        ),
        (["a", "a"], "x.qasm: expected each weight once, got a, a"),
    ],
)
def test_wrong_weights_are_refused(tmp_path, weights, message):
    """A weight that the file does not declare is named, with those that it does."""
    file = tmp_path / "x.qasm"
    file.write_text(_THREE_INPUTS)
    with pytest.raises(CircuitError, match=message):
        read_circuit(file, weights=weights)


def test_weights_are_of_openqasm_files_alone(tmp_path):
    """A .toml file and a circuit of the catalogue say themselves which angles are weights."""
    file = tmp_path / "x.toml"
    file.write_text('n_qubits = 1\ninputs = ["x"]\ngates = "rx(x) 0"\n')
    with pytest.raises(
        CircuitError, match=r"x.toml: a .toml file lists its weights itself; leave weights = \['x'\] out"
    ):
        find_circuit(str(file), weights=["x"])
    with pytest.raises(
        CircuitError, match=r"circuit 'eq7' says itself which angles are weights; leave weights = \['x'\]"
    ):
        find_circuit("eq7", weights=["x"])


def test_the_authors_names_stay(tmp_path):
    """Names of a file's variables are shown in the drawing, and do not change what the circuit is."""
    file = tmp_path / "x.qasm"
    file.write_text(_THREE_INPUTS)
    circuit = read_circuit(file, weights=["theta"])
    unnamed = dataclasses.replace(circuit, angle_names=())

    assert "Rx(a)" in draw(circuit)
    assert "Ry(theta)" in draw(circuit)
    assert "Ry(θ₁)" in draw(unnamed)
    assert unnamed.fingerprint == circuit.fingerprint
    assert read_toml(dumps(circuit), where="p", name="x.qasm").angle_names == ("a", "b", "theta")
