"""The ``statevector`` head: batched torch on any torch device, exact with autograd, or sampled from exact probabilities."""

import math
from typing import Any, ClassVar, final

import torch

from backends.adapters.phase_layers import compile_layers
from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities
from backends.circuits.basis import basis_bits
from backends.head import QuantumHead
from backends.sampling import sample_frequencies

_MAX_AMPLITUDES = 2**22  # of one chunk of rows, 64 MiB of complex128; chunks leave the result as it is


@final
class Statevector(QuantumHead):
    """Ideal simulation without a vendor: the fastest native head, and the only one that runs on a GPU."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=True, multicore=False, max_qubits=16
    )

    start: torch.Tensor
    is_zero: torch.Tensor
    outcome: torch.Tensor

    def _prepare(self) -> None:
        self._layers: list[tuple[str | None, str | None, str | None, int | None]] = []
        layers = compile_layers(self.circuit)
        for number, layer in enumerate(layers):
            last = layer.hadamard is None  # phases after the last Hadamard leave every probability as it is
            names = (
                self._constant(f"source{number}", layer.source, needed=layer.moves),
                self._constant(f"slopes{number}", layer.slopes.T, needed=bool(layer.slopes.any()) and not last),
                self._constant(f"offsets{number}", layer.offsets, needed=bool(layer.offsets.any()) and not last),
            )
            self._layers.append((*names, layer.hadamard))
        n_hadamards = len(layers) - 1
        start = torch.zeros(1, 2**self.circuit.n_qubits, dtype=torch.complex128)
        start[0, 0] = math.sqrt(0.5) ** n_hadamards  # all factors 1/sqrt(2) of the Hadamards at once
        self._constant("start", start)
        bits = basis_bits(self.circuit.n_qubits)[list(self.circuit.measured)]
        weights = 2 ** torch.arange(len(bits) - 1, -1, -1)
        self._constant("is_zero", (1.0 - bits).T)
        self._constant("outcome", (torch.as_tensor(bits) * weights[:, None]).sum(dim=0))

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        n_rows = len(rows)
        chunk = max(1, _MAX_AMPLITUDES // 2**self.circuit.n_qubits)
        if self.shots is None:
            p_zero = torch.cat([self._weights_of(part) @ self.is_zero for part in rows.split(chunk)])
            return Executed(p_zero, circuits=n_rows, shots=0)
        outcomes = self._outcomes(rows, first_evaluation=first_evaluation).joint
        p_zero = sample_frequencies(outcomes, shots=self.shots, seed=self.shot_seed(first_evaluation))
        return Executed(p_zero, circuits=n_rows, shots=n_rows * self.shots)

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        chunk = max(1, _MAX_AMPLITUDES // 2**self.circuit.n_qubits)
        joint = torch.cat([self._outcome_probabilities(part) for part in rows.split(chunk)])
        return Outcomes(joint, circuits=len(rows), shots=0)

    def provenance(self) -> dict[str, Any]:
        """Return the method and its precision."""
        return {"method": "statevector", "precision": "complex128", "engine": f"torch {torch.__version__}"}

    def _constant(self, name: str, values: Any, *, needed: bool = True) -> str | None:
        if not needed:
            return None
        self.register_buffer(name, torch.as_tensor(values).contiguous(), persistent=False)
        return name

    def _outcome_probabilities(self, rows: torch.Tensor) -> torch.Tensor:
        joint = rows.new_zeros(len(rows), 2**self.circuit.n_outputs)
        return joint.index_add_(1, self.outcome, self._weights_of(rows))

    def _weights_of(self, rows: torch.Tensor) -> torch.Tensor:
        """Return |amplitude|^2 of every basis state, float64, shape (n_rows, 2**n_qubits)."""
        state = self.start
        for source, slopes, offsets, hadamard in self._layers:
            if source:
                state = state[:, self.get_buffer(source)]
            if slopes or offsets:
                phase = rows @ self.get_buffer(slopes) if slopes else rows.new_zeros(1, 1)
                phase = phase + self.get_buffer(offsets) if offsets else phase
                state = state * torch.complex(phase.cos(), phase.sin())
            if hadamard is not None:
                halves = state.reshape(len(state), 2**hadamard, 2, -1)
                zero, one = halves[:, :, 0], halves[:, :, 1]
                state = torch.stack((zero + one, zero - one), dim=2).reshape(len(state), -1)
        weights = state.real.square() + state.imag.square()
        return weights.expand(len(rows), -1)
