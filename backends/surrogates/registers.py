"""What a chain's compiler keeps track of: constants that wait to be applied, and the axes of registers."""

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np

from backends.chain import Channel

GROUND = np.array([1.0, 0.0, 0.0, 1.0])  # |0> in I, X, Y, Z


@dataclasses.dataclass(frozen=True)
class Block:
    """Constants that wait: an array with an axis for what comes out of each qubit, and then one for what goes in."""

    qubits: tuple[int, ...]
    array: np.ndarray

    @property
    def sizes(self) -> dict[int, int]:
        """Components of each qubit that come out."""
        return dict(zip(self.qubits, self.array.shape, strict=False))

    def beside(self, other: "Block") -> "Block":
        """Return both blocks, which have no qubit in common, as one."""
        n, m = len(self.qubits), len(other.qubits)
        product = np.tensordot(self.array, other.array, axes=0)
        axes = (*range(n), *range(2 * n, 2 * n + m), *range(n, 2 * n), *range(2 * n + m, 2 * n + 2 * m))
        return Block(self.qubits + other.qubits, product.transpose(axes))

    def then(self, channel: Channel) -> "Block":
        """Return the block followed by a channel on qubits of its own."""
        axes, k = [self.qubits.index(qubit) for qubit in channel.qubits], len(channel.qubits)
        matrix = channel.transfer.reshape(*[round(len(channel.transfer) ** (1 / k))] * k, *[4] * k)
        array = np.tensordot(matrix, self.array, axes=(range(k, 2 * k), axes))
        return Block(self.qubits, np.moveaxis(array, range(k), axes))

    def matrix(self, order: Sequence[int], constants: dict[int, np.ndarray]) -> np.ndarray:
        """Return the block as a matrix: its qubits in an order, some of which go in with constant components."""
        n, array = len(self.qubits), self.array
        for qubit, values in constants.items():
            axis = n + self.qubits.index(qubit)
            array = np.expand_dims(np.tensordot(array, values, axes=(axis, 0)), axis)
        places = [self.qubits.index(qubit) for qubit in order]
        array = array.transpose(*places, *(n + place for place in places))
        return np.ascontiguousarray(array.reshape(math.prod(array.shape[:n]), -1))


@dataclasses.dataclass
class Register:
    """The axes of a register, and its components where they are the same in all rows."""

    number: int
    sizes: dict[int, int]  # of each qubit's axis, in order
    values: np.ndarray | None = None

    @property
    def size(self) -> int:
        """Components of a row."""
        return math.prod(self.sizes.values())

    def before(self, qubit: int) -> int:
        """Return the size of the axes before a qubit's."""
        return math.prod(self.sizes[q] for q in itertools.takewhile(lambda q: q != qubit, self.sizes))
