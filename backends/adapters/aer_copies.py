"""Several copies of a compiled circuit in one circuit of Aer's, which cost less than as many circuits.

Each of Aer's circuits has a cost of its own, whatever is in it: shots that are drawn, a result that is written and read.
"""

import dataclasses
from typing import Any

import numpy as np

from backends.adapters.aer_compile import Compiled

# In turn, each copy saves 40 us of 80 to 900 us; more copies, or more qubits, save no more.
_IN_TURN = 8
_IN_TURN_QUBITS = 5


@dataclasses.dataclass(frozen=True)
class Copies:
    """A circuit of Aer's that evaluates several rows of angles.

    Attributes:
        circuit: The circuit. With n outputs, output k of copy c is measured into bit c * n + k, or the probabilities of
            copy c are saved as "pc".
        parameters: Of each copy, in the order of the single circuit's.
    """

    circuit: Any
    parameters: tuple[tuple[Any, ...], ...]


def side_by_side(compiled: Compiled, *, copies: int) -> Copies:
    """Return copies of a sampled circuit on disjoint qubits, which share its shots and nothing else.

    What a shot costs Aer hardly depends on how many qubits are measured.
    """
    from qiskit import QuantumCircuit

    n_qubits, n_outputs = compiled.circuit.num_qubits, len(compiled.measured)
    wide = QuantumCircuit(copies * n_qubits, copies * n_outputs)
    parameters = tuple(_append(compiled, wide, copy, first_qubit=copy * n_qubits) for copy in range(copies))
    every = range(copies)
    wide.measure([c * n_qubits + q for c in every for q in compiled.measured], range(copies * n_outputs))
    return Copies(wide, parameters)


def copies_in_turn(compiled: Compiled) -> int:
    """Return how many copies ``in_turn`` should have; 1: it would not pay."""
    return _IN_TURN if len(compiled.qubits) <= _IN_TURN_QUBITS else 1


def in_turn(compiled: Compiled, *, copies: int) -> Copies:
    """Return copies of an exact circuit on the same qubits, one after the other.

    Each copy begins with a density matrix that is set. A reset would keep the trace that noise channels lose. Aer leaves
    out what no saved probability depends on, but not where the state is set anew: see ``light_cone_of``.
    """
    from qiskit import QuantumCircuit

    n_qubits = compiled.circuit.num_qubits
    long = QuantumCircuit(n_qubits)
    ground = np.zeros((2**n_qubits, 2**n_qubits))
    ground[0, 0] = 1
    parameters = []
    for copy in range(copies):
        if copy:
            long.set_density_matrix(ground)
        parameters.append(_append(compiled, long, copy, first_qubit=0))
        long.save_probabilities(compiled.measured[::-1], label=f"p{copy}")
    return Copies(long, tuple(parameters))


def _append(compiled: Compiled, circuit: Any, copy: int, *, first_qubit: int) -> tuple[Any, ...]:
    """Append the gates of a copy, and return its parameters."""
    from qiskit.circuit import Parameter

    own = {parameter: Parameter(f"{parameter.name}_{copy}") for parameter in compiled.parameters}
    for gate in compiled.circuit.data[: len(compiled.gates)]:  # what measures or saves is at the end
        operation = gate.operation.to_mutable()
        operation.params = [own.get(param, param) for param in operation.params]
        circuit.append(operation, [first_qubit + compiled.circuit.find_bit(q).index for q in gate.qubits])
    return tuple(own.values())
