"""The program of an exported classifier. It holds layers and numbers alone: no text of a record becomes code."""

import importlib.resources
import inspect
import string

from torch import nn

from harness.errors import PlanError
from harness.training.model import Classifier

_TEMPLATE = "classifier.py.txt"
_LAYERS: tuple[type[nn.Module], ...] = (
    *(nn.Conv2d, nn.Linear, nn.MaxPool2d, nn.AvgPool2d, nn.Flatten, nn.Identity),
    *(nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Dropout, nn.Dropout2d),
)
_CHANGES_NOTHING = ("inplace", "device", "dtype", "return_indices")


def program(classifier: Classifier, *, shape: tuple[int, ...]) -> str:
    """Return the text of classifier.py.

    Args:
        classifier: The classifier.
        shape: Of a sample, as the network takes it.

    Raises:
        PlanError: the classifier has a layer that cannot be written down.
    """
    template = importlib.resources.files("harness.surrogate") / _TEMPLATE
    to_head, head = "self.to_head(self.features(values))", "self.head(angles)"
    readout = classifier.readout
    return string.Template(template.read_text(encoding="utf-8")).substitute(
        features=_layer(classifier.features, indent=8),
        to_head=_layer(classifier.to_head, indent=8),
        readout="nn.Identity()" if readout is None else _layer(readout, indent=8),
        angles=f"np.pi / 2 * torch.tanh({to_head})" if classifier.angle_activation == "tanh" else to_head,
        scores=head if readout is None else f"2 * {head} - 1",
        shape=repr(tuple(map(int, shape))),
        logit_scale=repr(float(classifier.logit_scale)),
    )


def _layer(layer: nn.Module, *, indent: int) -> str:
    """Return the expression that makes a layer; an argument is left out where it is the default."""
    if type(layer) is nn.Sequential:
        inner = " " * (indent + 4)
        lines = "".join(f"{inner}{_layer(part, indent=indent + 4)},\n" for part in layer)
        return f"nn.Sequential(\n{lines}{' ' * indent})"
    if type(layer) not in _LAYERS:
        known = ", ".join(kind.__name__ for kind in (nn.Sequential, *_LAYERS))
        raise PlanError(
            f"the classifier has a layer {type(layer).__name__}, which cannot be written down without its code; "
            f"expected layers of torch.nn: {known}"
        )
    arguments = []
    for name, parameter in list(inspect.signature(type(layer).__init__).parameters.items())[1:]:
        if name in _CHANGES_NOTHING or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        value = (layer.bias is not None) if name == "bias" else getattr(layer, name)
        if value in (parameter.default, (parameter.default, parameter.default)):
            continue
        arguments.append(repr(value) if parameter.default is parameter.empty else f"{name}={value!r}")
    return f"nn.{type(layer).__name__}({', '.join(arguments)})"
