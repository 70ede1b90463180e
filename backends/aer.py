"""The ``aer_shots`` and ``aer_statevector`` heads: Qiskit Aer without noise, sampled or exact."""

from typing import Any, ClassVar, final

import torch

from backends._qiskit import compile_circuit, evaluate, evaluate_outcomes, simulator
from backends.circuit import Circuit
from backends.head import Capabilities, Executed, Outcomes, QuantumHead

_METHOD = "statevector"
_BASIS = ("h", "x", "sx", "rz", "cx")  # no controlled rotation, see compile_circuit
_MAX_QUBITS = 20


@final
class AerShots(QuantumHead):
    """Counts of shots that Aer draws from the final state."""

    capabilities: ClassVar = Capabilities(
        analytic=False, shots=True, noisy=False, autograd=False, multicore=True, max_qubits=_MAX_QUBITS
    )

    def _prepare(self) -> None:
        self._compiled = _compiled(self.circuit, sampled=True)
        self._aer = simulator(self._compiled, method=_METHOD)

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return evaluate(
            self._aer, self._compiled, rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        return evaluate_outcomes(
            self._aer, self._compiled, rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )

    def provenance(self) -> dict[str, Any]:
        """Return the method, which each answer is checked for, and what was transpiled."""
        return {"method": _METHOD, **self._compiled.summary()}


@final
class AerStatevector(QuantumHead):
    """Exact probabilities that Aer saves from the final state."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=False, noisy=False, autograd=False, multicore=True, max_qubits=_MAX_QUBITS
    )

    def _prepare(self) -> None:
        self._compiled = _compiled(self.circuit, sampled=False)
        self._aer = simulator(self._compiled, method=_METHOD)

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return evaluate(
            self._aer, self._compiled, rows, shots=None, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )

    def provenance(self) -> dict[str, Any]:
        """Return the method, which each answer is checked for, and what was transpiled."""
        return {"method": _METHOD, **self._compiled.summary()}


def _compiled(circuit: Circuit, *, sampled: bool) -> Any:
    return compile_circuit(circuit, sampled=sampled, basis_gates=list(_BASIS), optimization_level=1)
