"""Circuits whose gradients and states are known in closed form; pyproject.toml puts this folder on the path."""

from backends.circuits.circuit import Angle, Circuit, Gate


def parity(n_qubits: int) -> Circuit:
    """Return a circuit with <Z> = the product of all cos(angle): each derivative of p(0) has the variance 2^-n / 4."""
    turns = [Gate("rx", (qubit,), (Angle(qubit),)) for qubit in range(n_qubits)]
    collected = [Gate("cx", (qubit, 0)) for qubit in range(1, n_qubits)]
    return Circuit(f"parity of {n_qubits}", n_qubits, n_qubits, (*turns, *collected))


def product(n_qubits: int) -> Circuit:
    """Return rotations of each qubit, without any entanglement."""
    gates = [
        Gate(name, (qubit,), (Angle(2 * qubit + k),))
        for qubit in range(n_qubits)
        for k, name in enumerate(("ry", "rz"))
    ]
    return Circuit("product", n_qubits, 2 * n_qubits, tuple(gates))
