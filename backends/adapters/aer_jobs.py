"""Jobs on Aer: rows of angles in, probabilities out. No other adapter reads Qiskit's bit strings.

Bit strings have bit 0 on the right there; output k of a circuit is bit k, and of copy c of n outputs bit c * n + k.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import torch

from backends.adapters.aer_compile import Compiled, simulator
from backends.adapters.aer_copies import Copies, in_turn, side_by_side
from backends.answers import Executed, Outcomes
from backends.errors import ExecutionError

SEED_STEP = 2113  # Aer runs binding j of a job with the seed seed_simulator + 2113 j; each answer is checked for it
_JOB_RESULTS = 4096  # a job's result takes about 5 KB a circuit in Python
_JOB_OUTCOMES = 2**20  # and about 0.1 KB for each outcome that was counted


class Counts(NamedTuple):
    """What was counted, an entry for each outcome of each row: integer arrays of one length."""

    row: np.ndarray
    outcome: np.ndarray
    times: np.ndarray


@dataclasses.dataclass(frozen=True)
class Simulation:
    """A compiled circuit on an ``AerSimulator``.

    Attributes:
        aer: The simulator.
        compiled: The circuit.
        wide: Copies of it in one circuit, for as many rows at a time; None for a row at a time.
    """

    aer: Any
    compiled: Compiled
    wide: Copies | None = None

    @classmethod
    def of(cls, compiled: Compiled, *, copies: int = 1, **options: Any) -> Self:
        """Return the simulation of a circuit; options are those of ``simulator``.

        Copies of a sampled circuit stand side by side, those of an exact one (a density matrix) run in turn.
        """
        together = side_by_side if compiled.sampled else in_turn
        wide = together(compiled, copies=copies) if copies > 1 else None
        return cls(simulator(compiled, **options), compiled, wide)

    @property
    def copies(self) -> int:
        """Rows that one circuit evaluates."""
        return len(self.wide.parameters) if self.wide else 1

    def evaluate(self, rows: torch.Tensor, *, shots: int | None, seed: int, first_evaluation: int) -> Executed:
        """Run rows of angles. Each evaluation of the head has its own seed.

        A row's bits do not depend on the other rows of the job, unless copies of the circuit stand side by side.

        Args:
            rows: Radians, shape (n_rows, n_angles), float64.
            shots: Of each row; None for a circuit that saves probabilities.
            seed: The head's ``shot_seed(0)``, 63 bits.
            first_evaluation: The number of the first row in the head's life.

        Raises:
            ExecutionError: Aer failed, or answered for other rows, seeds, shots or another method than it was asked.
        """
        if shots is None:
            return self.evaluate_outcomes(rows, shots=None, seed=seed, first_evaluation=first_evaluation).margins()
        p_zero, taken = self._sampled(rows, _frequencies, shots=shots, seed=seed, first_evaluation=first_evaluation)
        return Executed(p_zero, circuits=len(p_zero), shots=taken)

    def evaluate_outcomes(self, rows: torch.Tensor, *, shots: int | None, seed: int, first_evaluation: int) -> Outcomes:
        """As ``evaluate``, for the joint outcomes of the measured qubits."""
        if shots is not None:
            joint, taken = self._sampled(
                rows, _joint_frequencies, shots=shots, seed=seed, first_evaluation=first_evaluation
            )
            return Outcomes(joint, circuits=len(joint), shots=taken)
        jobs = self._jobs(rows, shots=None, seed=seed, first_evaluation=first_evaluation)
        labels = [f"p{copy}" for copy in range(self.copies)]
        found = (getattr(r.data, label) for results in jobs for r, n_rows in results for label in labels[:n_rows])
        saved = np.array(list(found), dtype=np.float64)
        joint = torch.from_numpy(saved.reshape(-1, 2 ** len(self.compiled.measured)))
        return Outcomes(joint, circuits=len(joint), shots=0)

    def _sampled(
        self, rows: torch.Tensor, read: Callable[[Counts, int], np.ndarray], **settings: Any
    ) -> tuple[torch.Tensor, int]:
        """Return what ``read`` makes of the counts, and how many shots were counted for all rows."""
        n_outputs = len(self.compiled.measured)
        answers, taken = [], 0
        for results in self._jobs(rows, **settings):
            counts = _counts(results, n_outputs)
            answers.append(read(counts, n_outputs))
            taken += int(counts.times.sum())
        return torch.from_numpy(np.concatenate(answers)), taken

    def _jobs(
        self, rows: torch.Tensor, *, shots: int | None, seed: int, first_evaluation: int
    ) -> Iterator[list[tuple[Any, int]]]:
        """Yield the results of job after job, each result with the number of rows that it is of."""
        n_outputs = len(self.compiled.measured)
        outcomes = min(shots, 2 ** (self.copies * n_outputs)) if shots else self.copies * 2**n_outputs
        size = self.copies * max(1, min(_JOB_RESULTS, _JOB_OUTCOMES // outcomes))
        base = seed >> 1  # 62 bits leave room for 10**15 evaluations
        values = self.compiled.values(rows.detach().cpu().numpy())
        for start in range(0, len(values), size):
            first_seed = base + SEED_STEP * (first_evaluation + start)
            yield self.job(values[start : start + size], shots=shots or 1, seed_simulator=first_seed)

    def job(self, values: np.ndarray, *, shots: int, seed_simulator: int) -> list[tuple[Any, int]]:
        """Run one job; rows that fill no wide circuit are run one by one.

        Args:
            values: Of the circuit's parameters, shape (n_rows, n_parameters).
            shots: Of each row.
            seed_simulator: Of the first circuit.
        """
        n_wide = len(values) // self.copies if self.wide else 0
        together, alone = np.split(values, [n_wide * self.copies])
        circuits, binds = [], []
        if self.wide and n_wide:
            circuits.append((self.wide.circuit, n_wide))
            by_copy = together.reshape(n_wide, self.copies, -1)
            binds.append(
                {
                    parameter: by_copy[:, copy, position].tolist()
                    for copy, parameters in enumerate(self.wide.parameters)
                    for position, parameter in enumerate(parameters)
                }
            )
        if len(alone):
            circuits.append((self.compiled.circuit, len(alone)))
            binds.append(dict(zip(self.compiled.parameters, alone.T.tolist(), strict=True)))
        rows_of = [self.copies] * n_wide + [1] * len(alone)
        bound = bool(self.compiled.parameters)
        result = self.aer.run(
            [circuit for circuit, times in circuits for _ in range(1 if bound else times)],
            parameter_binds=binds if bound else None,
            shots=shots,
            seed_simulator=seed_simulator,
        ).result()
        if not result.success:
            raise ExecutionError(f"Aer failed on a job of {len(values)} evaluations: {result.status}")
        self._check(result.results, len(rows_of), shots=shots, seed_simulator=seed_simulator)
        return list(zip(result.results, rows_of, strict=True))

    def _check(self, results: list[Any], n_circuits: int, *, shots: int, seed_simulator: int) -> None:
        method = self.aer.options.method
        asked = [(seed_simulator + SEED_STEP * n, shots, method) for n in range(n_circuits)]
        answered = [(r.seed_simulator, r.shots, r.metadata["method"]) for r in results]
        if answered != asked:
            both = zip(asked, answered, strict=False)
            expected, got = next((pair for pair in both if pair[0] != pair[1]), (asked[-1], "nothing"))
            raise ExecutionError(
                f"Aer answered {len(answered)} of {len(asked)} circuits; first difference in (seed, shots, method): "
                f"expected {expected}, got {got}; use qiskit-aer 0.18, which this was tested with"
            )


def _counts(results: list[tuple[Any, int]], n_outputs: int) -> Counts:
    """Return the counts of each row (output k in bit k), those of a wide circuit once for each of its rows."""
    counts = [r.data.counts for r, _ in results]
    sizes = np.array([len(count) for count in counts])
    copies = np.array([n for _, n in results])
    first = np.repeat(np.cumsum(copies) - copies, sizes)
    outcome = np.array([int(key, 16) for count in counts for key in count])
    times = np.array([n for count in counts for n in count.values()])
    copies = np.repeat(copies, sizes)
    parts = []
    for copy in range(int(copies.max())):
        has = copies > copy
        parts.append((first[has] + copy, outcome[has] >> copy * n_outputs & 2**n_outputs - 1, times[has]))
    return Counts(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _frequencies(counts: Counts, n_outputs: int) -> np.ndarray:
    """Return the frequency of outcome 0 of every output, shape (n_rows, n_outputs)."""
    shots = np.bincount(counts.row, weights=counts.times)
    zeros = [
        np.bincount(counts.row, weights=counts.times * (~counts.outcome >> bit & 1), minlength=len(shots))
        for bit in range(n_outputs)
    ]
    return np.stack(zeros, axis=1) / shots[:, None]


def _joint_frequencies(counts: Counts, n_outputs: int) -> np.ndarray:
    """Return the frequency of every joint outcome, shape (n_rows, 2**n_outputs); the first output is the top bit."""
    ours = sum((counts.outcome >> bit & 1) << (n_outputs - 1 - bit) for bit in range(n_outputs))
    shots = np.bincount(counts.row, weights=counts.times)
    joint = np.bincount(counts.row * 2**n_outputs + ours, weights=counts.times, minlength=len(shots) * 2**n_outputs)
    return joint.reshape(len(shots), -1) / shots[:, None]
