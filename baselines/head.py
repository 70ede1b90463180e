"""ClassicalHead: the base class of the classical heads."""

from typing import ClassVar

import pydantic
import torch


class ClassicalOptions(pydantic.BaseModel):
    """Base of a classical head's options: frozen, unknown keys refused. Most heads have none."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class ClassicalHead(torch.nn.Module):
    """A classical head: what follows the angle layer of the network.

    Args:
        n_values: Number of values that it returns: a score for each class, or what a linear readout takes.
        options: The head's options, as its ``Options``; None for the defaults.

    Attributes:
        input_shape: Shape of the values that it takes for each sample.
        returns_probabilities: Whether its values lie between 0 and 1, as p(0) of a circuit does. A linear readout then takes
            2 x - 1, as it does of a circuit.
    """

    Options: ClassVar[type[ClassicalOptions]] = ClassicalOptions
    returns_probabilities: ClassVar[bool] = False

    def __init__(self, n_values: int, options: ClassicalOptions | None = None) -> None:
        super().__init__()
        self.options = self.Options() if options is None else options
        self.input_shape = (self.n_inputs(n_values, self.options),)

    @classmethod
    def n_inputs(cls, n_values: int, options: ClassicalOptions) -> int:
        """Return how many values such a head takes for each sample; as many as it returns, unless it says otherwise."""
        return n_values

    @classmethod
    def has_weights(cls, options: ClassicalOptions) -> bool:
        """Return whether such a head has weights of its own."""
        return False
