"""Which gates, qubits and angles cannot matter to what is measured, by the circuit's structure alone: no numbers, any size.

The measured Pauli strings are taken backwards through the gates (Heisenberg). A rotation exp(-i t/2 P) leaves alone the
strings that commute with P, and turns any other string Q into a mixture of Q and PQ. A string has the expectation 0 if it
anticommutes with a string that stabilizes the state. So a rotation whose strings all commute with P, or all vanish, both
Q and PQ, does not matter, whatever its angle. A gate whose rotations all do not matter may be left out: the light cone,
and more.

Both sets of strings are kept without signs and as spans over GF(2), the first too large rather than too small. What is left
out is proven for an ideal device at all angles; what stays may be without effect too. Gates are judged from the last to the
first, each in the circuit that ends in the gates that stay: so the proofs hold together.
"""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.pauli_strings import Rotation, anticommute, in_span, moved, rotations_of, string

_Part = tuple[int, Gate]  # the number of a gate of the circuit, and the gate or a part of it
_PARTS_OF_U = 3


@functools.lru_cache(maxsize=256)
def without_idle_gates(circuit: Circuit) -> Circuit:
    """Return a circuit with the same joint outcomes at all angles, without the gates and qubits that cannot matter.

    Its angles are those of the circuit, in the same places; some of them may be used by no gate.
    """
    measured = [string("Z", (qubit,), circuit.n_qubits) for qubit in circuit.measured]
    # Joint outcomes are the expectations of all products of the measured Z: with several qubits, a span.
    observed = _Strings(measured[0], ()) if len(measured) == 1 else _Strings(0, tuple(measured))
    gates = _joined(_needed(_parts(circuit.gates), observed, circuit.n_qubits), circuit.gates)
    qubits = sorted({*circuit.measured, *(qubit for gate in gates for qubit in gate.qubits)})
    place = {qubit: number for number, qubit in enumerate(qubits)}
    return dataclasses.replace(
        circuit,
        n_qubits=len(qubits),
        gates=tuple(dataclasses.replace(gate, qubits=tuple(place[qubit] for qubit in gate.qubits)) for gate in gates),
        measured=tuple(place[qubit] for qubit in circuit.measured),
    )


@functools.lru_cache(maxsize=256)
def structurally_dead_angles(circuit: Circuit) -> frozenset[int]:
    """Return the angles on which no output p(0) depends, whatever the other angles are, on an ideal device."""
    parts, used = _parts(circuit.gates), set()
    for qubit in circuit.measured:
        observed = _Strings(string("Z", (qubit,), circuit.n_qubits), ())
        used |= _used(gate for _, gate in _needed(parts, observed, circuit.n_qubits))
    return frozenset(range(circuit.n_angles)) - used


def idle_angles(circuit: Circuit) -> frozenset[int]:
    """Return the angles on which no joint outcome depends, whatever the other angles are, on an ideal device."""
    return frozenset(range(circuit.n_angles)) - _used(without_idle_gates(circuit).gates)


def simulated_facts(circuit: Circuit) -> dict[str, Any]:
    """Return how much of a circuit is simulated, for provenance: JSON values."""
    left = without_idle_gates(circuit)
    return left_out_facts(
        qubits=(left.n_qubits, circuit.n_qubits),
        gates=(len(left.gates), len(circuit.gates)),
        reason="what is left out cannot change a measured outcome, by the structure of the ideal circuit",
    )


def left_out_facts(*, qubits: tuple[int, int], gates: tuple[int, int], reason: str) -> dict[str, Any]:
    """Return how many qubits and gates are simulated, and how many of all are left out, for provenance: JSON values.

    Args:
        qubits: Those that are simulated, and all.
        gates: Likewise.
        reason: Why the others cannot matter.
    """
    return {
        "qubits": qubits[0],
        "gates": gates[0],
        "qubits_left_out": qubits[1] - qubits[0],
        "gates_left_out": gates[1] - gates[0],
        "reason": reason,
    }


def _used(gates: Iterable[Gate]) -> set[int]:
    return {param.index for gate in gates for param in gate.params if isinstance(param, Angle) and param.scale}


def _parts(gates: Sequence[Gate]) -> list[_Part]:
    """Return the gates, with U(theta, phi, lambda) as P(phi) RY(theta) P(lambda): parts of it may not matter."""
    found: list[_Part] = []
    for number, gate in enumerate(gates):
        if gate.name != "u":
            found.append((number, gate))
            continue
        theta, phi, lam = gate.params
        found += [(number, Gate(name, gate.qubits, (p,))) for name, p in (("p", lam), ("ry", theta), ("p", phi))]
    return found


def _joined(parts: Sequence[_Part], gates: Sequence[Gate]) -> list[Gate]:
    """Return the parts as gates; a gate of which every part is left is itself again."""
    left = Counter(number for number, _ in parts)
    found: list[Gate] = []
    for number, part in parts:
        if gates[number].name != "u" or left[number] < _PARTS_OF_U:
            found.append(part)
        elif part.name == "ry":
            found.append(gates[number])
    return found


@dataclasses.dataclass(frozen=True)
class _Strings:
    """The Pauli strings first + span(more)."""

    first: int
    more: tuple[int, ...]

    def any_anticommutes(self, pauli: int, n_qubits: int) -> bool:
        """Whether a string may anticommute with this one."""
        return any(anticommute(one, pauli, n_qubits) for one in (self.first, *self.more))

    def before(self, turn: Rotation, n_qubits: int) -> "_Strings":
        """Return the strings that a turn makes these of."""
        if turn.quarters == 2 or not self.any_anticommutes(turn.pauli, n_qubits):
            return self
        if turn.quarters is not None:
            first, *more = moved((self.first, *self.more), turn, n_qubits)
            return _Strings(first, tuple(more))
        return self if in_span(turn.pauli, self.more) else _Strings(self.first, (*self.more, turn.pauli))

    def feel(self, turn: Rotation, state: Sequence[int], n_qubits: int) -> bool:
        """Whether a string Q anticommutes with the turn's P, and Q or PQ commutes with the stabilizers of the state."""
        if not self.any_anticommutes(turn.pauli, n_qubits):
            return False

        def signs(one: int) -> int:
            return sum(anticommute(one, other, n_qubits) << k for k, other in enumerate((turn.pauli, *state)))

        wanted, known = signs(self.first) ^ 1, [signs(one) for one in self.more]
        return in_span(wanted, known) or (turn.quarters != 2 and in_span(wanted ^ signs(turn.pauli), known))


def _needed(parts: Sequence[_Part], observed: _Strings, n_qubits: int) -> list[_Part]:
    """Return the gates that may matter to the expectations of the observed strings."""
    left = list(parts)
    while True:  # without a gate, the state of those after it may be simpler
        needed = _needed_once(left, observed, n_qubits)
        if len(needed) == len(left):
            return left
        left = needed


def _needed_once(parts: Sequence[_Part], strings: _Strings, n_qubits: int) -> list[_Part]:
    turns = [rotations_of(gate, n_qubits) for _, gate in parts]
    states = _stabilizers(turns, n_qubits)
    needed = []
    for part, own, before in zip(reversed(parts), reversed(turns), reversed(states), strict=True):
        after = strings
        if any(strings.feel(turn, state, n_qubits) for turn, state in zip(own, before, strict=True)):
            needed.append(part)
            for turn in reversed(own):
                after = after.before(turn, n_qubits)
        strings = after
    return needed[::-1]


def _stabilizers(turns: Sequence[Sequence[Rotation]], n_qubits: int) -> list[list[list[int]]]:
    """Return strings that stabilize the state before each turn of each gate, at all angles: a basis of their group."""
    state = [string("Z", (qubit,), n_qubits) for qubit in range(n_qubits)]
    found = []
    for own in turns:
        before = []
        for turn in own:
            before.append(state)
            others = [s for s in state if anticommute(s, turn.pauli, n_qubits)]
            if turn.quarters is None and others:
                state = [s ^ others[0] if s in others else s for s in state if s != others[0]]
            elif turn.quarters in (1, 3):
                state = moved(state, turn, n_qubits)
        found.append(before)
    return found
