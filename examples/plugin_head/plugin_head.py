"""A head of your own, on ``qiskit.quantum_info``, which none of the built-in heads uses: exact, or with shots."""

import numpy as np
import torch
from qiskit.quantum_info import Statevector

from backends import Capabilities, Outcomes, QuantumHead, to_qiskit


class QuantumInfo(QuantumHead):
    """Simulates one row of angles at a time: slow, but short enough to copy."""

    capabilities = Capabilities(analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=12)

    def _prepare(self):
        circuit, self._angles = to_qiskit(self.circuit)
        self._unitary = circuit.remove_final_measurements(inplace=False)

    def _outcomes(self, rows, *, first_evaluation):
        joint = np.stack([self._row(row, first_evaluation + n) for n, row in enumerate(rows.tolist())])
        return Outcomes(torch.from_numpy(joint), circuits=len(rows), shots=len(rows) * (self.shots or 0))

    def _row(self, values, evaluation):
        bound = self._unitary.assign_parameters(dict(zip(self._angles, values, strict=True)), strict=False)
        exact = Statevector(bound).probabilities(self.circuit.measured[::-1])  # Qiskit's first qubit is the lowest bit
        if self.shots is None:
            return exact
        return np.random.default_rng(self.shot_seed(evaluation)).multinomial(self.shots, exact) / self.shots

    def _execute(self, rows, *, first_evaluation):
        return self._outcomes(rows, first_evaluation=first_evaluation).margins()

    def provenance(self):
        """Return the method, for the record."""
        return {"method": "qiskit.quantum_info.Statevector"}
