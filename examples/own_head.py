"""A head of your own in one file, compared with a classical one: Qiskit's exact simulator with white noise added.

Nothing is installed: a plan names the class as own_head:WhiteNoise. Run it: python own_head.py
"""

from typing import Any

import numpy as np
import pydantic
import torch
from qiskit.quantum_info import Statevector

import harness
from backends import Capabilities, Executed, HeadOptions, Outcomes, QuantumHead, to_qiskit

PLAN = """
name = "own-head"
seeds = [0, 1]
[data]
n_images = 1000
official_images = 0
[training]
epochs = 3
[comparison]
control = "cosine"
[[runs]]
head = "cosine"
[[runs]]
label = "white noise"
head = "own_head:WhiteNoise"
circuit = "eq7"
options = { strength = 0.1 }
execution = "table"  # ask the head a few times, then answer in its place: it is slow
"""


class WhiteNoise(QuantumHead):
    """With probability ``strength`` each outcome is as likely as any other."""

    capabilities = Capabilities(analytic=True, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=10)
    noiseless_options = {"strength": 0.0}  # noqa: RUF012  the suite turns the noise off with it

    class Options(HeadOptions):
        """What ``options`` of a plan's entry may hold."""

        strength: float = pydantic.Field(0.05, ge=0, le=1)

    options: Options

    def _prepare(self) -> None:
        circuit, self._angles = to_qiskit(self.circuit)
        self._unitary = circuit.remove_final_measurements(inplace=False)

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        joint = np.stack([self._row(row, first_evaluation + n) for n, row in enumerate(rows.tolist())])
        return Outcomes(torch.from_numpy(joint), circuits=len(rows), shots=len(rows) * (self.shots or 0))

    def _row(self, values: list[float], evaluation: int) -> np.ndarray:
        bound = self._unitary.assign_parameters(dict(zip(self._angles, values, strict=True)), strict=False)
        exact = Statevector(bound).probabilities(self.circuit.measured[::-1])  # Qiskit's first qubit is the lowest bit
        noisy: np.ndarray = (1 - self.options.strength) * exact + self.options.strength / len(exact)
        if self.shots is None:
            return noisy
        return np.random.default_rng(self.shot_seed(evaluation)).multinomial(self.shots, noisy) / self.shots

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return self._outcomes(rows, first_evaluation=first_evaluation).margins()

    def provenance(self) -> dict[str, Any]:
        """Return the method, for the record."""
        return {"method": "qiskit.quantum_info.Statevector and white noise"}


if __name__ == "__main__":  # a run's process imports this file for the class, and must not start runs of its own
    results = harness.run(PLAN, results="own_head_results")
    print(results)
    print(results.compare("white noise", "cosine"))
