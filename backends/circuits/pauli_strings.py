"""Pauli strings as whole numbers, and every gate as rotations about them.

A string of n qubits is the bits x | z << n, without its sign: X has bit x, Z has bit z, Y has both. A set of strings is
kept as a basis of a span over GF(2).
Source: Gottesman, arXiv:quant-ph/9807006, Sec. 3; Nielsen and Chuang, Sec. 10.5.
"""

import dataclasses
import math
from collections.abc import Sequence

from backends.circuits.circuit import Angle, Gate

# (Pauli string on the gate's qubits, which parameter or fixed radians, factor), in order of time.
_Rotations = tuple[tuple[str, int | None, float], ...]
_QUARTER = math.pi / 2
_HALF = math.pi
_WHOLE_QUARTERS = 1e-13  # an angle taken for a multiple of a quarter turn is one to 2e-13 radians

ROTATIONS: dict[str, _Rotations] = {
    "x": (("X", None, _HALF),),
    "y": (("Y", None, _HALF),),
    "z": (("Z", None, _HALF),),
    "h": (("Z", None, _HALF), ("Y", None, _QUARTER)),
    "s": (("Z", None, _QUARTER),),
    "sdg": (("Z", None, -_QUARTER),),
    "sx": (("X", None, _QUARTER),),
    "t": (("Z", None, math.pi / 4),),
    "tdg": (("Z", None, -math.pi / 4),),
    "cx": (("ZI", None, _QUARTER), ("IX", None, _QUARTER), ("ZX", None, -_QUARTER)),
    "cz": (("ZI", None, _QUARTER), ("IZ", None, _QUARTER), ("ZZ", None, -_QUARTER)),
    "swap": (("XX", None, _QUARTER), ("YY", None, _QUARTER), ("ZZ", None, _QUARTER)),
    **{f"r{axis}": ((axis.upper(), 0, 1.0),) for axis in "xyz"},
    **{f"r{axis}{axis}": ((axis.upper() * 2, 0, 1.0),) for axis in "xyz"},
    **{f"cr{axis}": ((f"I{axis.upper()}", 0, 0.5), (f"Z{axis.upper()}", 0, -0.5)) for axis in "xyz"},
    "p": (("Z", 0, 1.0),),
    "cp": (("ZI", 0, 0.5), ("IZ", 0, 0.5), ("ZZ", 0, -0.5)),
    "u": (("Z", 2, 1.0), ("Y", 0, 1.0), ("Z", 1, 1.0)),  # P(phi) RY(theta) P(lambda), lambda first
}
"""Every gate as rotations exp(-i angle/2 P) about Pauli strings P, up to a global phase."""


@dataclasses.dataclass(frozen=True)
class Rotation:
    """A rotation about a Pauli string.

    Attributes:
        pauli: The string.
        angle: The circuit's angle that turns it; None where its angle is fixed.
        quarters: Fixed angle in quarter turns, 1, 2 or 3; None: any other angle.
    """

    pauli: int
    angle: int | None
    quarters: int | None


def rotations_of(gate: Gate, n_qubits: int) -> tuple[Rotation, ...]:
    """Return the rotations that a gate consists of, in order of time; whole turns, which do nothing, are left out."""
    found = []
    for letters, which, factor in ROTATIONS[gate.name]:
        param = factor if which is None else gate.params[which]
        pauli = string(letters, gate.qubits, n_qubits)
        if isinstance(param, Angle) and param.scale:
            found.append(Rotation(pauli, param.index, None))
            continue
        radians = param.offset if isinstance(param, Angle) else param
        exact = radians * (1.0 if which is None else factor) / _QUARTER
        quarters = round(exact)
        if abs(exact - quarters) > _WHOLE_QUARTERS:
            found.append(Rotation(pauli, None, None))
        elif quarters % 4:
            found.append(Rotation(pauli, None, quarters % 4))
    return tuple(found)


def string(letters: str, qubits: tuple[int, ...], n_qubits: int) -> int:
    """Return the string that has these letters on these qubits."""
    found = 0
    for letter, qubit in zip(letters, qubits, strict=True):
        found |= ((letter in "XY") << qubit) | ((letter in "YZ") << qubit << n_qubits)
    return found


def anticommute(one: int, other: int, n_qubits: int) -> bool:
    """Whether two strings anticommute."""
    swapped = (other >> n_qubits) | ((other & ((1 << n_qubits) - 1)) << n_qubits)
    return bool((one & swapped).bit_count() & 1)


def moved(strings: Sequence[int], turn: Rotation, n_qubits: int) -> list[int]:
    """Return strings after a turn by an odd number of quarters: those that anticommute with its string P become P times them."""
    return [s ^ turn.pauli if anticommute(s, turn.pauli, n_qubits) else s for s in strings]


def in_span(vector: int, vectors: Sequence[int]) -> bool:
    """Whether a vector of bits is a sum (modulo 2) of some of these."""
    basis: list[int] = []
    for one in (*vectors, vector):
        left = one
        for base in basis:
            left = min(left, left ^ base)
        if left:
            basis.append(left)
            basis.sort(reverse=True)
    return not left
