"""ClassicalHead: the base class of the classical heads."""

from typing import ClassVar

import pydantic
import torch


class ClassicalOptions(pydantic.BaseModel):
    """Base of a classical head's options: frozen, unknown keys refused. Most heads have none."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class ClassicalHead(torch.nn.Module):
    """A classical head: what follows the last linear layer of the network.

    Args:
        n_classes: Number of class scores that it returns.
        options: The head's options, as its ``Options``; None for the defaults.

    Attributes:
        input_shape: Shape of the values that it takes for each image.
    """

    Options: ClassVar[type[ClassicalOptions]] = ClassicalOptions

    def __init__(self, n_classes: int, options: ClassicalOptions | None = None) -> None:
        super().__init__()
        self.options = self.Options() if options is None else options
        self.input_shape: tuple[int, ...] = (n_classes,)
