"""Basis states as bits: qubit 0 is the most significant bit of a state's number."""

import numpy as np


def basis_bits(n_qubits: int) -> np.ndarray:
    """Return the outcome of each qubit in each basis state, 0 or 1, int, shape (n_qubits, 2**n_qubits)."""
    states = np.arange(2**n_qubits)
    return np.array([(states >> (n_qubits - 1 - qubit)) & 1 for qubit in range(n_qubits)])
