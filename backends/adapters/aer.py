"""The ``aer_shots`` and ``aer_statevector`` heads: Qiskit Aer without noise, sampled or exact."""

from typing import Any, ClassVar, final

import torch

from backends.adapters.aer_compile import Compiled, compile_circuit
from backends.adapters.aer_jobs import Simulation
from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities
from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import simulated_facts, without_idle_gates
from backends.head import QuantumHead

_METHOD = "statevector"
_BASIS = ("h", "x", "sx", "rz", "cx")  # no controlled rotation, see compile_circuit
_MAX_QUBITS = 20
# Circuits side by side: more than these take longer to simulate, or to count, than their shared shots save.
_MOST_COPIES = 4
_WIDE_QUBITS = 12
_WIDE_OUTPUTS = 8


@final
class AerShots(QuantumHead):
    """Counts of shots that Aer draws from the final state."""

    capabilities: ClassVar = Capabilities(
        analytic=False, shots=True, noisy=False, autograd=False, multicore=True, max_qubits=_MAX_QUBITS
    )

    def _prepare(self) -> None:
        compiled = _compiled(self.circuit, sampled=True)
        n_qubits, n_outputs = len(compiled.qubits), len(compiled.measured)
        copies = max(1, min(_MOST_COPIES, _WIDE_QUBITS // n_qubits, _WIDE_OUTPUTS // n_outputs))
        self._simulation = Simulation.of(compiled, copies=copies, method=_METHOD)

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return self._simulation.evaluate(
            rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        return self._simulation.evaluate_outcomes(
            rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )

    def provenance(self) -> dict[str, Any]:
        """Return the method, which each answer is checked for, what was transpiled, and how many copies share a job's shots."""
        return {
            "method": _METHOD,
            "simulated": simulated_facts(self.circuit),
            **self._simulation.compiled.summary(),
            "side_by_side": self._simulation.copies,
        }


@final
class AerStatevector(QuantumHead):
    """Exact probabilities that Aer saves from the final state."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=False, noisy=False, autograd=False, multicore=True, max_qubits=_MAX_QUBITS
    )

    def _prepare(self) -> None:
        self._simulation = Simulation.of(_compiled(self.circuit, sampled=False), method=_METHOD)

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return self._simulation.evaluate(rows, shots=None, seed=self.shot_seed(0), first_evaluation=first_evaluation)

    def provenance(self) -> dict[str, Any]:
        """Return the method, which each answer is checked for, and what was transpiled."""
        return {
            "method": _METHOD,
            "simulated": simulated_facts(self.circuit),
            **self._simulation.compiled.summary(),
        }


def _compiled(circuit: Circuit, *, sampled: bool) -> Compiled:
    return compile_circuit(without_idle_gates(circuit), sampled=sampled, basis_gates=list(_BASIS), optimization_level=1)
