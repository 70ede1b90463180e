"""A head of your own: exact probabilities from ``qiskit.quantum_info``, which none of the built-in heads uses."""

import torch
from qiskit.quantum_info import Statevector

from backends import Capabilities, Executed, QuantumHead, to_qiskit


class QuantumInfo(QuantumHead):
    """Simulates one row of angles at a time: slow, but short enough to copy."""

    capabilities = Capabilities(analytic=True, shots=False, noisy=False, autograd=False, multicore=False, max_qubits=12)

    def _prepare(self):
        circuit, self._angles = to_qiskit(self.circuit)
        self._unitary = circuit.remove_final_measurements(inplace=False)

    def _execute(self, rows, *, first_evaluation):
        p_zero = [self._p_zero(dict(zip(self._angles, row, strict=True))) for row in rows.tolist()]
        return Executed(torch.tensor(p_zero, dtype=torch.float64), circuits=len(rows), shots=0)

    def _p_zero(self, values):
        state = Statevector(self._unitary.assign_parameters(values, strict=False))
        return [state.probabilities([qubit])[0] for qubit in self.circuit.measured]

    def provenance(self):
        """Return the method, for the record."""
        return {"method": "qiskit.quantum_info.Statevector"}
