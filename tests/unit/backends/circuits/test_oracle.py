"""The oracle against facts that were derived by hand."""

import math

import numpy as np
import pytest

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import gate_matrix, outcome_probabilities, probabilities, statevector

_I, _X = np.eye(2), np.array([[0, 1], [1, 0]])
_Y, _Z = np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])


def rows(n_rows: int, n_angles: int) -> np.ndarray:
    """Return random angles, radians."""
    return np.random.default_rng(3).uniform(-7, 7, (n_rows, n_angles))


@pytest.mark.parametrize("name", GATES)
def test_gates_are_unitary(name: str) -> None:
    """Every gate is a unitary of the size that ``GATES`` says."""
    kind = GATES[name]
    matrix = gate_matrix(name, *rows(1, kind.n_params)[0])

    assert matrix.shape == (2**kind.n_qubits,) * 2
    np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(2**kind.n_qubits), atol=1e-14)


@pytest.mark.parametrize(
    ("name", "generator"),
    [
        ("rx", _X),
        ("ry", _Y),
        ("rz", _Z),
        ("rxx", np.kron(_X, _X)),
        ("ryy", np.kron(_Y, _Y)),
        ("rzz", np.kron(_Z, _Z)),
    ],
)
def test_rotations_are_exponentials(name: str, generator: np.ndarray) -> None:
    """R(theta) = exp(-i theta/2 G), here by the exponential of G's eigenvalues."""
    values, vectors = np.linalg.eigh(generator)
    expected = vectors @ np.diag(np.exp(-0.5j * 1.3 * values)) @ vectors.conj().T

    np.testing.assert_allclose(gate_matrix(name, 1.3), expected, atol=1e-14)


@pytest.mark.parametrize(("name", "inner"), [("cp", "p"), ("crx", "rx"), ("cry", "ry"), ("crz", "rz"), ("cx", "x")])
def test_controlled_gates_act_where_the_first_qubit_is_one(name: str, inner: str) -> None:
    """|0><0| x 1 + |1><1| x U, the control being the most significant bit."""
    params = (0.8,) * GATES[name].n_params
    expected = np.kron(np.diag([1, 0]), _I) + np.kron(np.diag([0, 1]), gate_matrix(inner, *params))

    np.testing.assert_allclose(gate_matrix(name, *params), expected, atol=1e-15)


def test_gates_that_are_products_of_others() -> None:
    """S = T^2 = P(pi/2), SX^2 = X, H = U(pi/2, 0, pi), RX(a) = U(a, -pi/2, pi/2), CZ = CP(pi), SWAP = three CNOTs."""
    cx = gate_matrix("cx")
    turned = cx.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
    for one, other in [
        (gate_matrix("s"), gate_matrix("t") @ gate_matrix("t")),
        (gate_matrix("s"), gate_matrix("p", math.pi / 2)),
        (gate_matrix("s") @ gate_matrix("sdg"), _I),
        (gate_matrix("t") @ gate_matrix("tdg"), _I),
        (gate_matrix("sx") @ gate_matrix("sx"), _X),
        (gate_matrix("h"), gate_matrix("u", math.pi / 2, 0, math.pi)),
        (gate_matrix("rx", 0.7), gate_matrix("u", 0.7, -math.pi / 2, math.pi / 2)),
        (gate_matrix("ry", 0.7), gate_matrix("u", 0.7, 0, 0)),
        (gate_matrix("y"), 1j * gate_matrix("x") @ gate_matrix("z")),
        (gate_matrix("cz"), gate_matrix("cp", math.pi)),
        (gate_matrix("swap"), cx @ turned @ cx),
    ]:
        np.testing.assert_allclose(one, other, atol=1e-15)


def test_qubit_zero_is_the_leftmost() -> None:
    """X on qubit 0 of three gives |100>, and CNOT copies it to qubit 2."""
    state = statevector(Circuit("c", 3, 0, (Gate("x", (0,)), Gate("cx", (0, 2)))), [])

    assert state[1, 0, 1] == 1
    assert np.abs(state).sum() == 1


def test_two_qubit_gates_keep_the_order_of_their_qubits() -> None:
    """CRY with control 2 and target 0 turns qubit 0 only where qubit 2 is one: p(0) = cos^2(a/2)."""
    for on, expected in ((True, math.cos(0.6) ** 2), (False, 1.0)):
        start = (Gate("x", (2,)),) if on else ()
        circuit = Circuit("c", 3, 1, (*start, Gate("cry", (2, 0), (Angle(0),))), measured=(0,))

        assert probabilities(circuit, np.array([[1.2]]))[0, 0] == pytest.approx(expected, abs=1e-15)


def test_eq7_is_a_squared_cosine() -> None:
    """The paper's circuit as printed: p(0) = (1 + cos phi_1)/2, phi_2 to phi_4 do not matter."""
    angles = rows(50, 4)

    got = probabilities(circuit_named("eq7"), angles)

    np.testing.assert_allclose(got[:, 0], (1 + np.cos(angles[:, 0])) / 2, atol=1e-14)


def test_eq7_swapped_is_a_product_of_cosines() -> None:
    """With both CNOTs turned round: p(0) = (1 + cos phi_1 cos phi_3 cos(phi_2 + phi_4))/2."""
    angles = rows(50, 4)
    one, two, three, four = angles.T

    got = probabilities(circuit_named("eq7_swapped"), angles)

    np.testing.assert_allclose(got[:, 0], (1 + np.cos(one) * np.cos(three) * np.cos(two + four)) / 2, atol=1e-14)


def test_angles_have_scale_and_offset() -> None:
    """RX(2 a - 0.5) on |0>: p(0) = cos^2(a - 0.25)."""
    circuit = Circuit("c", 1, 1, (Gate("rx", (0,), (Angle(0, scale=2, offset=-0.5),)),))

    assert probabilities(circuit, np.array([[0.9]]))[0, 0] == pytest.approx(math.cos(0.65) ** 2, abs=1e-15)


def test_joint_outcomes_put_the_first_measured_qubit_first() -> None:
    """|01> measured as (1, 0) is the outcome 10; its marginals are the outputs."""
    circuit = Circuit("c", 2, 0, (Gate("x", (1,)),), measured=(1, 0))
    nothing = np.zeros((1, 0))

    assert outcome_probabilities(circuit, nothing).tolist() == [[0, 0, 1, 0]]
    assert probabilities(circuit, nothing).tolist() == [[0, 1]]


def test_joint_outcomes_leave_out_unmeasured_qubits() -> None:
    """A GHZ state measured on two of its qubits is 00 or 11, half and half."""
    gates = (Gate("h", (0,)), Gate("cx", (0, 1)), Gate("cx", (1, 2)))

    got = outcome_probabilities(Circuit("GHZ", 3, 0, gates, measured=(2, 0)), np.zeros((1, 0)))

    np.testing.assert_allclose(got, [[0.5, 0, 0, 0.5]], atol=1e-15)
