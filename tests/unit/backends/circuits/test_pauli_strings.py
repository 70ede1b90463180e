"""Gates as Pauli rotations, and strings as bits."""

import itertools
import math

import numpy as np
import pytest

from backends.circuits.circuit import GATES, Angle, Gate
from backends.circuits.oracle import gate_matrix
from backends.circuits.pauli_strings import ROTATIONS, Rotation, anticommute, in_span, moved, rotations_of, string

_PAULIS = {"I": np.eye(2), "X": gate_matrix("x"), "Y": gate_matrix("y"), "Z": gate_matrix("z")}
_PAIRS = ["".join(pair) for pair in itertools.product("IXYZ", repeat=2)]


def _product(letters: str) -> np.ndarray:
    matrix = np.eye(1)
    for letter in letters:
        matrix = np.kron(matrix, _PAULIS[letter])
    return matrix


@pytest.mark.parametrize("name", GATES)
def test_every_gate_is_its_rotations(name: str) -> None:
    """A gate is the product of its rotations, up to a phase."""
    params = (0.7, 1.9, -0.4)[: GATES[name].n_params]
    matrix = np.eye(2 ** GATES[name].n_qubits, dtype=complex)
    for letters, which, factor in ROTATIONS[name]:
        half = factor * (1 if which is None else params[which]) / 2
        matrix = (math.cos(half) * np.eye(len(matrix)) - 1j * math.sin(half) * _product(letters)) @ matrix

    overlap = np.trace(gate_matrix(name, *params) @ matrix.conj().T) / len(matrix)
    assert abs(overlap) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("one", _PAIRS)
def test_strings_anticommute_as_their_matrices(one: str) -> None:
    """By the products of the matrices, for all pairs of strings of two qubits."""
    for other in _PAIRS:
        a, b = _product(one), _product(other)
        found = anticommute(string(one, (0, 1), 2), string(other, (0, 1), 2), 2)
        assert found == np.allclose(a @ b, -b @ a)


def test_letters_are_put_on_their_qubits() -> None:
    """X is a bit of the lower half, Z of the upper half, Y of both."""
    assert string("XYZ", (2, 0, 1), 3) == 0b011_101


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        (0.0, ()),
        (-4 * math.pi, ()),
        (math.pi / 2, (Rotation(1, None, 1),)),
        (-math.pi / 2, (Rotation(1, None, 3),)),
        (3 * math.pi, (Rotation(1, None, 2),)),
        (1e-9, (Rotation(1, None, None),)),
        (Angle(4), (Rotation(1, 4, None),)),
        (Angle(4, 0.0, math.pi), (Rotation(1, None, 2),)),
    ],
)
def test_turns_by_whole_quarters_are_seen(param: float | Angle, expected: tuple[Rotation, ...]) -> None:
    """Fixed angles are counted in quarters; whole turns are left out; an angle of the circuit may be anything."""
    assert rotations_of(Gate("rx", (0,), (param,)), 1) == expected


def test_a_quarter_turn_moves_what_anticommutes() -> None:
    """A quarter turn about X takes Z to Y, and leaves X."""
    turn = Rotation(string("X", (0,), 1), None, 1)

    assert moved([string(letter, (0,), 1) for letter in "ZX"], turn, 1) == [string(letter, (0,), 1) for letter in "YX"]


def test_sums_modulo_two() -> None:
    """A span holds sums of any of its vectors, none of them included."""
    vectors = [0b1100, 0b0110, 0b1000]

    assert [value for value in range(16) if in_span(value, vectors)] == list(range(0, 16, 2))
    assert in_span(0, [])
