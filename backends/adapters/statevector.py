"""The ``statevector`` head: batched torch on any torch device, exact with autograd, or sampled from exact probabilities."""

from collections.abc import Callable
from typing import Any, ClassVar, final

import numpy as np
import torch

from backends.adapters.phase_states import PhaseStates
from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities
from backends.circuits.basis import basis_bits
from backends.circuits.light_cone import simulated_facts, without_idle_gates
from backends.head import QuantumHead
from backends.sampling import sample_frequencies, sample_joint

_MAX_AMPLITUDES = 2**22  # of one chunk of rows, 64 MiB of complex128; chunks leave the result as it is


@final
class Statevector(QuantumHead):
    """Ideal simulation without a vendor: the fastest native head, and the only one that runs on a GPU."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=True, multicore=False, max_qubits=16
    )

    outcome: torch.Tensor

    def _prepare(self) -> None:
        self._simulated = without_idle_gates(self.circuit)
        self._states = PhaseStates(self._simulated)
        bits = basis_bits(self._simulated.n_qubits)[list(self._simulated.measured)]
        weights = 2 ** np.arange(len(bits) - 1, -1, -1)
        self.register_buffer("outcome", torch.from_numpy((bits * weights[:, None]).sum(axis=0)), persistent=False)

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        n_rows = len(rows)
        if self.shots is None:
            return Executed(self._in_chunks(self._states.zeros, rows), circuits=n_rows, shots=0)
        exact = self._in_chunks(self._outcome_probabilities, rows)
        p_zero = sample_frequencies(exact, shots=self.shots, seed=self.shot_seed(first_evaluation))
        return Executed(p_zero, circuits=n_rows, shots=n_rows * self.shots)

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        n_rows, joint = len(rows), self._in_chunks(self._outcome_probabilities, rows)
        if self.shots is None:
            return Outcomes(joint, circuits=n_rows, shots=0)
        drawn = sample_joint(joint, shots=self.shots, seed=self.shot_seed(0), first_row=first_evaluation)
        return Outcomes(drawn, circuits=n_rows, shots=n_rows * self.shots)

    def provenance(self) -> dict[str, Any]:
        """Return the method and its precision."""
        return {
            "method": "statevector",
            "precision": "complex128",
            "engine": f"torch {torch.__version__}",
            "simulated": simulated_facts(self.circuit),
        }

    def _in_chunks(self, run: Callable[[torch.Tensor], torch.Tensor], rows: torch.Tensor) -> torch.Tensor:
        parts = rows.split(max(1, _MAX_AMPLITUDES // self._states.n_amplitudes))
        return run(rows) if len(parts) == 1 else torch.cat([run(part) for part in parts])

    def _outcome_probabilities(self, rows: torch.Tensor) -> torch.Tensor:
        joint = rows.new_zeros(2**self.circuit.n_outputs, len(rows))
        return joint.index_add_(0, self.outcome, self._states.weights(rows)).T.contiguous()
