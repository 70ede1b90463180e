"""Basis states as bits."""

import pytest

from backends.circuits.basis import basis_bits


@pytest.mark.parametrize(
    ("n_qubits", "expected"),
    [
        (1, [[0, 1]]),
        (2, [[0, 0, 1, 1], [0, 1, 0, 1]]),
        (3, [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]]),
    ],
)
def test_the_first_qubit_is_the_top_bit(n_qubits: int, expected: list[list[int]]) -> None:
    """A row for each qubit, a column for each basis state in the order of its number."""
    assert basis_bits(n_qubits).tolist() == expected
