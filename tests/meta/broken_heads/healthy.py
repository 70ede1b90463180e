"""Healthy heads, which the broken ones change in one thing each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import torch

from backends.adapters.statevector import Statevector
from backends.answers import Executed
from backends.capabilities import Capabilities, HeadOptions
from backends.circuits.circuit import Circuit, Gate
from backends.gradients import Shift
from backends.head import QuantumHead
from backends.sampling import sample_frequencies, stream_seed


class Wrapped(QuantumHead):
    """The statevector head behind the parameter-shift rule; healthy. Each broken head changes one thing."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=8
    )

    def _prepare(self) -> None:
        # The weights are this head's; the inner one, which is no submodule, takes them as inputs.
        self._inner = [Statevector(replace(self.simulated(), n_weights=0), shots=self.shots, seed=self.seed)]

    def simulated(self) -> Circuit:
        return self.circuit

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return self._inner[0]._execute(rows.detach(), first_evaluation=first_evaluation)

    def exact(self, rows: torch.Tensor) -> torch.Tensor:
        return Statevector(self.circuit)._execute(rows.detach(), first_evaluation=0).p_zero

    def provenance(self) -> dict[str, Any]:
        return {"method": "statevector"}


class NoisyOptions(HeadOptions):
    gate_noise: bool = True
    readout_error: bool = True


class Noisy(QuantumHead):
    """A healthy noisy head: each gate mixes the state with the uniform one, readout flips 0 to 1 more often than 1 to 0."""

    Options: ClassVar = NoisyOptions
    options: NoisyOptions
    noiseless_options: ClassVar = {"gate_noise": False, "readout_error": False}
    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=8
    )
    gate_error = 0.005
    readout = torch.tensor([[0.98, 0.05], [0.02, 0.95]], dtype=torch.float64)  # [read, true]

    def _prepare(self) -> None:
        self._inner = [Statevector(replace(self.circuit, n_weights=0))]

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        joint = self._inner[0]._outcome_probabilities(rows.detach())
        if self.options.gate_noise:
            joint = self.kept() * joint + (1 - self.kept()) / joint.shape[1]
        if self.options.readout_error and self.reads_badly():
            joint = joint.reshape(len(rows), *(2,) * self.circuit.n_outputs)
            for axis in range(1, joint.dim()):
                joint = torch.tensordot(joint, self.readout, dims=([axis], [1])).movedim(-1, axis)
            joint = joint.reshape(len(rows), -1)
        if self.shots is not None:
            seed = stream_seed(self.seed, "shots", first_evaluation)
            return Executed(sample_frequencies(joint, shots=self.shots, seed=seed), len(rows), len(rows) * self.shots)
        zeros = joint.reshape(len(rows), *(2,) * self.circuit.n_outputs)
        p_zero = [zeros.select(axis, 0).reshape(len(rows), -1).sum(1) for axis in range(1, zeros.dim())]
        return Executed(torch.stack(p_zero, dim=1), len(rows), 0)

    def kept(self) -> float:
        return (1 - self.gate_error) ** len(self.circuit.gates)

    def reads_badly(self) -> bool:
        return True

    def provenance(self) -> dict[str, Any]:
        return {"method": "toy noise"}


class QuietOptions(HeadOptions):
    gate_noise: bool = False
    readout_error: bool = False


class Quiet(Noisy):
    """A healthy noisy head without noise by default; the suite turns it on by ``noisy_options``."""

    Options: ClassVar = QuietOptions
    options: QuietOptions
    noisy_options: ClassVar = {"gate_noise": True, "readout_error": True}


def with_gates(circuit: Circuit, change: Callable[[Gate], Gate]) -> Circuit:
    return replace(circuit, gates=tuple(map(change, circuit.gates)))


def scaled(shifts: tuple[Shift, ...], factor: float) -> tuple[Shift, ...]:
    return tuple(shift._replace(coefficient=factor * shift.coefficient) for shift in shifts)
