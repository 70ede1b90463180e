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
    """ReLU, then a linear layer: with the angle layer in front, an MLP with one hidden layer."""

    Options: ClassVar[type[ClassicalOptions]] = MlpOptions
    options: MlpOptions

    def __init__(self, n_values: int, options: MlpOptions | None = None) -> None:
        super().__init__(n_values, options)
        self.layer = torch.nn.Linear(self.options.hidden, n_values)

    @classmethod
    def n_inputs(cls, n_values: int, options: ClassicalOptions) -> int:
        """Return the number of hidden values."""
        assert isinstance(options, MlpOptions)
        return options.hidden

    @classmethod
    def has_weights(cls, options: ClassicalOptions) -> bool:
        """Return True: those of its layer."""
        return True

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return (..., n_values) of hidden values before the ReLU, shape (..., hidden)."""
        returned: torch.Tensor = self.layer(torch.relu(values))
        return returned
