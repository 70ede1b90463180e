"""The steps by which a chain of channels is computed for a batch: few, large, real matrix products, and turns in between.

A register holds the Pauli components of some qubits that are not entangled with others, for all rows: an array whose
first axes are the qubits and whose last is the rows. A qubit's axis has 4 components (I, X, Y, Z) until the qubit is read,
and then 2 for the probabilities of its outcomes, or 1 for that of outcome 0.
"""

import dataclasses
import math
from typing import NamedTuple

import numpy as np


@dataclasses.dataclass(frozen=True)
class Begin:
    """Register ``register`` begins, with the same components in every row."""

    register: int
    values: np.ndarray


@dataclasses.dataclass(frozen=True)
class Apply:
    """A constant matrix acts on neighbouring axes of a register.

    Attributes:
        register: The register.
        shape: Sizes of its axes before.
        order: Of its axes, such that those that the matrix acts on are neighbours; None where they are.
        before: Size of the axes before those that the matrix acts on.
        matrix: Shape (components after, components before).
    """

    register: int
    shape: tuple[int, ...]
    order: tuple[int, ...] | None
    before: int
    matrix: np.ndarray


class Turned(NamedTuple):
    """One rotation about z: the size of the axes before its qubit's, and the number of the turn."""

    before: int
    turn: int


@dataclasses.dataclass(frozen=True)
class Turns:
    """Rotations about z of different qubits of a register of ``size`` components."""

    register: int
    size: int
    turns: tuple[Turned, ...]


@dataclasses.dataclass(frozen=True)
class Merge:
    """A register becomes its product with another one, whose axes come last; ``sizes`` are their components."""

    register: int
    other: int
    sizes: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Split:
    """One axis of a register, without regard to the others, becomes register ``other``; the others stay.

    Attributes:
        register: The register.
        other: The new register.
        shape: Sizes of the axes before, of the axis, and of those behind it.
    """

    register: int
    other: int
    shape: tuple[int, int, int]


Step = Begin | Apply | Turns | Merge | Split


@dataclasses.dataclass(frozen=True)
class Program:
    """What is computed for each row of angles.

    Attributes:
        steps: In order.
        n_registers: Registers that the steps use.
        slopes: Of the turns by the angles, shape (n_turns, n_angles).
        offsets: Of the turns, radians, shape (n_turns,).
        results: Registers that hold the results, one after the other.
        order: Of the results among the components of these registers.
    """

    steps: tuple[Step, ...]
    n_registers: int
    slopes: np.ndarray
    offsets: np.ndarray
    results: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def largest(self) -> int:
        """Components of a row in the largest register."""
        return max(map(_size_after, self.steps), default=1)

    @property
    def kept(self) -> int:
        """Numbers of a row that are kept for the derivative: what the turns and the products of registers gave or took."""
        turned = sum(step.size for step in self.steps if isinstance(step, Turns))
        return turned + sum(sum(step.sizes) for step in self.steps if isinstance(step, Merge)) + 2 * len(self.offsets)


def _size_after(step: Step) -> int:
    match step:
        case Begin():
            return len(step.values)
        case Apply():
            after, before = step.matrix.shape
            size = math.prod(step.shape)
            return max(size, size // int(before) * int(after))
        case Turns():
            return step.size
        case Merge():
            return math.prod(step.sizes)
        case Split():
            return math.prod(step.shape)


def applied(step: Apply, components: np.ndarray) -> np.ndarray:
    """Return a register after a constant matrix: (components before, n_rows) -> (components after, n_rows)."""
    n_rows = components.shape[1]
    array = components.reshape(*step.shape, n_rows)
    if step.order is not None:
        array = array.transpose(*step.order, len(step.order))
    found: np.ndarray = step.matrix @ array.reshape(step.before, step.matrix.shape[1], -1)
    return found.reshape(-1, n_rows)
