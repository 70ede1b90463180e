"""The feature extractors that come with the program: the paper's convolutions, an MLP, and none.

Each is made for the shape of one sample and turns (batch, *shape) into (batch, n_features).
"""

import math
from collections.abc import Callable

import torch
from torch import nn

from backends.errors import ConfigError
from harness.features.layers import convolution, linear
from harness.spec import ModelSpec

N_FEATURES = 128
"""Features of "paper" and of "mlp"."""


def paper(spec: ModelSpec, shape: tuple[int, ...]) -> nn.Sequential:
    """Return Fig. 4 of the paper up to the fully connected layer of 128.

    Args:
        spec: Padding, pooling, dropout, first values.
        shape: Of an image: (channels, height, width).

    Raises:
        ConfigError: the samples are no images, or too small.
    """
    if len(shape) != 3:
        raise ConfigError(
            f"model.features = 'paper': expected images of shape (channels, height, width), got samples of shape {shape}; "
            "set features = 'mlp' or 'none'"
        )
    if min(shape[1:]) < smallest_side(spec):
        other = "" if spec.padding == "same" else _with_padding(spec)
        raise ConfigError(
            f"model.features = 'paper': expected images of at least {smallest_side(spec)} x {smallest_side(spec)} pixels with "
            f"padding = {spec.padding!r} and pool_kernel = {spec.pool_kernel}, got {shape[1]} x {shape[2]}; {other}set "
            "features = 'mlp' or 'none', or resize the images"
        )
    convolutions = nn.Sequential(
        convolution(shape[0], 16, 5, spec),
        nn.ReLU(),
        nn.MaxPool2d(spec.pool_kernel, stride=2),
        convolution(16, 32, 5, spec),
        nn.ReLU(),
        convolution(32, 64, 3, spec),
        nn.ReLU(),
        nn.MaxPool2d(spec.pool_kernel, stride=2),
        nn.Dropout2d(spec.dropout),
        nn.Flatten(),
    )
    with torch.no_grad():
        n_values = convolutions.eval()(torch.zeros(1, *shape)).shape[1]
    extractor = nn.Sequential(*convolutions.train(), linear(n_values, N_FEATURES, spec), nn.ReLU())
    # This memory format makes max-pooling six times as fast on a CPU, and a step about 1.2 times as fast.
    extractor.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stub
    return extractor


def smallest_side(spec: ModelSpec) -> int:
    """Return the smallest height and width, pixels, that the paper's extractor takes."""
    side = 1
    while _side_at_the_end(side, spec) < 1:
        side += 1
    return side


def mlp(spec: ModelSpec, shape: tuple[int, ...]) -> nn.Sequential:
    """Return two fully connected layers of 128, each with a ReLU, for images and vectors. Ours."""
    return nn.Sequential(
        nn.Flatten(),
        linear(math.prod(shape), N_FEATURES, spec),
        nn.ReLU(),
        linear(N_FEATURES, N_FEATURES, spec),
        nn.ReLU(),
    )


def none(spec: ModelSpec, shape: tuple[int, ...]) -> nn.Flatten:
    """Return what makes a sample a vector of its values."""
    return nn.Flatten()


EXTRACTORS: dict[str, Callable[[ModelSpec, tuple[int, ...]], nn.Module]] = {"paper": paper, "mlp": mlp, "none": none}
"""By the name that ``ModelSpec.features`` has."""


def _side_at_the_end(side: int, spec: ModelSpec) -> int:
    """Return the height of the last layer's images; below 1 where a layer has nothing left to work on."""
    for kernel in (5, None, 5, 3, None):  # None: pooling
        if kernel is None:
            side = (side - spec.pool_kernel) // 2 + 1
        elif spec.padding == "valid":
            side -= kernel - 1
        if side < 1:
            return 0
    return side


def _with_padding(spec: ModelSpec) -> str:
    side = smallest_side(spec.model_copy(update={"padding": "same"}))
    return f"with padding = 'same' it takes {side} x {side}; or "
