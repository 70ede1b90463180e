"""Layers with the first values that ``ModelSpec.initialization`` asks for."""

from typing import TypeVar

from torch import nn

from harness.spec import ModelSpec

_Layer = TypeVar("_Layer", nn.Conv2d, nn.Linear)


def convolution(n_in: int, n_out: int, kernel: int, spec: ModelSpec) -> nn.Conv2d:
    """Return a convolution with the padding and first values of a spec."""
    return initialized(nn.Conv2d(n_in, n_out, kernel, padding=spec.padding), spec)


def linear(n_in: int, n_out: int, spec: ModelSpec) -> nn.Linear:
    """Return a linear layer with the first values of a spec."""
    return initialized(nn.Linear(n_in, n_out), spec)


def initialized(layer: _Layer, spec: ModelSpec) -> _Layer:
    """Give a layer that has PyTorch's first values those of a spec, and return it."""
    if spec.initialization == "xavier":
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return layer
