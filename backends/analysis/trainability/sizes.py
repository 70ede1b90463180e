"""A family's circuits of other widths and depths: how the gradient changes with the size."""

import dataclasses
from collections.abc import Callable, Iterator

from backends.analysis.trainability.decay import Judged, decay_of, judged
from backends.analysis.trainability.facts import Gradients, Growth, Row, Sizes
from backends.analysis.trainability.gradients import two_design_variance
from backends.circuits.ansatz import MAX_QUBITS
from backends.circuits.catalogue import Member
from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import without_idle_gates
from backends.errors import ChannelsError, ConfigError, TableError

NARROWEST, WIDEST = 2, 8
DEPTHS = (1, 2, 4, 8, 16)
_DEEP = 4  # layers for each qubit: near a 2-design

Measure = Callable[[Circuit], Gradients]


@dataclasses.dataclass(frozen=True)
class _Law:
    """How the number of layers grows: ``constant + per_qubit * n_qubits``, one of the two zero."""

    constant: int
    per_qubit: int

    def __call__(self, n_qubits: int) -> int:
        return self.constant + self.per_qubit * n_qubits

    def __str__(self) -> str:
        if not self.per_qubit:
            return f"n_layers = {self.constant}"
        return "n_layers = n_qubits" if self.per_qubit == 1 else f"n_layers = {self.per_qubit} n_qubits"


def sizes_of(member: Member, measure: Measure, notes: list[str], *, ideal: bool) -> Sizes:
    """Return the gradients of a family's circuits.

    Args:
        member: The circuit. Its number of outputs stays as it is, where the family does not measure every qubit.
        measure: Returns the gradients of a circuit, or raises an error where it does not take it.
        notes: What could not be computed, and why, is appended.
        ideal: There is no noise: the structure of the circuits is a proof, and deep circuits are quick enough.
    """
    laws = [_Law(member.parameters["n_layers"], 0), _Law(0, 1), *([_Law(0, _DEEP)] if ideal else [])]
    growths = tuple(_growth(member, measure, notes, law, ideal=ideal) for law in laws)
    if ideal and member.parameters["n_qubits"] > WIDEST:
        notes.append(f"other numbers of layers take too long with more than {WIDEST} qubits")
    return Sizes(growths, tuple(_by_layers(member, measure, notes)))


def _growth(member: Member, measure: Measure, notes: list[str], law: _Law, *, ideal: bool) -> Growth:
    rows: list[Row] = []
    for n_qubits in range(max(NARROWEST, member.parameters.get("n_outputs", 1)), WIDEST + 1):
        circuit = member.resized(n_qubits=n_qubits, n_layers=law(n_qubits))
        try:
            rows.append(_row(circuit, law(n_qubits), measure(circuit)))
        except (ConfigError, ChannelsError, TableError) as error:
            notes.append(f"{law}: no more than {n_qubits - 1} qubits: {error}")
            break
    decay = decay_of([row.n_qubits for row in rows], [row.largest.variance for row in rows])
    proof = _by_structure(member, law) if ideal and rows and rows[-1].largest.variance.value else None
    found = proof or judged(decay, len(rows))
    return Growth(str(law), tuple(rows), decay, found.answer, found.reason)


def _by_layers(member: Member, measure: Measure, notes: list[str]) -> Iterator[Row]:
    own = member.parameters["n_layers"]
    for n_layers in sorted({*(DEPTHS if member.parameters["n_qubits"] <= WIDEST else ()), own}):
        circuit = member.resized(n_layers=n_layers)
        try:
            yield _row(circuit, n_layers, measure(circuit))
        except (ConfigError, ChannelsError, TableError) as error:
            notes.append(f"no more than {n_layers - 1} layers: {error}")
            return


def _row(circuit: Circuit, n_layers: int, found: Gradients) -> Row:
    matter = {one.angle for one in found.that_matter}
    return Row(
        n_qubits=circuit.n_qubits,
        n_layers=n_layers,
        n_angles=circuit.n_angles,
        n_matter=len(matter),
        n_points=found.n_points,
        largest=found.largest,
        two_design=two_design_variance(circuit.n_qubits),
    )


def _by_structure(member: Member, law: _Law) -> Judged | None:
    """Return that there is no barren plateau where the outputs depend on equally many qubits and gates at any width."""
    sizes = set()
    for n_qubits in range(WIDEST, MAX_QUBITS + 1):
        needed = without_idle_gates(member.resized(n_qubits=n_qubits, n_layers=law(n_qubits)))
        sizes.add((needed.n_qubits, len(needed.gates)))
        if needed.n_qubits == n_qubits or len(sizes) > 1:
            return None
    ((n_needed, n_gates),) = sizes
    return Judged(
        "no",
        f"by structure, the outputs depend on {n_needed} qubits and {n_gates} gates at every width from {WIDEST} to "
        f"{MAX_QUBITS} qubits",
    )
