"""Classical heads, with which quantum heads are compared. This package knows nothing of circuits or training.

A classical head is a ``ClassicalHead`` made as ``Head(n_values, options)``. It has ``input_shape``, the shape that it takes
for each sample from the angle layer of the network, and ``forward``: (..., *input_shape) -> (..., n_values).
"""

import dataclasses
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baselines.head import ClassicalHead  # it loads torch, which a list of heads does not need


@dataclasses.dataclass(frozen=True)
class BaselineEntry:
    """A classical head.

    Attributes:
        path: Its class as "module:Class".
        summary: One line about it.
        output_range: Difference between the largest and the smallest value that it can return; None where that has no bound.
    """

    path: str
    summary: str
    output_range: float | None = None


BASELINES: dict[str, BaselineEntry] = {
    "linear": BaselineEntry(
        "baselines.linear:Linear", "the values of the angle layer as they are; in the paper's network Linear(128, 10)"
    ),
    "cosine": BaselineEntry(
        "baselines.cosine:Cosine", "(1 + cos)/2 of each value: eq7 without a circuit", output_range=1.0
    ),
    "bounded": BaselineEntry(
        "baselines.bounded:Bounded", "a sigmoid of each value: the bound of p(0) without a circuit", output_range=1.0
    ),
    "tanh": BaselineEntry("baselines.tanh:Tanh", "tanh of each value; option more_layers", output_range=2.0),
    "mlp": BaselineEntry(
        "baselines.mlp:Mlp",
        "ReLU, then Linear(hidden, values); with the default hidden = 37 as many parameters as with eq7",
    ),
}


def baseline_class(name: str) -> type["ClassicalHead"]:
    """Return the class of a classical head.

    Raises:
        KeyError: there is no head of that name.
    """
    module, _, attribute = BASELINES[name].path.partition(":")
    found: type[ClassicalHead] = getattr(importlib.import_module(module), attribute)
    return found
