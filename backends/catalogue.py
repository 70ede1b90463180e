"""The named circuits. A user's own circuit is a ``Circuit`` handed to a head; it need not be here."""

import difflib

from backends.circuit import Angle, Circuit, Gate
from backends.errors import CircuitError

_PAPER = "Rizvi, Ulum, Asif, Shin: Neural Networks with Variational Quantum Circuits"


def _paper_circuit(name: str, *, first_cx: tuple[int, int], second_cx: tuple[int, int], source: str) -> Circuit:
    return Circuit(
        name=name,
        n_qubits=3,
        n_angles=4,
        gates=(
            *(Gate("h", (qubit,)) for qubit in range(3)),  # Eq. (5)
            *(Gate("rz", (qubit,), (Angle(qubit),)) for qubit in range(3)),  # Eq. (6): phi_1, phi_2, phi_3
            Gate("cx", first_cx),
            Gate("rz", (1,), (Angle(3),)),  # phi_4 on the paper's qubit 2
            Gate("cx", second_cx),
            Gate("h", (0,)),
        ),
        measured=(0,),  # Eq. (8): the paper's first qubit
        source=source,
    )


CIRCUITS: dict[str, Circuit] = {
    circuit.name: circuit
    for circuit in (
        # The text above Eq. (7): CNOT with control 3, target 2, then with control 2, target 1 (the paper counts from 1).
        _paper_circuit("eq7", first_cx=(2, 1), second_cx=(1, 0), source=f"{_PAPER}, Eq. (5)-(8), Fig. 5"),
        # Deviation from paper: both CNOTs turned round, so that every angle can reach the measured qubit.
        _paper_circuit(
            "eq7_swapped", first_cx=(1, 2), second_cx=(0, 1), source=f"ours: Eq. (7) of {_PAPER}, CNOTs turned round"
        ),
    )
}


def circuit_named(name: str) -> Circuit:
    """Return the catalogue's circuit of that name.

    Raises:
        CircuitError: no such circuit; the message lists the names and the nearest one.
    """
    if name in CIRCUITS:
        return CIRCUITS[name]
    near = difflib.get_close_matches(name, CIRCUITS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise CircuitError(f"unknown circuit {name!r}: expected one of {', '.join(CIRCUITS)}{hint}")
