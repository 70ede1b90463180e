"""The part of a chain of channels that can change what is read: proofs that hold with the noise, nothing is guessed.

Channels keep the trace, so a step matters only if it acts on a measured qubit or a later step can carry its effect to one.
A turn matters only if some Pauli string that it rotates may be in the state before it, and may reach an outcome after it.
Both are found from the zeros of the transfer matrices alone.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from backends.chain import Chain, Channel, Turn, in_light_cone, qubits_of, rotation

_ROUNDING = 1e-14  # entries below it are taken for zero: a vendor's rounding
_MIXES = rotation(1.0)  # which strings any turn may reach


def relevant_part(chain: Chain) -> tuple[Channel | Turn, ...]:
    """Return the steps that can change what is read; turns by a constant angle become channels."""
    cleaned = [_cleaned(step) for step in chain.steps]
    steps = [cleaned[number] for number in in_light_cone(list(map(qubits_of, cleaned)), chain.measured)[0]]
    while True:  # without a turn that does not matter, others may be seen not to matter
        alive = _alive(steps, chain.measured)
        if all(alive):
            return tuple(steps)
        steps = [step for step, matters in zip(steps, alive, strict=True) if matters]


def dead_angles(chain: Chain) -> list[int]:
    """Return the angles, counted from 0, on which nothing that is read depends."""
    used = np.zeros(chain.n_angles, dtype=bool)
    for step in relevant_part(chain):
        if isinstance(step, Turn):
            used |= np.array(step.slopes) != 0
    return np.flatnonzero(~used).tolist()


def _cleaned(step: Channel | Turn) -> Channel | Turn:
    if isinstance(step, Turn):
        return step if any(step.slopes) else Channel((step.qubit,), rotation(step.offset))
    return dataclasses.replace(step, transfer=np.where(np.abs(step.transfer) > _ROUNDING, step.transfer, 0.0))


def _alive(steps: Sequence[Channel | Turn], measured: tuple[int, ...]) -> list[bool]:
    """Return of each step whether it matters; channels always do."""
    qubits = sorted({*measured, *(qubit for step in steps for qubit in qubits_of(step))})
    axis = {qubit: place for place, qubit in enumerate(qubits)}
    before = []
    strings = _strings([[0, 3]] * len(qubits))  # |0...0> has the strings of I and Z
    for step in steps:
        before.append(strings)
        strings = _spread(strings, step, axis)
    after = _strings([[0, 3] if qubit in measured else [0] for qubit in qubits])
    alive = [True] * len(steps)
    for position in reversed(range(len(steps))):
        step = steps[position]
        if isinstance(step, Turn):
            place = axis[step.qubit]
            alive[position] = bool((_turned(before[position], place) & _turned(after, place)).any())
        after = _spread(after, step, axis, backwards=True)
    return alive


def _strings(letters: Sequence[list[int]]) -> np.ndarray:
    """Return a mask of Pauli strings, an axis of 4 for each qubit: those that have one of these letters on each qubit."""
    mask = np.zeros((4,) * len(letters), dtype=bool)
    mask[np.ix_(*letters)] = True
    return mask


def _turned(strings: np.ndarray, place: int) -> np.ndarray:
    """Return, of each string on the other qubits, whether it is there with X or Y on this qubit."""
    found: np.ndarray = strings.take(1, axis=place) | strings.take(2, axis=place)
    return found


def _spread(
    strings: np.ndarray, step: Channel | Turn, axis: Mapping[int, int], *, backwards: bool = False
) -> np.ndarray:
    """Return which strings there may be after a step, or before it."""
    transfer = _MIXES if isinstance(step, Turn) else step.transfer
    reaches = (transfer.T if backwards else transfer) != 0
    places = [axis[qubit] for qubit in qubits_of(step)]
    moved = np.moveaxis(strings, places, range(len(places)))
    found: np.ndarray = reaches.astype(np.float32) @ moved.reshape(len(reaches), -1).astype(np.float32)
    return np.moveaxis(found.reshape(moved.shape) > 0, range(len(places)), places)
