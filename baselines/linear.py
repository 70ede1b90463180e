"""The linear head: nothing behind the angle layer."""

import torch

from baselines.head import ClassicalHead


class Linear(ClassicalHead):
    """The network's angle layer is the classifier already, so its values are the class scores."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return the values (..., n_values) as they are."""
        return values
