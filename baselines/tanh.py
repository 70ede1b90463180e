"""The tanh head: a bounded classical layer, with as many values as go in."""

from typing import ClassVar

import pydantic
import torch

from baselines.head import ClassicalHead, ClassicalOptions


class TanhOptions(ClassicalOptions):
    """Options of ``tanh``.

    Attributes:
        more_layers: Square linear layers with a tanh each behind the first tanh. With 1 and a linear readout this is the
            classical network that Mari et al., Quantum 4, 340 (2020), compare their dressed circuit with.
    """

    more_layers: int = pydantic.Field(0, ge=0, le=16)


class Tanh(ClassicalHead):
    """The hyperbolic tangent of each value: between -1 and 1, as the expectation value of Z is."""

    Options: ClassVar[type[ClassicalOptions]] = TanhOptions
    options: TanhOptions

    def __init__(self, n_values: int, options: TanhOptions | None = None) -> None:
        super().__init__(n_values, options)
        self.layers = torch.nn.ModuleList(torch.nn.Linear(n_values, n_values) for _ in range(self.options.more_layers))

    @classmethod
    def has_weights(cls, options: ClassicalOptions) -> bool:
        """Return whether it has layers behind the first tanh."""
        assert isinstance(options, TanhOptions)
        return options.more_layers > 0

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return tanh(values), between -1 and 1; values of shape (..., n_values)."""
        values = torch.tanh(values)
        for layer in self.layers:
            values = torch.tanh(layer(values))
        return values
