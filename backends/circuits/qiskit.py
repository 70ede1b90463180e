"""Converts circuits to Qiskit and back. Qiskit is imported when it is used.

Our qubit q is Qiskit's qubit q. Transpiling is in ``adapters/aer_compile.py``, jobs and bit strings are in ``adapters/aer_jobs.py``.
"""

import collections
import functools
import math
from collections.abc import Sequence
from typing import Any

from backends.circuits.affine import Affine, gates_with
from backends.circuits.circuit import GATES, Angle, Circuit, Gate, gate_problem
from backends.errors import CircuitError

_MAX_GATES = 20_000  # definitions of definitions grow exponentially
_WITHOUT_EFFECT = ("id", "global_phase")


def to_qiskit(circuit: Circuit) -> tuple[Any, list[Any]]:
    """Return a ``QuantumCircuit`` that measures output k into bit k, and a Parameter for each angle; needs Qiskit."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    # Vectors, not Parameters: Qiskit sorts those by name, input_10 before input_2.
    angles = [*ParameterVector("input", circuit.n_inputs), *ParameterVector("weight", circuit.n_weights)]

    def value(param: float | Angle) -> Any:
        if not isinstance(param, Angle):
            return param
        return angles[param.index] * param.scale + param.offset if param.scale else param.offset

    converted = QuantumCircuit(circuit.n_qubits, circuit.n_outputs)
    for gate in circuit.gates:
        getattr(converted, gate.name)(*map(value, gate.params), *gate.qubits)
    converted.measure(circuit.measured, range(circuit.n_outputs))
    return converted, angles


def from_qiskit(
    circuit: Any,
    *,
    inputs: Sequence[Any] | None = None,
    weights: Sequence[Any] = (),
    measured: Sequence[int] | None = None,
    name: str | None = None,
    source: str = "",
) -> Circuit:
    """Return a ``qiskit.QuantumCircuit`` as a circuit of ours; needs Qiskit.

    Our qubit q is Qiskit's qubit q. Gate parameters may be any affine expression of Parameters. Gates that are not
    ours (ccx, cy, iswap, rzx, composite ones, ...) are replaced by their Qiskit definitions, and ``source`` says so.
    Left out are id, barrier, global phases and the reset of a qubit that nothing has touched.

    Args:
        circuit: A ``QuantumCircuit`` that is unitary up to the measurements at its end.
        inputs: Parameters, ParameterVectors or names, in the order of our angles; None for every Parameter that is
            not a weight, in Qiskit's own order: by name, and elements of a ParameterVector by index.
        weights: Those that are trainable weights of the head, in the order of our last angles.
        measured: Measured qubits; None for those that the circuit measures, by classical bit.
        name: None for the circuit's own.
        source: Where the circuit is from.

    Raises:
        CircuitError: something cannot be represented; the message names the instruction, its gate and qubits.
    """
    name = circuit.name if name is None else name
    last = _chosen(circuit, weights, name)
    rest = [parameter for parameter in circuit.parameters if parameter not in last]
    angles = [*(rest if inputs is None else _chosen(circuit, inputs, name)), *last]
    left_out = [parameter.name for parameter in rest if parameter not in angles]
    if left_out or len(set(angles)) < len(angles):
        raise CircuitError(
            f"circuit {name!r}: expected each Parameter once among inputs and weights, got "
            f"{', '.join(parameter.name for parameter in angles) or 'none'}; left out: {', '.join(left_out) or 'none'}"
        )
    reader = Reader(name, angles)
    reader.read(circuit)
    outputs = tuple(qubit for _, qubit in sorted(reader.measured.items())) if measured is None else tuple(measured)
    if not outputs:
        raise CircuitError(
            f"circuit {name!r}: it measures no qubit; add measurements at its end, or give measured = [0]"
        )
    return Circuit(
        name,
        circuit.num_qubits,
        len(angles),
        tuple(reader.gates),
        measured=outputs,
        n_weights=len(last),
        source="; ".join(part for part in (source, reader.note) if part),
        angle_names=tuple(parameter.name for parameter in angles),
    )


class Reader:
    """Collects gates of ours from a ``QuantumCircuit``.

    Attributes:
        gates: The gates so far.
        measured: Measured qubit by classical bit.
    """

    def __init__(self, name: str, angles: Sequence[Any]) -> None:
        self.gates: list[Gate] = []
        self.measured: dict[int, int] = {}
        self._name = name
        self._index = {angle: index for index, angle in enumerate(angles)}
        self._decomposed: collections.Counter[str] = collections.Counter()

    @property
    def note(self) -> str:
        """Which gates were replaced by their definitions."""
        counts = (f"{name} ({count})" for name, count in sorted(self._decomposed.items()))
        return f"replaced by their Qiskit definitions: {', '.join(counts)}" if self._decomposed else ""

    def read(self, circuit: Any) -> None:
        """Read all instructions, or refuse the first that cannot be represented."""
        for position, instruction in enumerate(circuit.data):
            operation = instruction.operation
            qubits = tuple(circuit.find_bit(bit).index for bit in instruction.qubits)
            try:
                if operation.name == "measure":
                    self._measure(qubits[0], circuit.find_bit(instruction.clbits[0]).index)
                else:
                    self._add(operation, qubits, instruction.clbits, n_qubits=circuit.num_qubits)
            except (CircuitError, RecursionError) as found:
                error = (
                    CircuitError("its definitions are nested too deeply")
                    if isinstance(found, RecursionError)
                    else found
                )
                on = ", ".join(map(str, qubits))
                raise CircuitError(
                    f"circuit {self._name!r}, instruction {position} ({operation.name} on qubit {on}): {error}"
                ) from found

    def _measure(self, qubit: int, bit: int) -> None:
        if qubit in self.measured.values():
            raise CircuitError("the qubit is measured already; measure each qubit once, at the end")
        if bit in self.measured:
            raise CircuitError(f"classical bit {bit} is written twice; measure into a bit of its own")
        self.measured[bit] = qubit

    def _add(self, operation: Any, qubits: tuple[int, ...], clbits: Sequence[Any], *, n_qubits: int) -> None:
        from qiskit.circuit import Barrier, ControlFlowOp

        standard = operation.base_class is _standard().get(operation.name)
        if isinstance(operation, Barrier) or (standard and operation.name in _WITHOUT_EFFECT):
            return
        if standard and operation.name == "reset" and not any(qubits[0] in gate.qubits for gate in self.gates):
            return  # the qubit is |0> already; OpenQASM 3 programs begin so
        touched = sorted(set(qubits) & set(self.measured.values()))
        if touched:
            raise CircuitError(f"it acts on qubit {touched[0]} after its measurement; measure at the end alone")
        if isinstance(operation, ControlFlowOp) or clbits:
            raise CircuitError("classical control cannot be represented; only gates and measurements at the end can")
        if standard and operation.name in GATES:
            gates = gates_with(operation.name, qubits, [self._affine(param) for param in operation.params])
            problem = next(filter(None, (gate_problem(gate, n_qubits, len(self._index)) for gate in gates)), None)
            if problem:
                raise CircuitError(problem)
            self.gates += gates
            if len(self.gates) > _MAX_GATES:
                raise CircuitError(f"the circuit has more than {_MAX_GATES} gates")
            return
        definition = operation.definition
        if definition is None:
            raise CircuitError(f"not a gate of ours ({', '.join(GATES)}), and Qiskit has no definition of it")
        if standard:
            self._decomposed[operation.name] += 1
        for inner in definition.data:
            on = tuple(qubits[definition.find_bit(bit).index] for bit in inner.qubits)
            try:
                self._add(inner.operation, on, inner.clbits, n_qubits=n_qubits)
            except CircuitError as error:
                raise CircuitError(f"inside it, {inner.operation.name}: {error}") from error

    def _affine(self, param: Any) -> Affine:
        from qiskit.circuit import ParameterExpression

        if not isinstance(param, ParameterExpression):
            return Affine(float(param))
        try:
            slopes = {self._index[one]: float(param.gradient(one)) for one in param.parameters}
            offset = float(param.bind(dict.fromkeys(param.parameters, 0.0)))
        except (TypeError, ValueError, ArithmeticError, RuntimeError) as error:
            # The derivative still holds a Parameter, or there is none.
            raise CircuitError(
                f"its parameter {param} is not affine in the Parameters; expected scale * angle + offset"
            ) from error
        if not all(map(math.isfinite, (offset, *slopes.values()))):
            raise CircuitError(f"its parameter {param} is not finite")
        return Affine(offset, dict(sorted(slopes.items())))


@functools.cache
def _standard() -> dict[str, type]:
    """Return Qiskit's standard gates: one that only bears such a name, from a file's own definition, is another class."""
    from qiskit.circuit.library import get_standard_gate_name_mapping

    return {name: gate.base_class for name, gate in get_standard_gate_name_mapping().items()}


def _chosen(circuit: Any, wanted: Sequence[Any], name: str) -> list[Any]:
    """Return Parameters for Parameters, vectors and names."""
    from qiskit.circuit import Parameter, ParameterVector

    known = {parameter.name: parameter for parameter in circuit.parameters}
    vectors = {one.vector.name: one.vector for one in circuit.parameters if hasattr(one, "vector")}
    chosen: list[Any] = []
    for one in wanted:
        found = {**vectors, **known}.get(one) if isinstance(one, str) else one
        if isinstance(found, ParameterVector):
            chosen += list(found)
        elif isinstance(found, Parameter):
            chosen.append(found)
        else:
            names = ", ".join((*vectors, *known)) or "none"
            raise CircuitError(f"circuit {name!r}: unknown Parameter {one!r}: expected one of {names}")
    return chosen
