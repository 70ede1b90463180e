"""The bounded head: class scores between 0 and 1, as probabilities are, without a circuit."""

import torch

from baselines.head import ClassicalHead


class Bounded(ClassicalHead):
    """A sigmoid of each value. It tells how much of a quantum head's effect comes from the bound on p(0) alone."""

    returns_probabilities = True

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return sigmoid(values), between 0 and 1; values of shape (..., n_values)."""
        return torch.sigmoid(values)
