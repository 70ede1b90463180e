"""The cosine head: the function that Eq. (7) of the paper computes, without a circuit."""

import torch

from baselines.head import ClassicalHead


class Cosine(ClassicalHead):
    """(1 + cos(angle))/2 of each angle: the family of functions that Eq. (7) of the paper computes, see README.

    A linear readout takes 2 x - 1 of it, cos(angle), which is the expectation value of Z of that circuit.
    """

    returns_probabilities = True

    def forward(self, angles: torch.Tensor) -> torch.Tensor:
        """Return (1 + cos(angles))/2; angles in radians, shape (..., n_values)."""
        return (1 + torch.cos(angles)) / 2
