"""The shared Qiskit code: jobs on Aer, and their answers back into probabilities.

Our qubit q is Qiskit's qubit q. The orders differ in bit strings alone: ours have qubit 0 on the left, Qiskit's have
bit 0 on the right. Output k is measured into bit k, and nothing outside this module reads a bit string. Qiskit is
imported when it is used: the parent of worker processes must not import Aer, which deadlocks after a fork
(qiskit-aer#1385, #2135).
"""

import dataclasses
import importlib.metadata
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from backends._qiskit_circuits import to_qiskit
from backends.circuit import Circuit
from backends.errors import ExecutionError
from backends.head import Executed, Outcomes

SEED_STEP = 2113  # Aer runs binding j of a job with the seed seed_simulator + 2113 j; each answer is checked for it
SEED_TRANSPILER = 1
_JOB_ROWS = 4096  # a job's result takes about 5 KB a row in Python
_JOB_OUTCOMES = 2**20  # and about 0.1 KB for each outcome that was counted


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
    def gates(self) -> list[tuple[str, tuple[int, ...]]]:
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
    if sampled:  # at the end: Aer then samples all shots from one final state
        pruned.measure(measured, range(circuit.n_outputs))
    else:
        pruned.save_probabilities(measured[::-1])  # its first qubit is the lowest bit, our first output the highest
    table = np.array(list(known), dtype=np.float64).reshape(len(known), 1 + len(angles))
    return Compiled(pruned, qubits, tuple(measured), tuple(known.values()), table[:, 1:].T, table[:, 0], sampled)


def simulator(compiled: Compiled, *, method: str, **options: Any) -> Any:
    """Return an ``AerSimulator`` on the cores it may use, which binds rows in C++ where that is right and faster."""
    from qiskit_aer import AerSimulator

    one_param = all(
        len(instruction.operation.params) <= 1 for instruction in compiled.circuit.data
    )  # it refuses u2, u3
    slow = method == "density_matrix" and compiled.sampled  # a fifth of the rate: its threads wait for each other
    return AerSimulator(
        method=method, max_parallel_experiments=0, runtime_parameter_bind_enable=one_param and not slow, **options
    )


def evaluate(
    aer: Any, compiled: Compiled, rows: torch.Tensor, *, shots: int | None, seed: int, first_evaluation: int
) -> Executed:
    """Run rows of angles, each with the seed of its own evaluation number: chunks and jobs leave the bits as they are.

    Args:
        aer: The ``AerSimulator``.
        compiled: What to run.
        rows: Radians, shape (n_rows, n_angles), float64.
        shots: Of each row; None for a circuit that saves probabilities.
        seed: The head's ``shot_seed(0)``, 63 bits.
        first_evaluation: The number of the first row in the head's life.

    Raises:
        ExecutionError: Aer failed, or answered for other rows, seeds, shots or another method than it was asked.
    """
    if shots is None:
        outcomes = evaluate_outcomes(aer, compiled, rows, shots=None, seed=seed, first_evaluation=first_evaluation)
        return outcomes.margins()
    found = _run(aer, compiled, rows, _frequencies, shots=shots, seed=seed, first_evaluation=first_evaluation)
    return Executed(*found)


def evaluate_outcomes(
    aer: Any, compiled: Compiled, rows: torch.Tensor, *, shots: int | None, seed: int, first_evaluation: int
) -> Outcomes:
    """As ``evaluate``, for the joint outcomes of the measured qubits."""
    read = _saved if shots is None else _joint_frequencies
    return Outcomes(*_run(aer, compiled, rows, read, shots=shots, seed=seed, first_evaluation=first_evaluation))


def _run(
    aer: Any,
    compiled: Compiled,
    rows: torch.Tensor,
    read: Callable[[list[Any], int], tuple[np.ndarray, int]],
    *,
    shots: int | None,
    seed: int,
    first_evaluation: int,
) -> tuple[torch.Tensor, int, int]:
    """Return what ``read`` makes of each job's results, in one tensor, and the circuits and shots that Aer executed."""
    n_outputs = len(compiled.measured)
    outcomes = min(shots or 2**n_outputs, 2**n_outputs)
    size = max(1, min(_JOB_ROWS, _JOB_OUTCOMES // outcomes))
    base = seed >> 1  # 62 bits leave room for 10**15 evaluations
    angles = rows.detach().cpu().numpy()
    answers: list[np.ndarray] = []
    circuits = taken = 0
    for start in range(0, len(angles), size):
        seed_simulator = base + SEED_STEP * (first_evaluation + start)
        results = _run_job(aer, compiled, angles[start : start + size], shots=shots or 1, seed_simulator=seed_simulator)
        answer, counted = read(results, n_outputs)
        answers.append(answer)
        circuits += len(results)
        taken += counted
    return torch.from_numpy(np.concatenate(answers)), circuits, taken


def _run_job(aer: Any, compiled: Compiled, angles: np.ndarray, *, shots: int, seed_simulator: int) -> list[Any]:
    values = compiled.values(angles).T.tolist()
    binds = [dict(zip(compiled.parameters, values, strict=True))] if compiled.parameters else None
    circuits = compiled.circuit if binds else [compiled.circuit] * len(angles)
    result = aer.run(circuits, parameter_binds=binds, shots=shots, seed_simulator=seed_simulator).result()
    if not result.success:
        raise ExecutionError(f"Aer failed on a job of {len(angles)} evaluations: {result.status}")
    results: list[Any] = result.results
    asked = [(seed_simulator + SEED_STEP * row, shots, aer.options.method) for row in range(len(angles))]
    answered = [(r.seed_simulator, r.shots, r.metadata["method"]) for r in results]
    if answered != asked:
        both = zip(asked, answered, strict=False)
        expected, got = next((pair for pair in both if pair[0] != pair[1]), (asked[-1], "nothing"))
        raise ExecutionError(
            f"Aer answered {len(answered)} of {len(asked)} evaluations; first difference in (seed, shots, method): "
            f"expected {expected}, got {got}; use qiskit-aer 0.18, which this was tested with"
        )
    return results


def _saved(results: list[Any], n_outputs: int) -> tuple[np.ndarray, int]:
    """Return the saved joint probabilities, shape (n_rows, 2**n_outputs), and no shots."""
    return np.array([r.data.probabilities for r in results], dtype=np.float64).reshape(-1, 2**n_outputs), 0


def _frequencies(results: list[Any], n_outputs: int) -> tuple[np.ndarray, int]:
    """Return the frequency of outcome 0 of every output, shape (n_rows, n_outputs), and the shots that were counted."""
    row, outcome, times = _counts(results)
    shots = np.bincount(row, weights=times)
    zeros = [np.bincount(row, weights=times * (~outcome >> bit & 1), minlength=len(shots)) for bit in range(n_outputs)]
    return np.stack(zeros, axis=1) / shots[:, None], int(shots.sum())


def _joint_frequencies(results: list[Any], n_outputs: int) -> tuple[np.ndarray, int]:
    """Return the frequency of every joint outcome, shape (n_rows, 2**n_outputs), and the shots that were counted."""
    row, outcome, times = _counts(results)
    ours = sum((outcome >> bit & 1) << (n_outputs - 1 - bit) for bit in range(n_outputs))
    shots = np.bincount(row, weights=times)
    joint = np.bincount(row * 2**n_outputs + ours, weights=times, minlength=len(shots) * 2**n_outputs)
    return joint.reshape(len(shots), -1) / shots[:, None], int(shots.sum())


def _counts(results: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, outcome (output k in bit k) and how often it occurred, of all outcomes of all rows."""
    counts = [r.data.counts for r in results]
    row = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
    outcome = np.array([int(key, 16) for count in counts for key in count])
    return row, outcome, np.array([n for count in counts for n in count.values()])


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
