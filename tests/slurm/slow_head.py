"""A head whose runs take as long as a test needs, and little processor time."""

import os
import time

import torch

from backends import Capabilities, Executed, QuantumHead

SECONDS = "QHB_SLURM_SECONDS"
"""Environment variable: seconds that a job of the head takes. They change no result."""


class Slow(QuantumHead):
    """Draws shots from a smooth function of the angles, slowly."""

    capabilities = Capabilities(analytic=False, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=9)

    def _prepare(self):
        self._seconds = float(os.environ.get(SECONDS, "0"))

    def _execute(self, rows, *, first_evaluation):
        time.sleep(self._seconds)
        p_zero = (0.5 + 0.4 * torch.sin(rows.sum(dim=1, keepdim=True))).double()
        drawn = torch.Generator().manual_seed(self.shot_seed(first_evaluation) % 2**63)
        shots = torch.full_like(p_zero, self.shots)
        zeros = torch.binomial(shots, p_zero, generator=drawn)
        return Executed(zeros / self.shots, circuits=len(rows), shots=len(rows) * self.shots)

    def provenance(self):
        return {"method": "none"}
