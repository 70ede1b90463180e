"""The MLP head: a hidden layer in the place of the circuits."""

from typing import ClassVar

import pydantic
import torch

from baselines.head import ClassicalHead, ClassicalOptions


class MlpOptions(ClassicalOptions):
    """Options of ``mlp``.

    Attributes:
        hidden: Values of the hidden layer. With 37, Linear(128, 37) and Linear(37, 10) have 5,153 parameters; that is the
            number nearest to the 5,160 of Linear(128, 40), which feeds ten circuits ``eq7``.
    """

    hidden: int = pydantic.Field(37, ge=1, le=4096)


class Mlp(ClassicalHead):
    """ReLU, then a linear layer: with the network's last linear layer, an MLP with one hidden layer."""

    Options: ClassVar[type[ClassicalOptions]] = MlpOptions
    options: MlpOptions

    def __init__(self, n_classes: int, options: MlpOptions | None = None) -> None:
        super().__init__(n_classes, options)
        self.input_shape = (self.options.hidden,)
        self.layer = torch.nn.Linear(self.options.hidden, n_classes)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return class scores (..., n_classes) of hidden values before the ReLU, shape (..., hidden)."""
        scores: torch.Tensor = self.layer(torch.relu(values))
        return scores
