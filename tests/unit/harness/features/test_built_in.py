"""The feature extractors that come with the program: layers, sizes, and what they cannot take."""

import pytest
import torch
from torch import nn

from backends.errors import ConfigError
from harness.features.built_in import EXTRACTORS, mlp, none, paper, smallest_side
from harness.spec import ModelSpec

_CUBE = torch.linspace(-1, 1, 3 * 28 * 28).reshape(3, 1, 28, 28)


def _weights(module):
    return [tuple(layer.weight.shape) for layer in module.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]


def test_kernels_and_channels_are_figure_4s():
    """Convolutions 5 x 5, 5 x 5 and 3 x 3, pooling with stride 2, dropout of whole channels, 128 values."""
    layers = list(paper(ModelSpec(dropout=0.25), (1, 28, 28)))

    assert [type(layer).__name__ for layer in layers] == [
        "Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "Conv2d", "ReLU", "MaxPool2d", "Dropout2d", "Flatten", "Linear", "ReLU",
    ]  # fmt: skip
    assert _weights(nn.Sequential(*layers)) == [(16, 1, 5, 5), (32, 16, 5, 5), (64, 32, 3, 3), (128, 576)]
    assert [(layer.kernel_size, layer.stride) for layer in layers if isinstance(layer, nn.MaxPool2d)] == [(2, 2)] * 2
    assert layers[8].p == 0.25
    assert all(layer.training for layer in layers)


def test_open_points_change_the_layers():
    """Padding keeps 28 x 28 pixels, a pool of 3 has stride 2 all the same."""
    convolution, _, pool, *_ = paper(ModelSpec(padding="same", pool_kernel=3), (1, 28, 28))

    assert convolution(_CUBE).shape == (3, 16, 28, 28)
    assert (pool.kernel_size, pool.stride) == (3, 2)


@pytest.mark.parametrize(
    ("settings", "side"),
    [
        ({}, 20),
        ({"padding": "same"}, 4),
        ({"pool_kernel": 3}, 23),
        ({"padding": "same", "pool_kernel": 3}, 7),
    ],
)
def test_the_smallest_image_is_the_smallest_that_the_layers_take(settings, side):
    """An image of that size gives 128 features; torch itself fails on one pixel less, and ours says what is needed."""
    spec = ModelSpec(**settings)

    assert smallest_side(spec) == side
    assert paper(spec, (3, side, side + 1))(torch.zeros(2, 3, side, side + 1)).shape == (2, 128)
    layers = paper(spec, (3, side, side))[:9]
    with pytest.raises(RuntimeError, match=r"Output size is too small|Kernel size can't be greater"):
        layers(torch.zeros(2, 3, side - 1, side - 1))
    with pytest.raises(
        ConfigError,
        match=rf"'paper': expected images of at least {side} x {side} pixels .*got {side + 9} x {side - 1}; ",
    ):
        paper(spec, (3, side + 9, side - 1))


def test_an_image_that_is_too_small_is_told_of_the_padding_that_takes_it():
    """Valid padding needs 20 pixels, padding that keeps the size needs 4."""
    with pytest.raises(ConfigError, match=r"got 8 x 8; with padding = 'same' it takes 4 x 4; or set features = 'mlp'"):
        paper(ModelSpec(), (1, 8, 8))


def test_vectors_are_no_images():
    """The paper's extractor takes channels, height and width."""
    with pytest.raises(
        ConfigError, match=r"expected images of shape .*, got samples of shape \(10,\); set features = 'mlp'"
    ):
        paper(ModelSpec(), (10,))


@pytest.mark.parametrize("shape", [(5,), (3, 8, 9)])
def test_the_mlp_has_two_layers_of_128(shape):
    """For vectors and images; no value of the sample is left out, and both layers end in a ReLU."""
    extractor = mlp(ModelSpec(), shape)
    samples = torch.randn(4, *shape, generator=torch.Generator().manual_seed(0)).requires_grad_()
    features = extractor(samples)
    features.sum().backward()

    assert _weights(extractor) == [(128, samples[0].numel()), (128, 128)]
    assert [type(layer).__name__ for layer in extractor] == ["Flatten", "Linear", "ReLU", "Linear", "ReLU"]
    assert features.shape == (4, 128)
    assert features.min() == 0
    assert samples.grad.abs().sum(dim=0).gt(0).all()


def test_none_is_the_sample():
    """Its values in one row, without a weight."""
    extractor = none(ModelSpec(), (3, 2, 2))
    samples = torch.arange(24.0).reshape(2, 3, 2, 2)

    assert torch.equal(extractor(samples), samples.reshape(2, 12))
    assert list(extractor.parameters()) == []


@pytest.mark.parametrize("name", ["paper", "mlp"])
def test_initialization_is_of_every_layer(name):
    """xavier: uniform up to sqrt(6 / (inputs + outputs)), no bias."""
    extractor = EXTRACTORS[name](ModelSpec(initialization="xavier"), (1, 28, 28))
    layers = [layer for layer in extractor.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]

    assert layers
    for layer in layers:
        n_in, n_out = layer.weight[0].numel(), layer.weight.numel() // layer.weight.shape[1]
        assert 0.9 < layer.weight.abs().max().item() / (6 / (n_in + n_out)) ** 0.5 <= 1 + 1e-6
        assert not layer.bias.any()
