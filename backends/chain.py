"""A compiled noisy circuit as data: constant channels, and virtual rz rotations, without noise, by affine angles.

A channel is held as its Pauli transfer matrix, which is real: entry (i, j) is Tr(P_i E(P_j)) / 2**k for the Pauli
strings P of its k qubits, in the order I, X, Y, Z of each qubit; the first qubit is the most significant digit.
Source: Greenbaum, arXiv:1509.02921, Sec. 2 (Pauli transfer matrices).
"""

import dataclasses
import functools
import itertools
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from backends.errors import ChannelsError

_LOST = 1e-6  # of the trace, or imaginary, in one channel: what is allowed of a vendor's rounding


@dataclasses.dataclass(frozen=True)
class Channel:
    """A constant channel: a gate and its noise.

    Attributes:
        qubits: Those that it acts on.
        transfer: Pauli transfer matrix, float64, shape (4**k, 4**k), over these qubits.
    """

    qubits: tuple[int, ...]
    transfer: np.ndarray

    @classmethod
    def of_superoperator(cls, qubits: tuple[int, ...], superoperator: np.ndarray) -> Self:
        """Return the channel of a superoperator on column-stacked density matrices.

        Args:
            qubits: The first is the most significant bit of a basis state's number. Qiskit has it the other way round:
                its ``SuperOp`` on qubits (a, b) is one on (b, a) here.
            superoperator: Complex, shape (4**k, 4**k).

        Raises:
            ChannelsError: it makes a Hermitian matrix one that is not.
        """
        paulis = _stacked_paulis(len(qubits))
        transfer = paulis.conj().T @ superoperator @ paulis / 2 ** len(qubits)
        imaginary = np.abs(transfer.imag).max()
        if imaginary > _LOST:
            raise ChannelsError(
                f"superoperator on qubits {qubits}: expected a channel, whose Pauli transfer matrix is real, got one with "
                f"imaginary entries up to {imaginary:.2g}; give it on column-stacked density matrices"
            )
        return cls(qubits, transfer.real)


@dataclasses.dataclass(frozen=True)
class Turn:
    """rz on one qubit, without noise, by ``slopes @ angles + offset`` radians.

    Attributes:
        qubit: The qubit.
        slopes: Of each of the circuit's angles, shape (n_angles,).
        offset: Radians.
    """

    qubit: int
    slopes: tuple[float, ...]
    offset: float = 0.0


class ReadoutRates(NamedTuple):
    """The readout error of one output.

    Attributes:
        p1_given_0: Probability of reading 1 where the qubit is in 0.
        p0_given_1: Probability of reading 0 where the qubit is in 1.
    """

    p1_given_0: float
    p0_given_1: float

    @property
    def matrix(self) -> np.ndarray:
        """Probability of reading each outcome (rows) in each state (columns), shape (2, 2)."""
        return np.array([[1 - self.p1_given_0, self.p0_given_1], [self.p1_given_0, 1 - self.p0_given_1]])


@dataclasses.dataclass(frozen=True)
class Chain:
    """What a backend executes for a circuit, from ``|0...0>`` to the outcomes that are read.

    Attributes:
        n_qubits: Qubits that it touches.
        n_angles: Angles of a row, radians: inputs, then weights.
        steps: In order of time.
        measured: The qubit behind each output.
        readout: The readout error of each output.

    Raises:
        ChannelsError: a step or a readout error is not well formed, or a channel does not keep the trace.
    """

    n_qubits: int
    n_angles: int
    steps: tuple[Channel | Turn, ...]
    measured: tuple[int, ...]
    readout: tuple[ReadoutRates, ...]

    def __post_init__(self) -> None:
        for position, step in enumerate(self.steps):
            problem = self._turn_problem(step) if isinstance(step, Turn) else self._channel_problem(step)
            if problem:
                raise ChannelsError(f"chain of channels, step {position} ({type(step).__name__}): {problem}")
        if not self.measured or not self._distinct(self.measured):
            raise ChannelsError(
                f"chain of channels: expected distinct measured qubits in 0..{self.n_qubits - 1}, got {self.measured}"
            )
        if len(self.readout) != len(self.measured) or not all(0 <= p <= 1 for pair in self.readout for p in pair):
            raise ChannelsError(
                f"chain of channels: expected p(1|0) and p(0|1) in [0, 1] of each of {len(self.measured)} outputs, got "
                f"{self.readout}"
            )

    def _distinct(self, qubits: Sequence[int]) -> bool:
        return len(set(qubits)) == len(qubits) and all(0 <= qubit < self.n_qubits for qubit in qubits)

    def _turn_problem(self, turn: Turn) -> str | None:
        if not 0 <= turn.qubit < self.n_qubits:
            return f"expected a qubit in 0..{self.n_qubits - 1}, got {turn.qubit}"
        if len(turn.slopes) != self.n_angles or not np.isfinite((*turn.slopes, turn.offset)).all():
            return f"expected a finite offset and {self.n_angles} finite slopes, got {turn}"
        return None

    def _channel_problem(self, channel: Channel) -> str | None:
        qubits, transfer = channel.qubits, channel.transfer
        if not qubits or not self._distinct(qubits):
            return f"expected distinct qubits in 0..{self.n_qubits - 1}, got {qubits}"
        size = 4 ** len(qubits)
        if transfer.shape != (size, size) or not np.isrealobj(transfer) or not np.isfinite(transfer).all():
            return f"expected a finite real matrix of shape ({size}, {size}) on qubits {qubits}, got {transfer.shape}"
        lost = np.abs(transfer[0] - np.eye(size)[0]).max()
        if lost > _LOST:
            return f"expected a channel that keeps the trace, got one on qubits {qubits} that changes it by {lost:.2g}"
        return None


def qubits_of(step: Channel | Turn) -> tuple[int, ...]:
    """Return the qubits that a step acts on."""
    return (step.qubit,) if isinstance(step, Turn) else step.qubits


def in_light_cone(gates: Sequence[Sequence[int]], measured: Sequence[int]) -> tuple[list[int], set[int]]:
    """Return the gates, counted from 0, and the qubits on which a measured outcome can depend.

    Noise acts on the qubits of its gate and keeps the sum of probabilities, so what is outside cannot matter with noise either.

    Args:
        gates: The qubits of each gate or channel, in order of time.
        measured: The measured qubits.
    """
    kept, reached = [], set(measured)
    for number, qubits in reversed(list(enumerate(gates))):
        if not reached.isdisjoint(qubits):
            kept.append(number)
            reached.update(qubits)
    return kept[::-1], reached


def rotation(angle: float) -> np.ndarray:
    """Return the Pauli transfer matrix of rz by an angle in radians, shape (4, 4)."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0, 0], [0, cosine, -sine, 0], [0, sine, cosine, 0], [0, 0, 0, 1.0]])


@functools.cache
def _stacked_paulis(n_qubits: int) -> np.ndarray:
    """Return the Pauli strings, each column-stacked in a column, shape (4**n, 4**n)."""
    single = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    strings = (functools.reduce(np.kron, letters) for letters in itertools.product(single, repeat=n_qubits))
    return np.array([string.ravel(order="F") for string in strings]).T
