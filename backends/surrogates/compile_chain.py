"""From a chain of channels to its program. Registers begin late, merge late and shrink early; constants are multiplied once."""

import collections
import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np

from backends.chain import Chain, Channel, ReadoutRates, Turn, qubits_of
from backends.surrogates.program import Apply, Begin, Merge, Program, Split, Step, Turned, Turns, applied
from backends.surrogates.registers import GROUND, Block, Register

_WIDEST = 2  # qubits of a product of constants; a wider one costs more than it saves


def compile_chain(chain: Chain, *, joint: bool) -> Program:
    """Return the program of a chain.

    Args:
        chain: The chain without what cannot matter, as ``relevant_part`` returns it for the same ``joint``.
        joint: Whether the probabilities of the joint outcomes are wanted, the first output being the top bit, or p(0) of
            each output.
    """
    steps = _with_ends(chain, joint=joint)
    several = [qubit for step in steps if isinstance(step, Channel) and len(step.qubits) > 1 for qubit in step.qubits]
    compiler = _Compiler(divided=() if joint else chain.measured, to_come=several)
    for step in steps:
        compiler.add(step)
    results, order = compiler.results(chain.measured, joint=joint)
    return Program(
        tuple(compiler.steps),
        compiler.n_registers,
        np.array([turn.slopes for turn in compiler.turns]).reshape(len(compiler.turns), chain.n_angles),
        np.array([turn.offset for turn in compiler.turns], dtype=np.float64),
        results,
        order,
    )


def _with_ends(chain: Chain, *, joint: bool) -> list[Channel | Turn]:
    """Return the steps with, after the last one of each qubit, its readout, or its trace if it is not measured."""
    steps = chain.steps
    last = {qubit: position for position, step in enumerate(steps) for qubit in qubits_of(step)}
    ends: dict[int, list[Channel | Turn]] = {}
    for qubit in sorted(last.keys() - set(chain.measured)):  # first, so that their registers are small when they divide
        ends.setdefault(last[qubit], []).append(Channel((qubit,), np.eye(4)[:1]))
    for qubit, rates in zip(chain.measured, chain.readout, strict=True):
        matrix = ReadoutRates(*rates).matrix @ np.array(
            [[0.5, 0, 0, 0.5], [0.5, 0, 0, -0.5]]
        )  # p(0) = (I + Z) / 2 without readout error
        ends.setdefault(last.get(qubit, -1), []).append(Channel((qubit,), matrix if joint else matrix[:1]))
    found = list(ends.get(-1, ()))
    for position, step in enumerate(steps):
        found += [step, *ends.get(position, ())]
    return found


class _Compiler:
    """Collects the steps of a program.

    Args:
        divided: Qubits that leave their register after their last channel with other qubits.
        to_come: Each qubit of each channel on several qubits.

    Attributes:
        steps: So far.
        turns: So far, by number.
        n_registers: So far.
    """

    def __init__(self, *, divided: Sequence[int], to_come: Sequence[int]) -> None:
        self.steps: list[Step] = []
        self.turns: list[Turn] = []
        self.n_registers = 0
        self._divided = set(divided)
        self._to_come = collections.Counter(to_come)
        self._blocks: dict[int, Block] = {}
        self._registers: dict[int, Register] = {}
        self._last: dict[int, int] = {}  # position of the last step of each register

    def add(self, step: Channel | Turn) -> None:
        """Add one step of the chain."""
        if isinstance(step, Turn):
            self._turn(step)
            return
        self._wait(step)
        if len(step.qubits) > 1:
            self._to_come.subtract(step.qubits)

    def results(self, measured: Sequence[int], *, joint: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Apply what waits; return the registers that hold the results, and the results' order among their components."""
        for qubit in measured:
            self._flush(qubit)
        if not joint:
            return tuple(self._begun(self._register(qubit)).number for qubit in measured), tuple(range(len(measured)))
        register = self._begun(self._together([self._register(qubit) for qubit in measured]))
        axes = [list(register.sizes).index(qubit) for qubit in measured]
        order = np.arange(register.size).reshape(list(register.sizes.values())).transpose(axes)
        return (register.number,), tuple(order.ravel().tolist())

    def _turn(self, turn: Turn) -> None:
        self._flush(turn.qubit)
        register = self._begun(self._register(turn.qubit))
        before = register.before(turn.qubit)
        position = self._last[register.number]
        last = self.steps[position]
        if not isinstance(last, Turns):
            self._append(register, Turns(register.number, register.size, (Turned(before, len(self.turns)),)))
            self.turns.append(turn)
            return
        for turned in last.turns:
            if turned.before == before:  # the same qubit, with nothing between
                self.turns[turned.turn] = _sum(self.turns[turned.turn], turn)
                return
        self.steps[position] = dataclasses.replace(last, turns=(*last.turns, Turned(before, len(self.turns))))
        self.turns.append(turn)

    def _wait(self, channel: Channel) -> None:
        """Let a channel wait, together with the constants on its qubits if they all act on few qubits."""
        first = channel.qubits[0]
        if len(channel.qubits) == 1 and self._leaves(first) and len(self._blocks_on([first])[0].qubits) > 1:
            self._flush(first)  # what follows needs this qubit alone
        touched = self._blocks_on(channel.qubits)
        most = max(_WIDEST, len(channel.qubits), *(len(block.qubits) for block in touched))
        if len({qubit for block in touched for qubit in block.qubits}) > most:
            for block in touched:
                if not set(block.qubits) <= set(channel.qubits):
                    self._flush(block.qubits[0])
            touched = self._blocks_on(channel.qubits)
        block = functools.reduce(Block.beside, touched).then(channel)
        self._blocks.update(dict.fromkeys(block.qubits, block))

    def _blocks_on(self, qubits: Sequence[int]) -> list[Block]:
        found = [self._blocks.get(qubit) or Block((qubit,), np.eye(4)) for qubit in qubits]
        return list({block.qubits: block for block in found}.values())

    def _flush(self, qubit: int) -> None:
        """Apply the constants that wait for a qubit; divide its register where it can be divided from then on."""
        block = self._blocks.get(qubit)
        if block is None:
            return
        for one in block.qubits:
            del self._blocks[one]
        registers = self._registers_of(block.qubits)
        alone = [r for r in registers if r.values is not None and len(r.sizes) == 1]
        if len(alone) == len(registers):
            register = self._together(alone)
            self._apply(register, block, {})
        else:
            register = self._together([r for r in registers if r not in alone])
            self._apply(register, block, {q: r.values for r in alone for q in r.sizes if r.values is not None})
        for one in block.qubits:
            if self._leaves(one) and len(register.sizes) > 1:
                self._divide(register, one)

    def _leaves(self, qubit: int) -> bool:
        """Whether a qubit needs no other one from now on."""
        return qubit in self._divided and not self._to_come[qubit]

    def _apply(self, register: Register, block: Block, constants: dict[int, np.ndarray]) -> None:
        inside = [qubit for qubit in register.sizes if qubit in block.qubits]
        axes = list(register.sizes)
        places = [axes.index(qubit) for qubit in inside]
        shape = tuple(register.sizes.values())
        order = None
        if places != list(range(places[0], places[0] + len(places))):
            order = (*places, *(place for place in range(len(axes)) if place not in places))
            axes = [axes[place] for place in order]
        start = axes.index(inside[0])
        step = Apply(
            register.number,
            shape,
            order,
            before=math.prod(register.sizes[qubit] for qubit in axes[:start]),
            matrix=block.matrix([*inside, *constants], constants),
        )
        axes = [*axes[:start], *inside, *constants, *axes[start + len(inside) :]]
        sizes = register.sizes | block.sizes
        register.sizes = {q: sizes[q] for q in axes if sizes[q] > 1 or q in self._divided}
        self._registers.update(dict.fromkeys(register.sizes, register))
        if register.values is None:
            self._append(register, step)
        else:
            register.values = applied(step, register.values[:, None])[:, 0]

    def _divide(self, register: Register, qubit: int) -> None:
        before, size = register.before(qubit), register.sizes[qubit]
        shape = before, size, register.size // before // size
        del register.sizes[qubit]
        own = self._registers[qubit] = Register(self._number(), {qubit: size})
        if register.values is None:
            self._append(register, Split(register.number, own.number, shape))
            self._last[own.number] = self._last[register.number]
            return
        values = register.values.reshape(shape)
        own.values, register.values = values[0, :, 0], values[:, 0].ravel()

    def _registers_of(self, qubits: Sequence[int]) -> list[Register]:
        return list({register.number: register for register in map(self._register, qubits)}.values())

    def _together(self, registers: Sequence[Register]) -> Register:
        """Return the product of registers as one."""
        registers = list({register.number: register for register in registers}.values())
        constant = all(register.values is not None for register in registers)
        return functools.reduce(self._product, registers if constant else map(self._begun, registers))

    def _product(self, one: Register, other: Register) -> Register:
        sizes = one.size, other.size
        one.sizes = one.sizes | other.sizes
        self._registers.update(dict.fromkeys(other.sizes, one))
        if one.values is not None and other.values is not None:
            one.values = np.kron(one.values, other.values)
        else:
            self._append(one, Merge(one.number, other.number, sizes))
        return one

    def _register(self, qubit: int) -> Register:
        if qubit not in self._registers:
            self._registers[qubit] = Register(self._number(), {qubit: 4}, GROUND)
        return self._registers[qubit]

    def _begun(self, register: Register) -> Register:
        """Return the register once its components are those of each row."""
        if register.values is not None:
            self._append(register, Begin(register.number, register.values))
            register.values = None
        return register

    def _number(self) -> int:
        self.n_registers += 1
        return self.n_registers - 1

    def _append(self, register: Register, step: Step) -> None:
        self._last[register.number] = len(self.steps)
        self.steps.append(step)


def _sum(one: Turn, other: Turn) -> Turn:
    slopes = tuple(a + b for a, b in zip(one.slopes, other.slopes, strict=True))
    return Turn(one.qubit, slopes, one.offset + other.offset)
