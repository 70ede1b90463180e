"""The cosine head: the function that Eq. (7) of the paper computes, without a circuit."""

import torch

from baselines.head import ClassicalHead


class Cosine(ClassicalHead):
    """One angle a class, (1 + cos(angle))/2: the family of functions that Eq. (7) of the paper computes, see README."""

    def forward(self, angles: torch.Tensor) -> torch.Tensor:
        """Return (1 + cos(angles))/2; angles in radians, shape (..., n_classes)."""
        return (1 + torch.cos(angles)) / 2
