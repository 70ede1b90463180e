"""The part of a chain of channels that can change what is read: proofs that hold with the noise, nothing is guessed.

What is read are expectations of Pauli strings. Taken backwards (Heisenberg), each step makes strings of them; taken
forwards, |0...0> has the strings of I and Z, and each step makes others. Which strings there may be is found from the zeros
of the transfer matrices alone. Aer's noise is a channel after each gate, on its qubits, so the transfer matrices have all of
it: there is no noise between gates, and none on qubits that wait.

- A turn matters only if some string that it rotates may be in the state before it, and may reach an outcome after it.
- A channel matters only on the qubits on which some string that may reach an outcome has another letter than I, before it or
  after it. On the others it is left out: channels keep the trace, so I stays I.

All this may be left out at once: what changes then are strings that reach no outcome, and they stay such strings.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from backends.chain import Chain, Channel, Turn, in_light_cone, qubits_of, rotation

MOST_QUBITS = 10  # of a chain: a mask of its strings takes 4**n bytes for each step, here 1 MiB
_ROUNDING = 1e-14  # entries below it are taken for zero: a vendor's rounding
_MIXES = rotation(1.0)  # which strings any turn may reach


def relevant_part(chain: Chain, *, joint: bool) -> Chain:
    """Return the chain of what can change the outcomes; turns by a constant angle become channels.

    Args:
        chain: The chain.
        joint: Whether the joint outcomes are read, or p(0) of each output alone.
    """
    cleaned = [_cleaned(step) for step in chain.steps]
    steps = [cleaned[number] for number in in_light_cone(list(map(qubits_of, cleaned)), chain.measured)[0]]
    while True:  # without what does not matter, more may be seen not to matter
        left = _relevant(steps, chain.measured, joint=joint)
        if len(left) == len(steps) and all(one is other for one, other in zip(left, steps, strict=True)):
            return dataclasses.replace(chain, steps=tuple(steps))
        steps = left


def unused_angles(chain: Chain) -> tuple[int, ...]:
    """Return the angles, counted from 0, by which no step turns; of a relevant part: those that no outcome depends on."""
    used = np.zeros(chain.n_angles, dtype=bool)
    for step in chain.steps:
        if isinstance(step, Turn):
            used |= np.array(step.slopes) != 0
    return tuple(np.flatnonzero(~used).tolist())


def _cleaned(step: Channel | Turn) -> Channel | Turn:
    if isinstance(step, Turn):
        return step if any(step.slopes) else Channel((step.qubit,), rotation(step.offset))
    return dataclasses.replace(step, transfer=np.where(np.abs(step.transfer) > _ROUNDING, step.transfer, 0.0))


def _relevant(steps: Sequence[Channel | Turn], measured: tuple[int, ...], *, joint: bool) -> list[Channel | Turn]:
    """Return what may matter of each step that may matter; a step of which all may matter is itself."""
    qubits = sorted({*measured, *(qubit for step in steps for qubit in qubits_of(step))})
    axis = {qubit: place for place, qubit in enumerate(qubits)}
    before = []
    strings = _product([[0, 3]] * len(qubits))  # |0...0> has the strings of I and Z
    for step in steps:
        before.append(strings)
        strings = _spread(strings, step, axis)
    after = _observed([axis[qubit] for qubit in measured], len(qubits), joint=joint)
    found: list[Channel | Turn] = []
    for step, state in zip(reversed(steps), reversed(before), strict=True):
        left = _turn(step, state, after, axis) if isinstance(step, Turn) else _channel(step, state, after, axis)
        if left is not None:
            found.append(left)
        after = _spread(after, step, axis, backwards=True)
    return found[::-1]


def _turn(turn: Turn, before: np.ndarray, after: np.ndarray, axis: Mapping[int, int]) -> Turn | None:
    place = axis[turn.qubit]
    return turn if (_turned(before, place) & _turned(after, place)).any() else None


def _channel(channel: Channel, before: np.ndarray, after: np.ndarray, axis: Mapping[int, int]) -> Channel | None:
    """Return a channel on the qubits on which it may matter."""
    k = len(channel.qubits)
    given, wanted = (_letters(strings, channel.qubits, axis) for strings in (before, after))
    taken = (channel.transfer[wanted] != 0).any(axis=0) & given
    letters = np.indices((4,) * k).reshape(k, -1)  # of each string, by qubit
    kept = [place for place in range(k) if letters[place, wanted | taken].any()]
    if not kept:
        return None
    if len(kept) == k:
        return channel
    others = [place for place in range(k) if place not in kept]
    inside = np.flatnonzero(~letters[others].any(axis=0))
    return Channel(tuple(channel.qubits[place] for place in kept), channel.transfer[np.ix_(inside, inside)])


def _product(letters: Sequence[list[int]]) -> np.ndarray:
    """Return a mask of Pauli strings, an axis of 4 for each qubit: those that have one of these letters on each qubit."""
    mask = np.zeros((4,) * len(letters), dtype=bool)
    mask[np.ix_(*letters)] = True
    return mask


def _observed(measured: Sequence[int], n_qubits: int, *, joint: bool) -> np.ndarray:
    """Return the strings whose expectations are read: products of the measured Z, or each of them alone."""
    if joint:
        return _product([[0, 3] if place in measured else [0] for place in range(n_qubits)])
    mask = _product([[0]] * n_qubits)
    for one in measured:
        mask |= _product([[0, 3] if place == one else [0] for place in range(n_qubits)])
    return mask


def _letters(strings: np.ndarray, qubits: Sequence[int], axis: Mapping[int, int]) -> np.ndarray:
    """Return which letters the strings may have on some qubits, shape (4**k,), the first qubit as the top digit."""
    places = [axis[qubit] for qubit in qubits]
    by_letters: np.ndarray = np.moveaxis(strings, places, range(len(places))).reshape(4 ** len(places), -1)
    return np.asarray(by_letters.any(axis=1))


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
