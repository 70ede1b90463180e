"""Circuits made ready for jobs on Aer: transpiled once, pruned to the qubits in use, with angles that Aer can bind.

Our qubit q is Qiskit's qubit q. Output k is measured into bit k, which ``aer_jobs`` reads. Qiskit is imported when it
is used: the parent of worker processes must not import Aer, which deadlocks after a fork (qiskit-aer#1385, #2135).
"""

import dataclasses
import importlib.metadata
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from backends.chain import in_light_cone
from backends.circuits.circuit import Circuit
from backends.circuits.qiskit import to_qiskit
from backends.errors import ExecutionError

SEED_TRANSPILER = 1

GateOn = tuple[str, tuple[int, ...]]
"""A gate's name and the qubits that it acts on."""


@dataclasses.dataclass(frozen=True)
class Compiled:
    """A transpiled circuit on the qubits that it touches, ready to be bound.

    Attributes:
        circuit: ``QuantumCircuit`` whose gates take plain Parameters, never expressions: Aer binds those row by row.
        qubits: What each of its qubits was before pruning (on a device: the physical qubit), ascending.
        measured: Qubit of the pruned circuit behind each output.
        parameters: The Parameters.
        slopes: Parameters' dependence on the angles, float64, shape (n_angles, n_parameters).
        offsets: Their values at zero angles, radians, float64, shape (n_parameters,).
        sampled: It measures; otherwise it saves probabilities.
    """

    circuit: Any
    qubits: tuple[int, ...]
    measured: tuple[int, ...]
    parameters: tuple[Any, ...]
    slopes: np.ndarray
    offsets: np.ndarray
    sampled: bool

    @property
    def gates(self) -> list[GateOn]:
        """Name and qubits (of the pruned circuit) of each gate, in order."""
        found = [(i.operation.name, tuple(self.circuit.find_bit(q).index for q in i.qubits)) for i in self.circuit.data]
        return [gate for gate in found if gate[0] != "measure" and not gate[0].startswith("save")]

    def values(self, rows: np.ndarray) -> np.ndarray:
        """Return the Parameters' values, shape (n_rows, n_parameters), for angles of shape (n_rows, n_angles)."""
        values = np.tile(self.offsets, (len(rows), 1))
        for angle, slope in enumerate(self.slopes):  # no matrix product: its last bits would depend on the chunk
            values += rows[:, angle, None] * slope
        return values

    def summary(self) -> dict[str, Any]:
        """Return what transpilation made of the circuit, for provenance."""
        from qiskit.circuit import Gate

        gates = self.gates
        return {
            "basis": sorted({name for name, _ in gates}),
            "gates": len(gates),
            "two_qubit_gates": sum(len(qubits) == 2 for _, qubits in gates),
            "depth": self.circuit.depth(lambda instruction: isinstance(instruction.operation, Gate)),
            "seed_transpiler": SEED_TRANSPILER,
            "versions": {name: importlib.metadata.version(name) for name in ("qiskit", "qiskit-aer")},
        }


def compile_circuit(circuit: Circuit, *, sampled: bool, **transpile_options: Any) -> Compiled:
    """Transpile once, with symbolic angles, and prune the result to the qubits that it touches.

    Args:
        circuit: The circuit.
        sampled: Whether to measure, or to save exact probabilities.
        transpile_options: Of ``qiskit.transpile``: a basis or target without controlled rotations, for which Aer gives
            wrong counts when it binds them itself (qiskit-aer#2323, #2391, #2403).
    """
    import qiskit_aer.library  # noqa: F401  # adds save_probabilities to QuantumCircuit
    from qiskit import QuantumCircuit, transpile
    from qiskit.circuit import Parameter, ParameterExpression

    logical, angles = to_qiskit(circuit)
    transpiled = transpile(logical, seed_transpiler=SEED_TRANSPILER, **transpile_options)
    place = {bit: position for position, bit in enumerate(transpiled.qubits)}
    qubits = tuple(sorted({place[bit] for instruction in transpiled.data for bit in instruction.qubits}))
    pruned = QuantumCircuit(len(qubits), circuit.n_outputs)
    measured = [0] * circuit.n_outputs
    known: dict[tuple[float, ...], Any] = {}
    for instruction in transpiled.data:
        on = [qubits.index(place[bit]) for bit in instruction.qubits]
        if instruction.operation.name == "measure":
            measured[transpiled.find_bit(instruction.clbits[0]).index] = on[0]
            continue
        operation = instruction.operation.to_mutable()
        for position, param in enumerate(operation.params):
            if isinstance(param, ParameterExpression):
                key = _affine(param, angles)
                operation.params[position] = known.setdefault(key, Parameter(f"p{len(known)}"))
        pruned.append(operation, on)
    _end(pruned, measured, sampled=sampled)
    table = np.array(list(known), dtype=np.float64).reshape(len(known), 1 + len(angles))
    return Compiled(pruned, qubits, tuple(measured), tuple(known.values()), table[:, 1:].T, table[:, 0], sampled)


def light_cone_of(compiled: Compiled) -> tuple[Compiled, tuple[int, ...]]:
    """Return the part of a circuit that can change a measured outcome, and which qubits of the circuit it has.

    Nothing is read off the angles or the noise: a gate is left out if no later gate connects its qubits to a measured one.
    """
    from qiskit import QuantumCircuit

    gates = compiled.gates
    kept, reached = in_light_cone([on for _, on in gates], compiled.measured)
    qubits = tuple(sorted(reached))
    if len(kept) == len(gates) and len(qubits) == len(compiled.qubits):
        return compiled, qubits
    part = QuantumCircuit(len(qubits), len(compiled.measured))
    for number in kept:  # what measures or saves is at the end of the circuit
        part.append(compiled.circuit.data[number].operation, [qubits.index(qubit) for qubit in gates[number][1]])
    used = [column for column, parameter in enumerate(compiled.parameters) if parameter in part.parameters]
    measured = tuple(qubits.index(qubit) for qubit in compiled.measured)
    _end(part, measured, sampled=compiled.sampled)
    return (
        dataclasses.replace(
            compiled,
            circuit=part,
            qubits=tuple(compiled.qubits[qubit] for qubit in qubits),
            measured=measured,
            parameters=tuple(compiled.parameters[column] for column in used),
            slopes=compiled.slopes[:, used],
            offsets=compiled.offsets[used],
        ),
        qubits,
    )


def _end(circuit: Any, measured: Sequence[int], *, sampled: bool) -> None:
    """Let a circuit measure, or save the probabilities of the joint outcomes."""
    if sampled:  # at the end: Aer then samples all shots from one final state
        circuit.measure(measured, range(len(measured)))
    else:
        # Its first qubit is the lowest bit, our first output the highest.
        circuit.save_probabilities(measured[::-1], label="p0")


def simulator(compiled: Compiled, *, method: str, **options: Any) -> Any:
    """Return an ``AerSimulator`` that binds rows in C++ where that is right and faster."""
    from qiskit_aer import AerSimulator

    # Aer's own binding refuses gates with several parameters: u2, u3.
    one_param = all(len(instruction.operation.params) <= 1 for instruction in compiled.circuit.data)
    slow = method == "density_matrix" and compiled.sampled  # a fifth of the rate: its threads wait for each other
    return AerSimulator(
        method=method, max_parallel_experiments=0, runtime_parameter_bind_enable=one_param and not slow, **options
    )


def _affine(expression: Any, angles: list[Any]) -> tuple[float, ...]:
    """Return (value at zero, slope of each angle) of an expression; transpilation leaves nothing that is not affine."""
    used = {index: angle for index, angle in enumerate(angles) if angle in expression.parameters}

    def at(*point: float) -> float:
        return float(expression.bind(dict(zip(used.values(), point, strict=True))))

    offset = at(*[0.0] * len(used))
    slopes = {index: at(*[float(index == other) for other in used]) - offset for index in used}
    probe = {index: 0.5 + 0.25 * index for index in used}
    if not math.isclose(at(*probe.values()), offset + sum(slopes[i] * probe[i] for i in used), abs_tol=1e-9):
        raise ExecutionError(f"transpilation gave a gate the parameter {expression}, which is not affine in the angles")
    return offset, *(slopes.get(index, 0.0) for index in range(len(angles)))
