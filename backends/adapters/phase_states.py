"""Simulates the phase layers of a circuit for many rows of angles at once, with a backward pass of its own.

A state is real, (2, 2**n_qubits, n_rows): real and imaginary parts, and the row last, so that every operation runs along
memory. All operations of the forward pass are elementwise additions and products of real numbers, cosines and sines: the
bits of a row then do not depend on the rows beside it, as they do with matrix products and complex products.

Going back, a phase layer needs only its phases and the state after it: where g is the gradient of an amplitude psi, the
derivative by its phase is Im(g conj(psi)).
"""

import dataclasses
import functools
import math
from typing import Any, cast

import numpy as np
import torch

from backends.adapters.phase_layers import PhaseLayer, compile_layers
from backends.circuits.basis import basis_bits
from backends.circuits.circuit import Circuit

_Saved = list[torch.Tensor]  # of each layer with angles: cosines, sines, and the state after it


class PhaseStates(torch.nn.Module):
    """A circuit made ready for batches of rows; differentiable, twice if need be.

    Args:
        circuit: What is simulated.
    """

    start: torch.Tensor
    twice_zero: torch.Tensor

    def __init__(self, circuit: Circuit) -> None:
        super().__init__()
        self._n_qubits, self._measured = circuit.n_qubits, circuit.measured
        layers = compile_layers(circuit)
        layers[-1] = _without_phases(layers[-1])  # they leave every probability as it is
        n_fixed = next((number for number, layer in enumerate(layers) if layer.slopes.any()), len(layers))
        start = torch.zeros(2, self.n_amplitudes, 1, dtype=torch.float64)
        start[0, 0] = math.sqrt(0.5) ** (len(layers) - 1)  # all factors 1/sqrt(2) of the Hadamards at once
        for layer in layers[:n_fixed]:
            start = _Layer(layer).forward(start, start)
        self.register_buffer("start", start, persistent=False)
        self.layers = torch.nn.ModuleList(_Layer(layer) for layer in layers[n_fixed:])
        is_zero = 1.0 - basis_bits(circuit.n_qubits)[list(circuit.measured)]
        self.register_buffer("twice_zero", torch.from_numpy(2.0 * is_zero.T).contiguous(), persistent=False)

    @property
    def n_amplitudes(self) -> int:
        """Amplitudes of one row."""
        return 1 << self._n_qubits

    def zeros(self, rows: torch.Tensor) -> torch.Tensor:
        """Return p(0) of each measured qubit, float64, shape (n_rows, n_outputs), for rows of angles, (n_rows, n_angles)."""
        if torch.is_grad_enabled() and rows.requires_grad:
            found: torch.Tensor = _Zeros.apply(rows, self)  # type: ignore[no-untyped-call]  # torch's own
            return found
        return self.zeros_of(self.final(rows))

    def weights(self, rows: torch.Tensor) -> torch.Tensor:
        """Return |amplitude|^2 of every basis state, float64, shape (2**n_qubits, n_rows)."""
        return _weights(self.final(rows))

    def final(self, rows: torch.Tensor, saved: _Saved | None = None) -> torch.Tensor:
        """Return the states at the end."""
        state, angles = self.start, rows.T
        for layer in self.layers:
            state = layer.forward(state, angles, saved)
        return state.expand(-1, -1, len(rows))

    def zeros_of(self, state: torch.Tensor) -> torch.Tensor:
        """Return p(0) of each measured qubit, shape (n_rows, n_outputs)."""
        weights = _weights(state)
        found = []
        for qubit in self._measured:
            zero = weights.reshape(2**qubit, 2, -1, weights.shape[1])[:, 0]
            found.append(_sum(_sum(zero)))
        return found[0][:, None] if len(found) == 1 else torch.stack(found, dim=1)


class _Zeros(torch.autograd.Function):
    """``PhaseStates.zeros`` with its derivative."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, states: PhaseStates) -> torch.Tensor:
        saved: _Saved = []
        state = states.final(rows, saved)
        ctx.states = states
        ctx.save_for_backward(rows, state, *saved)
        return states.zeros_of(state)

    @staticmethod
    def backward(ctx: Any, grad_output: torch.Tensor) -> tuple[torch.Tensor, None]:
        states: PhaseStates = ctx.states
        rows, state, *saved = ctx.saved_tensors
        if torch.is_grad_enabled():  # a second derivative is wanted: torch takes both from the operations one by one
            found = states.zeros_of(states.final(rows))
            return torch.autograd.grad(found, rows, grad_output, create_graph=True)[0], None
        gradient = states.twice_zero @ grad_output.T * state
        by_angle = rows.new_zeros(rows.shape[::-1])
        for number in reversed(range(len(states.layers))):
            layer = cast(_Layer, states.layers[number])
            gradient = layer.back(gradient, saved, by_angle, is_first=number == 0)
        return by_angle.T, None


class _Layer(torch.nn.Module):
    """A phase layer: amplitudes are moved, turned, and combined by a Hadamard. Those that turn alike share their phase."""

    source: torch.Tensor | None
    target: torch.Tensor | None
    uses: torch.Tensor
    slopes: torch.Tensor | None
    turned: torch.Tensor
    offsets: torch.Tensor | None
    which: torch.Tensor | None
    cos: torch.Tensor | None
    sin: torch.Tensor

    def __init__(self, layer: PhaseLayer) -> None:
        super().__init__()
        self.hadamard = layer.hadamard
        self.used = np.flatnonzero(layer.slopes.any(axis=0)).tolist()
        turns, which = np.column_stack((layer.slopes[:, self.used], layer.offsets)), None
        distinct, number = np.unique(turns, axis=0, return_inverse=True)
        if len(distinct) < len(turns):
            turns, which = distinct, number.reshape(-1)
        self._constant("source", layer.source if layer.moves else None)
        self._constant("target", np.argsort(layer.source) if layer.moves else None)
        signed = np.array([-1.0, 1.0])[:, None, None] * turns  # sine of both signs: of the real and the imaginary part
        is_fixed = not self.used
        self._constant("slopes", None if is_fixed else np.moveaxis(signed, 2, 0)[:-1, ..., None])
        self._constant("offsets", signed[..., -1:] if layer.offsets.any() and not is_fixed else None)
        self._constant("uses", np.array(self.used, dtype=np.int64))
        self._constant("turned", layer.slopes[:, self.used].T)
        self._constant("which", which)
        self._constant("cos", np.cos(signed[..., -1:]) if layer.offsets.any() and is_fixed else None)
        self._constant("sin", np.sin(signed[..., -1:]))

    def forward(self, state: torch.Tensor, angles: torch.Tensor, saved: _Saved | None = None) -> torch.Tensor:
        """Return the states after the layer at angles of shape (n_angles, n_rows)."""
        if self.source is not None:
            state = state.index_select(1, self.source)
        if self.slopes is not None:
            cos, sin = self._phases(angles)
            state = self._turn(state, cos, sin)
            if saved is not None:
                saved += (cos, sin, state)
        elif self.cos is not None:
            state = self._turn(state, self.cos, self.sin)
        return state if self.hadamard is None else _hadamard(state, self.hadamard)

    def back(self, gradient: torch.Tensor, saved: _Saved, by_angle: torch.Tensor, *, is_first: bool) -> torch.Tensor:
        """Return the gradient of the states before the layer, from that of those after it.

        Args:
            gradient: Of the states after the layer.
            saved: What ``forward`` saved in this layer and those before it; what is used here is taken off its end.
            by_angle: Gradient of the angles, shape (n_angles, n_rows), to which this layer's is added.
            is_first: The layer is the first: nobody needs the gradient of the states before it, and none is returned.
        """
        if self.hadamard is not None:
            gradient = _hadamard(gradient, self.hadamard)
        if self.slopes is not None:
            state, sin, cos = saved.pop(), saved.pop(), saved.pop()
            crossed = gradient * state.flip(0)
            by_angle.index_add_(0, self.uses, self.turned @ (crossed[1] - crossed[0]))
            if is_first:
                return gradient
            gradient = self._turn(gradient, cos, -sin)
        elif self.cos is not None:
            gradient = self._turn(gradient, self.cos, -self.sin)
        return gradient if self.target is None else gradient.index_select(1, self.target)

    def _phases(self, angles: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        assert self.slopes is not None
        parts = [slope * angles[use] for slope, use in zip(self.slopes, self.used, strict=True)]
        turn = functools.reduce(torch.add, parts if self.offsets is None else (*parts, self.offsets))
        return turn[1:].cos(), turn.sin()

    def _turn(self, state: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        """Return states times cos + i sin; ``sin`` has the sines with the signs of their parts."""
        if self.which is not None:
            cos, sin = cos.index_select(1, self.which), sin.index_select(1, self.which)
        return state * cos + state.flip(0) * sin

    def _constant(self, name: str, values: np.ndarray | None) -> None:
        constant = None if values is None else torch.from_numpy(np.ascontiguousarray(values))
        self.register_buffer(name, constant, persistent=False)


def _hadamard(state: torch.Tensor, qubit: int) -> torch.Tensor:
    """Return sqrt(2) H on a qubit of states."""
    halves = state.reshape(2 ** (1 + qubit), 2, -1)
    zero, one = halves[:, 0], halves[:, 1]
    return torch.stack((zero + one, zero - one), dim=1).reshape(state.shape)


def _weights(state: torch.Tensor) -> torch.Tensor:
    squares = state.square()
    return squares[0] + squares[1]


def _sum(values: torch.Tensor) -> torch.Tensor:
    """Return the sum over the first dimension, a power of two, half by half: in the same order for any number of rows."""
    while len(values) > 1:
        values = values[: len(values) // 2] + values[len(values) // 2 :]
    return values[0]


def _without_phases(layer: PhaseLayer) -> PhaseLayer:
    return dataclasses.replace(layer, slopes=0 * layer.slopes, offsets=0 * layer.offsets)
