"""A noisy compiled circuit for vendors that take Kraus operators: the chain of channels that ``fake_ibm`` tells."""

import dataclasses
import functools
import itertools
from typing import NamedTuple

import numpy as np
import torch

from backends.chain import Channel, Turn
from backends.circuits.circuit import Circuit
from backends.registry import head_class

_SMALLEST = 1e-14  # eigenvalue of a channel's Choi matrix that is more than rounding


class Kraus(NamedTuple):
    """A constant channel: its qubits, the first is the most significant bit, and its operators, complex128."""

    qubits: tuple[int, ...]
    operators: list[np.ndarray]


@dataclasses.dataclass(frozen=True)
class KrausChain:
    """What a fake device executes for a circuit.

    Attributes:
        n_qubits: Qubits that it touches.
        steps: In order of time: a channel, or the number of a rotation about z, which has no noise.
        turned: The qubit of each rotation.
        slopes: Of each rotation by each angle, float64, shape (n_turns, n_angles).
        offsets: Radians, float64, shape (n_turns,).
        measured: The qubit that is measured.
        readout: p(1|0) and p(0|1).
    """

    n_qubits: int
    steps: tuple[Kraus | int, ...]
    turned: tuple[int, ...]
    slopes: torch.Tensor
    offsets: torch.Tensor
    measured: int
    readout: tuple[float, float]

    def turns(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the angles of the rotations, shape (n_rows, n_turns), for bound angles, shape (n_rows, n_angles)."""
        return rows @ self.slopes.T + self.offsets

    def read(self, p_zero: torch.Tensor) -> torch.Tensor:
        """Return p(0) as it is read, for p(0) of the qubit."""
        one_of_zero, zero_of_one = self.readout
        return p_zero * (1 - one_of_zero) + (1 - p_zero) * zero_of_one


def kraus_chain(circuit: Circuit, *, device: str) -> KrausChain:
    """Return the chain of a circuit on a fake device; a gate and its noise are one channel, so that peers have less to do."""
    chain = head_class("fake_ibm")(circuit, n_circuits=1, options={"device": device})._chain()
    fused: list[Channel | Turn] = []
    for step in chain.steps:
        last = fused[-1] if fused else None
        if isinstance(step, Channel) and isinstance(last, Channel) and step.qubits == last.qubits:
            fused[-1] = Channel(step.qubits, step.transfer @ last.transfer)
        else:
            fused.append(step)
    turns = [step for step in fused if isinstance(step, Turn)]
    number = itertools.count()
    return KrausChain(
        chain.n_qubits,
        tuple(next(number) if isinstance(step, Turn) else kraus_of(step) for step in fused),
        tuple(turn.qubit for turn in turns),
        torch.tensor([turn.slopes for turn in turns], dtype=torch.float64),
        torch.tensor([turn.offset for turn in turns], dtype=torch.float64),
        chain.measured[0],
        chain.readout[0],
    )


def kraus_of(channel: Channel) -> Kraus:
    """Return the Kraus operators of a channel: the eigenvectors of its Choi matrix, each times the root of its eigenvalue."""
    size = 2 ** len(channel.qubits)
    paulis = _paulis(len(channel.qubits))
    # Entry (a, c, b, d) is <a| E(|c><d|) |b>.
    choi = np.einsum("ij,iab,jdc->acbd", channel.transfer, paulis, paulis) / size
    values, vectors = np.linalg.eigh(choi.reshape(size**2, size**2))
    kept = [
        np.sqrt(value) * vector.reshape(size, size)
        for value, vector in zip(values, vectors.T, strict=True)
        if value > _SMALLEST
    ]
    return Kraus(channel.qubits, kept)


@functools.cache
def _paulis(n_qubits: int) -> np.ndarray:
    """Return the Pauli strings, complex, shape (4**n, 2**n, 2**n), in the order of a Pauli transfer matrix."""
    single = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    return np.array([functools.reduce(np.kron, letters) for letters in itertools.product(single, repeat=n_qubits)])
