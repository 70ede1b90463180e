"""Heads with wrong probabilities."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from meta.broken_heads.healthy import Wrapped, with_gates

from backends.adapters.statevector import Statevector
from backends.answers import Executed, Outcomes
from backends.capabilities import HeadOptions
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import ConfigError


class QubitsReversed(Wrapped):
    """Little-endian: gates act on the mirrored qubit, the measured qubits stay."""

    def simulated(self) -> Circuit:
        last = self.circuit.n_qubits - 1
        return with_gates(self.circuit, lambda gate: replace(gate, qubits=tuple(last - q for q in gate.qubits)))


class JointOutcomesReversed(Wrapped):
    """Joint outcomes are numbered with the first measured qubit as the lowest bit."""

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        told = self._inner[0]._outcomes(rows.detach(), first_evaluation=first_evaluation)
        bits = told.joint.reshape(len(rows), *(2,) * self.circuit.n_outputs)
        return replace(told, joint=bits.permute(0, *range(self.circuit.n_outputs, 0, -1)).reshape(len(rows), -1))


class JointOutcomesWithoutShots(Wrapped):
    """Joint outcomes are exact probabilities where shots are asked for."""

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        return Statevector(self.circuit)._outcomes(rows.detach(), first_evaluation=first_evaluation)


class OutcomeFlipped(Wrapped):
    """p(outcome 1) for p(outcome 0)."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(1 - done.p_zero, done.circuits, done.shots)


class SignFlipped(Wrapped):
    """Rotations turn the wrong way."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(-rows, first_evaluation=first_evaluation)


class AnglesPermuted(Wrapped):
    """Angles are bound in the vendor's order, not in the circuit's."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows.roll(1, dims=1), first_evaluation=first_evaluation)


class OffsetsDropped(Wrapped):
    """A gate's parameter is scale * angle."""

    def simulated(self) -> Circuit:
        def bare(gate: Gate) -> Gate:
            params = tuple(replace(p, offset=0.0) if isinstance(p, Angle) else p for p in gate.params)
            return replace(gate, params=params)

        return with_gates(self.circuit, bare)


class ControlsDropped(Wrapped):
    """Controlled rotations lose their angle: like Aer, where parameter_binds binds them (qiskit-aer#2323)."""

    def simulated(self) -> Circuit:
        lost = ("cp", "crx", "cry", "crz")
        return with_gates(self.circuit, lambda gate: replace(gate, params=(0.0,)) if gate.name in lost else gate)


class AnglesClamped(Wrapped):
    """Angles beyond a whole turn are cut off."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows.clamp(-4.9, 4.9), first_evaluation=first_evaluation)


class Half(Wrapped):
    """Constant 0.5."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(torch.full_like(done.p_zero, 0.5), done.circuits, done.shots)


class SinglePrecision(Wrapped):
    """Amplitudes of complex64."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        p_zero = done.p_zero.float().double() if self.shots is None else done.p_zero
        return Executed(p_zero, done.circuits, done.shots)


class Rounded(Wrapped):
    """Exact probabilities have three decimals."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        p_zero = done.p_zero.round(decimals=3) if self.shots is None else done.p_zero
        return Executed(p_zero, done.circuits, done.shots)


class FourthAngleLost(Wrapped):
    """Angles after the third are 0."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        kept = torch.arange(rows.shape[1]) < 3
        return super()._execute(rows * kept, first_evaluation=first_evaluation)


class WrongFromFourQubits(Wrapped):
    """The last two qubits of a circuit on four or more are mixed up."""

    def simulated(self) -> Circuit:
        n_qubits = self.circuit.n_qubits
        if n_qubits < 4:
            return self.circuit
        place = [*range(n_qubits - 2), n_qubits - 1, n_qubits - 2]
        return with_gates(self.circuit, lambda gate: replace(gate, qubits=tuple(place[q] for q in gate.qubits)))


class WrongFromEightQubits(Wrapped):
    """The second byte of a bit string is dropped: qubit 7 always reads 0."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        dropped = torch.tensor([qubit >= 7 for qubit in self.circuit.measured])
        return Executed(done.p_zero.masked_fill(dropped, 1.0), done.circuits, done.shots)


class RefusesWideCircuits(Wrapped):
    """Claims 8 qubits and takes three."""

    @classmethod
    def check(
        cls, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> HeadOptions:
        if 3 < circuit.n_qubits <= cls.capabilities.max_qubits:
            raise ConfigError(f"a circuit of {circuit.n_qubits} qubits is not for me")
        return super().check(circuit, shots=shots, options=options)
