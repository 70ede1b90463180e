"""Classical heads, with which quantum heads are compared. This package knows nothing of circuits or training.

A classical head is a ``ClassicalHead`` made as ``Head(n_classes, options)``. It has ``input_shape``, the shape that it takes
for each image from the last linear layer of the network, and ``forward``: (..., *input_shape) -> (..., n_classes) class
scores.
"""

import dataclasses
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baselines.head import ClassicalHead  # it loads torch, which a list of heads does not need


@dataclasses.dataclass(frozen=True)
class BaselineEntry:
    """A classical head: its class as "module:Class", and one line about it."""

    path: str
    summary: str


BASELINES: dict[str, BaselineEntry] = {
    "linear": BaselineEntry("baselines.linear:Linear", "the 10-way linear head: Linear(128, 10)"),
    "cosine": BaselineEntry("baselines.cosine:Cosine", "Linear(128, 10), then (1 + cos)/2: eq7 without a circuit"),
    "bounded": BaselineEntry(
        "baselines.bounded:Bounded", "Linear(128, 10), then a sigmoid: the bound of p(0) without a circuit"
    ),
    "mlp": BaselineEntry(
        "baselines.mlp:Mlp",
        "Linear(128, hidden), ReLU, Linear(hidden, 10): as many parameters as with eq7; option hidden",
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
