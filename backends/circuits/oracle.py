"""The oracle: a dense NumPy statevector. Slow is fine, unclear is not.

Every head is checked against this module, so it shares no code with any of them: plain matrices from the gates'
definitions (paper, Eq. (2)-(4); Nielsen and Chuang, ch. 4), applied one after the other.
"""

import cmath
import math
from collections.abc import Sequence

import numpy as np

from backends.circuits.circuit import Angle, Circuit, Gate

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]], dtype=complex)
_Z = np.diag([1, -1]).astype(complex)
_CONSTANT = {
    "h": np.array([[1, 1], [1, -1]], dtype=complex) / math.sqrt(2),  # Eq. (2)
    "x": _X,
    "y": _Y,
    "z": _Z,
    "s": np.diag([1, 1j]),
    "sdg": np.diag([1, -1j]),
    "t": np.diag([1, cmath.exp(0.25j * math.pi)]),
    "tdg": np.diag([1, cmath.exp(-0.25j * math.pi)]),
    "sx": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "cx": np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], dtype=complex),  # Eq. (4)
    "cz": np.diag([1, 1, 1, -1]).astype(complex),
    "swap": np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=complex),
}
_GENERATOR = {
    "rx": _X,
    "ry": _Y,
    "rz": _Z,
    "rxx": np.kron(_X, _X),
    "ryy": np.kron(_Y, _Y),
    "rzz": np.kron(_Z, _Z),
}  # each is exp(-i theta/2 G) with G^2 = 1: Eq. (3)


def gate_matrix(name: str, *params: float) -> np.ndarray:
    """Return the gate's unitary, complex, shape (2**k, 2**k); its first qubit is the most significant bit."""
    if name in _CONSTANT:
        return _CONSTANT[name]
    if name in _GENERATOR:
        generator = _GENERATOR[name]
        half = params[0] / 2
        return math.cos(half) * np.eye(len(generator)) - 1j * math.sin(half) * generator
    if name == "p":
        return np.diag([1, cmath.exp(1j * params[0])])
    if name == "u":
        theta, phi, lam = params
        cos, sin = math.cos(theta / 2), math.sin(theta / 2)
        return np.array(
            [[cos, -cmath.exp(1j * lam) * sin], [cmath.exp(1j * phi) * sin, cmath.exp(1j * (phi + lam)) * cos]]
        )
    controlled = np.eye(4, dtype=complex)  # cp, crx, cry, crz: the gate without its c, where the control is 1
    controlled[2:, 2:] = gate_matrix(name[1:], *params)
    return controlled


def statevector(circuit: Circuit, angles: Sequence[float]) -> np.ndarray:
    """Return the final state for one row of angles (n_angles,), radians: complex, shape (2,) * n_qubits."""
    state = np.zeros((2,) * circuit.n_qubits, dtype=complex)
    state[(0,) * circuit.n_qubits] = 1
    for gate in circuit.gates:
        matrix = gate_matrix(gate.name, *_parameters(gate, angles))
        k = len(gate.qubits)
        state = np.tensordot(matrix.reshape((2,) * 2 * k), state, axes=(range(k, 2 * k), gate.qubits))
        state = np.moveaxis(state, range(k), gate.qubits)
    return state


def probabilities(circuit: Circuit, angles: np.ndarray) -> np.ndarray:
    """Return p(outcome 0) of each measured qubit, Eq. (8), for every row of angles.

    Args:
        circuit: The circuit.
        angles: Radians, shape (n_rows, n_angles).
    Returns:
        float64 in [0, 1], shape (n_rows, n_outputs).
    """
    rows = np.empty((len(angles), circuit.n_outputs))
    for row, bound in enumerate(angles):
        weight = np.abs(statevector(circuit, bound)) ** 2
        rows[row] = [np.take(weight, 0, axis=qubit).sum() for qubit in circuit.measured]
    return rows


def outcome_probabilities(circuit: Circuit, angles: np.ndarray) -> np.ndarray:
    """Return the joint distribution of the measured qubits, float64, shape (n_rows, 2**n_outputs).

    Outcome index: ``measured[0]`` is the most significant bit.
    """
    rows = np.empty((len(angles), 2**circuit.n_outputs))
    others = tuple(qubit for qubit in range(circuit.n_qubits) if qubit not in circuit.measured)
    for row, bound in enumerate(angles):
        weight = np.abs(statevector(circuit, bound)) ** 2
        rows[row] = weight.transpose(*circuit.measured, *others).reshape(2**circuit.n_outputs, -1).sum(axis=1)
    return rows


def _parameters(gate: Gate, angles: Sequence[float]) -> list[float]:
    return [
        param.scale * angles[param.index] + param.offset if isinstance(param, Angle) else param for param in gate.params
    ]
