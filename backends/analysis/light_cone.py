"""Which angles cannot matter to what is measured, by the circuit's structure alone: no numbers, any size, any angles.

Every gate of ``GATES`` is, up to a phase, a product of Pauli rotations exp(-i t/2 P). The measured Z is taken backwards
through them (Heisenberg): a rotation leaves alone the Pauli strings that commute with P, and turns any other string Q
into a mixture of Q and PQ. A string has the expectation 0 if it anticommutes with a string that stabilizes the state. So
a rotation whose strings all commute with P, or all vanish, both Q and PQ, does not matter, whatever its angle.

Strings are bits, x | z << n_qubits, without signs. Both sets are kept as spans over GF(2), the first too large rather
than too small: an angle that is called dead is dead (a proof for an ideal device); one that is not may be dead too.
Source: Gottesman, arXiv:quant-ph/9807006, Sec. 3 (stabilizers); Nielsen and Chuang, Sec. 10.5.
"""

import dataclasses
import math

from backends.circuits.circuit import Angle, Circuit, Gate

# (Pauli string on the gate's qubits, which parameter or fixed radians, factor), in order of time.
_Rotations = tuple[tuple[str, int | None, float], ...]
_QUARTER = math.pi / 2
_FIXED: dict[str, _Rotations] = {
    **dict.fromkeys(("x", "y", "z"), ()),  # they only change signs
    "h": (("Y", None, _QUARTER),),  # and a half turn about Z
    "s": (("Z", None, _QUARTER),),
    "sdg": (("Z", None, _QUARTER),),
    "sx": (("X", None, _QUARTER),),
    "t": (("Z", None, math.pi / 4),),
    "tdg": (("Z", None, -math.pi / 4),),
    "cx": (("ZI", None, _QUARTER), ("IX", None, _QUARTER), ("ZX", None, _QUARTER)),
    "cz": (("ZI", None, _QUARTER), ("IZ", None, _QUARTER), ("ZZ", None, _QUARTER)),
    "swap": (("XX", None, _QUARTER), ("YY", None, _QUARTER), ("ZZ", None, _QUARTER)),
}
ROTATIONS: dict[str, _Rotations] = {
    **_FIXED,
    **{f"r{axis}": ((axis.upper(), 0, 1.0),) for axis in "xyz"},
    **{f"r{axis}{axis}": ((axis.upper() * 2, 0, 1.0),) for axis in "xyz"},
    **{f"cr{axis}": ((f"I{axis.upper()}", 0, 0.5), (f"Z{axis.upper()}", 0, -0.5)) for axis in "xyz"},
    "p": (("Z", 0, 1.0),),
    "cp": (("ZI", 0, 0.5), ("IZ", 0, 0.5), ("ZZ", 0, -0.5)),
    "u": (("Z", 2, 1.0), ("Y", 0, 1.0), ("Z", 1, 1.0)),  # P(phi) RY(theta) P(lambda), lambda first
}
"""Every gate as Pauli rotations, up to a global phase and, for fixed gates, up to signs of Pauli strings."""


@dataclasses.dataclass(frozen=True)
class _Rotation:
    """A rotation about a Pauli string; ``angle`` is None where its angle is fixed, ``quarter`` where that is +-pi/2."""

    pauli: int
    angle: int | None
    quarter: bool


def structurally_dead_angles(circuit: Circuit) -> frozenset[int]:
    """Return the angles on which no output p(0) depends, whatever the other angles are, on an ideal device."""
    strings = _Strings(circuit.n_qubits)
    turns = [turn for gate in circuit.gates for turn in _rotations(gate, strings)]
    while True:  # a rotation that does not matter may be left out, and then others may be seen not to matter
        alive = strings.alive(turns, circuit.measured)
        if all(alive):
            used = {turn.angle for turn in turns}
            return frozenset(angle for angle in range(circuit.n_angles) if angle not in used)
        turns = [turn for turn, matters in zip(turns, alive, strict=True) if matters]


def _rotations(gate: Gate, strings: "_Strings") -> list[_Rotation]:
    found = []
    for letters, which, factor in ROTATIONS[gate.name]:
        param = factor if which is None else gate.params[which]
        pauli = strings.string(letters, gate.qubits)
        if isinstance(param, Angle) and param.scale:
            found.append(_Rotation(pauli, param.index, quarter=False))
            continue
        radians = param.offset if isinstance(param, Angle) else param
        quarters = radians * (1.0 if which is None else factor) / _QUARTER
        whole = abs(quarters - round(quarters)) < 1e-12  # an angle taken for a quarter turn is one to 2e-12 radians
        if not whole or round(quarters) % 2:
            found.append(_Rotation(pauli, None, quarter=whole))
    return found


class _Strings:
    """Pauli strings of a number of qubits as whole numbers."""

    def __init__(self, n_qubits: int) -> None:
        self._n = n_qubits
        self._low = (1 << n_qubits) - 1

    def string(self, letters: str, qubits: tuple[int, ...]) -> int:
        """Return the string that has these letters on these qubits."""
        found = 0
        for letter, qubit in zip(letters, qubits, strict=True):
            found |= ((letter in "XY") << qubit) | ((letter in "YZ") << qubit << self._n)
        return found

    def anticommute(self, one: int, other: int) -> bool:
        """Whether two strings anticommute."""
        swapped = (other >> self._n) | ((other & self._low) << self._n)
        return bool((one & swapped).bit_count() & 1)

    def alive(self, turns: list[_Rotation], measured: tuple[int, ...]) -> list[bool]:
        """Return for each turn whether it may matter; quarter turns always do, they only move strings."""
        stabilizers = self._stabilizers(turns)
        alive = [turn.quarter for turn in turns]
        for qubit in measured:
            self._backwards(turns, stabilizers, self.string("Z", (qubit,)), alive)
        return alive

    def _stabilizers(self, turns: list[_Rotation]) -> list[list[int]]:
        """Return strings that stabilize the state before each turn, at all angles: a basis of their group."""
        state = [self.string("Z", (qubit,)) for qubit in range(self._n)]
        found = []
        for turn in turns:
            found.append(state)
            others = [s for s in state if self.anticommute(s, turn.pauli)]
            if turn.quarter:
                state = [s ^ turn.pauli if s in others else s for s in state]
            elif others:
                state = [s ^ others[0] if s in others else s for s in state if s != others[0]]
        return found

    def _backwards(self, turns: list[_Rotation], stabilizers: list[list[int]], first: int, alive: list[bool]) -> None:
        """Mark the turns that may matter to the expectation of one string; the strings are first + span(more)."""
        more: list[int] = []
        for position in reversed(range(len(turns))):
            pauli = turns[position].pauli
            if turns[position].quarter:
                first, *more = (s ^ pauli if self.anticommute(s, pauli) else s for s in (first, *more))
            elif self._matters(pauli, first, more, stabilizers[position]):
                alive[position] = True
                if not _in_span(pauli, more):
                    more.append(pauli)

    def _matters(self, pauli: int, first: int, more: list[int], state: list[int]) -> bool:
        """Whether a string Q of first + span(more) anticommutes with the Pauli, and Q or PQ commutes with the state."""

        def signs(string: int) -> int:
            return sum(self.anticommute(string, other) << place for place, other in enumerate((pauli, *state)))

        wanted, known = signs(first) ^ 1, [signs(string) for string in more]
        return _in_span(wanted, known) or _in_span(wanted ^ signs(pauli), known)


def _in_span(vector: int, vectors: list[int]) -> bool:
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
