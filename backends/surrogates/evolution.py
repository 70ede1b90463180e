"""Computes a program for rows of angles, and its derivative, on any torch device."""

import itertools
from typing import Any

import numpy as np
import torch

from backends.surrogates.program import Apply, Begin, Merge, Program, Split, Turns

_CHUNK_BYTES = 2**23  # of the largest register; smaller ones cost more calls than a cache saves
_CHUNK_BYTES_GPU = 2**26
_KEPT_BYTES = 2**31


class Evolution(torch.nn.Module):
    """A program as a module: rows of angles in, probabilities out; differentiable once.

    Args:
        program: What is computed.

    Attributes:
        kept_bytes: What a call may keep for its derivative; where it needs more, the derivative computes each chunk again.
            Both give the same bits.
    """

    slopes: torch.Tensor
    offsets: torch.Tensor

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program
        self.kept_bytes = _KEPT_BYTES
        self._matrices: dict[int, str] = {}
        self.register_buffer("slopes", torch.from_numpy(program.slopes), persistent=False)
        self.register_buffer("offsets", torch.from_numpy(program.offsets)[:, None], persistent=False)
        for position, step in enumerate(program.steps):
            if isinstance(step, Apply | Begin):
                values = step.matrix if isinstance(step, Apply) else step.values[:, None]
                self._matrices[position] = f"constant{position}"
                self.register_buffer(self._matrices[position], torch.from_numpy(values), persistent=False)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the results, float64, shape (n_rows, n_results), for angles in radians, float64, (n_rows, n_angles)."""
        found: torch.Tensor = _Evolve.apply(rows, self)  # type: ignore[no-untyped-call]  # torch's own
        return found

    def chunks(self, rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the rows in parts that are computed one after the other."""
        budget = _CHUNK_BYTES if rows.device.type == "cpu" else _CHUNK_BYTES_GPU
        parts: tuple[torch.Tensor, ...] = rows.split(max(1, budget // (8 * self.program.largest)))
        return parts

    def keeps(self, n_rows: int) -> bool:
        """Whether so many rows keep what their derivative needs; otherwise it is computed again, chunk by chunk."""
        return n_rows * 8 * self.program.kept <= self.kept_bytes

    def evolve(self, rows: torch.Tensor, *, kept: list[torch.Tensor] | None = None) -> torch.Tensor:
        """Return the results of one chunk, shape (n_results, n_rows); append to ``kept`` what the derivative needs."""
        angles = torch.addmm(self.offsets, self.slopes, rows.T)
        cosines, sines = angles.cos(), angles.sin()
        if kept is not None:
            kept += [cosines, sines]
        registers: Any = [None] * self.program.n_registers
        for position, step in enumerate(self.program.steps):
            values = registers[step.register]
            match step:
                case Begin():
                    registers[step.register] = self._matrix(position).expand(-1, len(rows)).clone()
                case Apply():
                    registers[step.register] = _apply(step, self._matrix(position), values)
                case Turns():
                    for before, turn in step.turns:
                        _rotate(values.view(before, 4, -1, len(rows)), cosines[turn], sines[turn])
                    if kept is not None:
                        kept.append(values)
                case Merge():
                    other = registers[step.other]
                    registers[step.register] = (values[:, None] * other).flatten(0, 1)
                    registers[step.other] = None
                    if kept is not None:
                        kept += [values, other]
                case Split():
                    array = values.view(*step.shape, len(rows))
                    registers[step.register] = array[:, 0].reshape(-1, len(rows)).clone()
                    registers[step.other] = array[0, :, 0].clone()
        return self._results(registers)

    def derivative(self, gradient: torch.Tensor, kept: list[torch.Tensor]) -> torch.Tensor:
        """Return the gradient by the angles of one chunk, shape (n_rows, n_angles).

        Args:
            gradient: By the results, shape (n_results, n_rows).
            kept: What ``evolve`` kept; it is emptied.
        """
        n_rows = gradient.shape[1]
        cosines, sines = kept[0], kept[1]
        by_turn = torch.zeros_like(cosines)
        registers: Any = [None] * self.program.n_registers
        self._spread(gradient, registers)
        for position in reversed(range(len(self.program.steps))):
            step = self.program.steps[position]
            gradient = registers[step.register]
            match step:
                case Begin():
                    registers[step.register] = None
                case Apply():
                    registers[step.register] = _apply_transposed(step, self._matrix(position), gradient)
                case Turns():
                    values = kept.pop()
                    for before, turn in step.turns:  # turns of different qubits commute
                        shape = before, 4, -1, n_rows
                        by_turn[turn] = _by_angle(values.view(shape), gradient.view(shape))
                    for before, turn in step.turns:
                        _rotate(gradient.view(before, 4, -1, n_rows), cosines[turn], -sines[turn])
                case Merge():
                    other, values = kept.pop(), kept.pop()
                    array = gradient.view(*step.sizes, n_rows)
                    registers[step.register] = (array * other).sum(dim=1)
                    registers[step.other] = (array * values[:, None]).sum(dim=0)
                case Split():
                    array = gradient.new_zeros(*step.shape, n_rows)
                    array[:, 0] = gradient.view(step.shape[0], step.shape[2], n_rows)
                    array[0, :, 0] += registers[step.other]
                    registers[step.register] = array.flatten(0, 2)
                    registers[step.other] = None
        return by_turn.T @ self.slopes

    def _matrix(self, position: int) -> torch.Tensor:
        return self.get_buffer(self._matrices[position])

    def _results(self, registers: list[torch.Tensor]) -> torch.Tensor:
        found = torch.cat([registers[number] for number in self.program.results])
        order = self.program.order
        return found if order == tuple(range(len(order))) else found[list(order)]

    def _spread(self, gradient: torch.Tensor, registers: Any) -> None:
        by_component = torch.empty_like(gradient, memory_format=torch.contiguous_format)
        by_component[list(self.program.order)] = gradient
        results = self.program.results
        for number, part in zip(results, by_component.chunk(len(results)), strict=True):
            registers[number] = part.clone()


class _Evolve(torch.autograd.Function):
    """One function instead of hundreds, whose derivative keeps no more than it needs."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, evolution: Evolution) -> torch.Tensor:
        chunks = evolution.chunks(rows)
        ctx.save_for_backward(rows)
        ctx.evolution, ctx.kept = evolution, None
        if ctx.needs_input_grad[0] and evolution.keeps(len(rows)):
            ctx.kept = [[] for _ in chunks]
        every = ctx.kept or itertools.repeat(None)
        found = [evolution.evolve(part, kept=kept) for part, kept in zip(chunks, every, strict=False)]
        return torch.cat([one.T for one in found])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        evolution = ctx.evolution
        chunks = evolution.chunks(*ctx.saved_tensors)
        parts = evolution.chunks(gradient)
        found = []
        for number, (rows, part) in enumerate(zip(chunks, parts, strict=True)):
            if ctx.kept is None:
                kept: list[torch.Tensor] = []
                evolution.evolve(rows, kept=kept)
            else:
                kept = list(ctx.kept[number])
            found.append(evolution.derivative(part.T, kept))
        return torch.cat(found), None


def _apply(step: Apply, matrix: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    n_rows = values.shape[1]
    if step.order is not None:
        values = values.view(*step.shape, n_rows).permute(*step.order, len(step.order))
    return _product(matrix, values.reshape(step.before, matrix.shape[1], -1)).view(-1, n_rows)


def _apply_transposed(step: Apply, matrix: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    n_rows = gradient.shape[1]
    found = _product(matrix.T, gradient.view(step.before, matrix.shape[0], -1))
    if step.order is None:
        return found.view(-1, n_rows)
    found = found.view(*(step.shape[axis] for axis in step.order), n_rows)
    return found.permute(*np.argsort(step.order).tolist(), len(step.order)).reshape(-1, n_rows)


def _product(matrix: torch.Tensor, arrays: torch.Tensor) -> torch.Tensor:
    """Return the product of a matrix with each of some arrays, contiguous, which ``torch.matmul`` does not promise."""
    if len(arrays) == 1:
        return torch.mm(matrix, arrays[0])
    return torch.bmm(matrix.expand(len(arrays), -1, -1), arrays)


def _rotate(array: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> None:
    """Rotate the X and Y components, (before, 4, behind, n_rows), in place, by an angle of each row."""
    x, y = array[:, 1], array[:, 2]
    turned = (x * cosine).addcmul_(y, sine, value=-1)
    y.mul_(cosine).addcmul_(x, sine)
    x.copy_(turned)


def _by_angle(after: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """Return the derivative by the angle of a rotation, shape (n_rows,), from the components after it."""
    found = (gradient[:, 2] * after[:, 1]).addcmul_(gradient[:, 1], after[:, 2], value=-1)
    return found.sum(dim=(0, 1))
