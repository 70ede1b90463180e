"""The TOML form of a circuit: what it says, and how it is told what it may not."""

import math
import textwrap

import pytest

from backends import CIRCUITS
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.files import read_circuit
from backends.circuits.toml import dumps, loads
from backends.errors import CircuitError

_EQ7 = '''
n_qubits = 3
inputs = ["phi_1", "phi_2", "phi_3", "phi_4"]
gates = """
h 0
h 1
h 2
rz(phi_1) 0
rz(phi_2) 1
rz(phi_3) 2
cx 2 1            # control first
rz(phi_4) 1
cx 1, 0
h 0
"""
'''


def test_eq7(tmp_path):
    """Eq. (7) written out is the catalogue's eq7, fingerprint and all; the file's name becomes the circuit's."""
    file = tmp_path / "mine.toml"
    file.write_text(_EQ7)
    circuit = read_circuit(file)

    assert circuit.name == "mine.toml"
    assert circuit.fingerprint == CIRCUITS["eq7"].fingerprint


def test_expressions():
    """Parameters are sums of numbers and multiples of angles; a sum of angles becomes a gate for each."""
    circuit = _circuit(
        """
        ry(-(2*a + pi/2)/4 + 1e-1) 0
        rz(a - 3*w + 0.5) 1
        u(a, 0, a + w) 0
        crx((a - a) + pi) 1 0
        rx(+a) 0
        """
    )

    assert circuit.gates == (
        Gate("ry", (0,), (Angle(0, -0.5, -math.pi / 8 + 0.1),)),
        Gate("rz", (1,), (Angle(0, 1.0, 0.5),)),
        Gate("rz", (1,), (Angle(1, -3.0),)),
        Gate("p", (0,), (Angle(0),)),
        Gate("p", (0,), (Angle(1),)),
        Gate("ry", (0,), (Angle(0),)),
        Gate("p", (0,), (0.0,)),
        Gate("crx", (1, 0), (math.pi,)),
        Gate("rx", (0,), (Angle(0),)),
    )
    assert (circuit.n_inputs, circuit.n_weights, circuit.measured) == (1, 1, (1, 0))


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ("h 0\nhh 1", r"p.toml:7: hh on \(1,\): unknown gate; .*did you mean 'h'"),
        ("\n\nh 2", r"p.toml:8: h on \(2,\): expected qubits in 0..1"),
        ("cx 1 1", "p.toml:6: cx .*expected 2 distinct"),
        ("rz 0", r"p.toml:6: rz .*expected 1 parameter\(s\), got 0"),
        ("rz(a, w) 0", r"expected 1 parameter\(s\), got 2"),
        ("rz(b) 0", r"there is no angle 'b' \(angles: a, w\)"),
        ("rz(a*w) 0", "multiplied and divided by numbers alone"),
        ("rz(1/a) 0", "multiplied and divided by numbers alone"),
        ("rz(1/0) 0", "cannot read the parameter '1/0': .*division by zero"),
        ("rz(sin(a)) 0", "only numbers, pi, angles"),
        ("rz(True) 0", "only numbers, pi, angles"),
        ("rz(1e999) 0", "expected finite parameters, got '1e999'"),
        ("rz(a +) 0", r"cannot read the parameter 'a \+'"),
        (f"rz({'(' * 300}a{')' * 300}) 0", "cannot read the parameter"),
        (f"rz({'-' * 980}a) 0", r"p.toml:6: rz .*cannot read the parameter '-+a'"),
        (f"rz({'+'.join(['a'] * 600)}) 0", "expected a gate such as"),
        ("q" * 100, "got 'q{80}'$"),
        ("__import__('os') 0", "expected a gate|unknown gate"),
        ("measure 0", "unknown gate"),
        ("h q", "expected a gate such as 'h 0'"),
        ("0 h", "expected a gate such as"),
    ],
)
def test_gates_are_refused_by_line(gates, message):
    """A gate that is not one is refused by file, line and name."""
    with pytest.raises(CircuitError, match=message):
        _circuit(gates)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n_qubits = 1", "p.toml: missing gates"),
        ("n_qubits = '1'\ngates = ''", "n_qubits: expected a whole number, got '1'"),
        ("n_qubits = true\ngates = ''", "n_qubits: expected a whole number, got True"),
        ("n_qubits = 1\ngates = ['h 0']", "gates: expected a text with a gate a line"),
        ("n_qubits = 1\nangels = []\ngates = ''", "unknown key 'angels': expected n_qubits, inputs"),
        ("n_qubits = 1\ninputs = 'ab'\ngates = ''", "p.toml: inputs: expected a list of names, got 'ab'"),
        ("n_qubits = 1\nweights = [1]\ngates = ''", r"p.toml: weights: expected a list of names, got \[1\]"),
        ("n_qubits = 1\nmeasured = [true]\ngates = ''", r"p.toml: measured: expected a list of qubits, got \[True\]"),
        ("n_qubits = 1\nsource = 1\ngates = ''", "p.toml: source: expected a text, got 1"),
        ("gates = ''", "^p.toml: missing n_qubits$"),
        ("inputs = []", "^p.toml: missing n_qubits and gates$"),
        ("n_qubits = 1\ninputs = ['a', 'a']\ngates = ''", "angles need names of their own.*got 'a'"),
        ("n_qubits = 1\ninputs = ['pi']\ngates = ''", "got 'pi'"),
        (
            "n_qubits = 1\nmeasured = [1]\ngates = ''",
            r"^p.toml: circuit 'p': .*distinct measured qubits in 0..0, got \(1,\)",
        ),
        ("n_qubits = 0\ngates = ''", "n_qubits >= 1"),
        ("n_qubits = 1 2", r"p.toml: not TOML: .*line 1"),
    ],
)
def test_files_are_refused(text, message):
    """A text that is not a circuit is refused by key and value."""
    with pytest.raises(CircuitError, match=message):
        loads(text, where="p.toml", name="p")


def test_a_line_has_at_most_a_thousand_characters():
    """One of 1,000 is read, one of 1,001 is not: Python's own parser is recursive."""
    line = f"rz(a{' ' * 993}) 0"
    assert len(line) == 1000
    assert _circuit(line).gates == (Gate("rz", (0,), (Angle(0),)),)

    with pytest.raises(CircuitError, match="expected a gate such as"):
        _circuit(line.replace("a", "a "))


_WRITTEN = Circuit(
    "written",
    2,
    3,
    (
        Gate("h", (0,)),
        Gate("rx", (1,), (Angle(0),)),
        Gate("crx", (1, 0), (Angle(2, scale=-0.3, offset=0.1),)),
        Gate("u", (0,), (0.25, Angle(1, offset=-2.0), Angle(0, scale=2.0))),
        Gate("rzz", (0, 1), (1e-17,)),
    ),
    measured=(1, 0),
    n_weights=1,
    source='Schrödinger, "Die gegenwärtige Situation", \x7f\t2. Teil',
)
_TEXT = """n_qubits = 2
inputs = ["phi_1", "phi_2"]
weights = ["theta_1"]
measured = [1, 0]
source = "Schrödinger, \\"Die gegenwärtige Situation\\", \\u007f\\t2. Teil"
gates = \"\"\"
h 0
rx(phi_1) 1
crx(-0.3*theta_1 + 0.1) 1 0
u(0.25, phi_2 + -2.0, 2.0*phi_1) 0
rzz(1e-17) 0 1
\"\"\"
"""


def test_a_circuit_is_written_as_it_is_read():
    """Names, scales and offsets as one would write them; read back, it is the same circuit, bit for bit."""
    assert dumps(_WRITTEN) == _TEXT
    assert loads(_TEXT, where="p.toml", name="written") == _WRITTEN


@pytest.mark.parametrize(
    ("names", "written"),
    [(("alpha", "x"), ["alpha", "x"]), (("w[0]", "x"), ["phi_1", "theta_1"]), (("pi", "x"), ["phi_1", "theta_1"])],
)
def test_the_authors_names_are_kept_where_they_can_be_read(names, written):
    """Names such as Qiskit's w[0], which TOML's expressions cannot hold, give way to ours."""
    gates = (Gate("rx", (0,), (Angle(0),)), Gate("ry", (0,), (Angle(1),)))
    circuit = Circuit("named", 1, 2, gates, n_weights=1, angle_names=names)
    found = loads(dumps(circuit), where="p.toml", name="named")

    assert list(found.angle_names) == written
    assert found == circuit


def test_what_may_be_left_out_is_not_written():
    """A circuit without weights and source has neither line."""
    circuit = Circuit("plain", 1, 1, (Gate("rx", (0,), (Angle(0),)),))

    assert dumps(circuit) == 'n_qubits = 1\ninputs = ["phi_1"]\nmeasured = [0]\ngates = """\nrx(phi_1) 0\n"""\n'
    assert loads(dumps(circuit), where="p.toml", name="plain") == circuit


def _circuit(gates):
    head = 'n_qubits = 2\ninputs = ["a"]\nweights = ["w"]\nmeasured = [1, 0]\n'
    return loads(f'{head}gates = """\n{textwrap.dedent(gates).strip(" ")}\n"""', where="p.toml", name="p")
