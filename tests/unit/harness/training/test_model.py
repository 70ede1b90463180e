"""The classifier: the paper's layers, their first values, and what reaches the head."""

import pytest
import torch
from torch import nn

from backends.sampling import stream_seed
from baselines import baseline_class
from harness.spec import ModelSpec
from harness.training.model import Classifier, feature_extractor

_CUBE = torch.linspace(-1, 1, 3 * 28 * 28).reshape(3, 1, 28, 28)


class TwoByFive(nn.Module):
    """A head with two circuits of five angles that returns what it is given."""

    input_shape = (2, 5)

    def forward(self, angles):
        assert angles.shape[1:] == self.input_shape
        return angles.flatten(1)


def _weighted(module):
    return [layer for layer in module.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]


def test_kernels_and_channels_are_figure_4s():
    """Convolutions 5 x 5, 5 x 5 and 3 x 3, pooling with stride 2, dropout of whole channels, 128 values."""
    layers = list(feature_extractor(ModelSpec(dropout=0.25)))

    assert [type(layer).__name__ for layer in layers] == [
        "Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "Conv2d", "ReLU", "MaxPool2d", "Dropout2d", "Flatten", "Linear", "ReLU",
    ]  # fmt: skip
    assert [tuple(layer.weight.shape) for layer in _weighted(nn.Sequential(*layers))] == [
        (16, 1, 5, 5), (32, 16, 5, 5), (64, 32, 3, 3), (128, 576),
    ]  # fmt: skip
    assert [(layer.kernel_size, layer.stride) for layer in layers if isinstance(layer, nn.MaxPool2d)] == [(2, 2)] * 2
    assert layers[8].p == 0.25
    assert all(layer.training for layer in layers)


def test_open_points_change_the_layers():
    """Padding keeps 28 x 28 pixels, a pool of 3 has stride 2 all the same."""
    convolution, _, pool, *_ = feature_extractor(ModelSpec(padding="same", pool_kernel=3))

    assert convolution(_CUBE).shape == (3, 16, 28, 28)
    assert (pool.kernel_size, pool.stride) == (3, 2)


@pytest.mark.parametrize("initialization", ["torch", "xavier"])
def test_first_values_of_the_layers(initialization):
    """xavier: uniform up to sqrt(6 / (inputs + outputs)) and no bias; torch: PyTorch's own, up to 1 / sqrt(inputs)."""
    classifier = Classifier(baseline_class("linear")(10), ModelSpec(initialization=initialization), seed=1)
    layers = [*_weighted(classifier.features), classifier.to_head]

    assert len(layers) == 5
    for layer in layers:
        n_in = layer.weight[0].numel()
        n_out = layer.weight.numel() // layer.weight.shape[1]
        limit = (6 / (n_in + n_out)) ** 0.5 if initialization == "xavier" else n_in**-0.5
        assert 0.9 * limit < layer.weight.abs().max().item() <= limit * (1 + 1e-6)
        assert layer.bias.any().item() is (initialization == "torch")


def test_first_values_are_of_streams_of_their_own():
    """Feature extractor and linear layer each begin with the first number of their stream, whatever the head."""
    classifier = Classifier(TwoByFive(), ModelSpec(), seed=6)
    torch.manual_seed(stream_seed(6, "features", 0))
    features = feature_extractor(ModelSpec()).state_dict()
    torch.manual_seed(stream_seed(6, "to_head", 0))
    to_head = nn.Linear(128, 10).state_dict()

    for layer, expected in ((classifier.features, features), (classifier.to_head, to_head)):
        for name, values in layer.state_dict().items():
            assert torch.equal(values, expected[name]), name


def test_logits_are_the_heads_outputs_times_their_scale():
    """Each row of the head's input is the linear layer's output, in the head's shape."""
    classifier = Classifier(TwoByFive(), ModelSpec(logit_scale=4.0), seed=0).eval()
    with torch.no_grad():
        angles = classifier.angles(_CUBE)

        assert angles.shape == (3, 2, 5)
        assert torch.equal(angles.flatten(1), classifier.to_head(classifier.features(_CUBE)))
        assert torch.equal(classifier(_CUBE), 4 * angles.flatten(1))


def test_making_a_classifier_leaves_the_random_stream_alone():
    """A layer's first values come from its own stream: what is drawn next does not depend on how many there are."""
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    Classifier(TwoByFive(), ModelSpec(), seed=0)

    assert torch.equal(torch.rand(4), expected)
