"""The classifier: its layers, their first values, and what reaches and leaves the head."""

import math

import pytest
import torch
from torch import nn

from backends.circuits.catalogue import circuit_named
from backends.registry import head_class
from backends.sampling import stream_seed
from baselines import baseline_class
from baselines.tanh import TanhOptions
from harness.features.built_in import paper
from harness.spec import ModelSpec
from harness.training.model import Classifier

_SHAPE = (1, 28, 28)
_CUBE = torch.linspace(-1, 1, 3 * 28 * 28).reshape(3, *_SHAPE)
_VECTORS = torch.linspace(-1, 1, 12).reshape(3, 4)


class TwoByFive(nn.Module):
    """A head with two circuits of five angles that returns what it is given."""

    input_shape = (2, 5)

    def forward(self, angles):
        assert angles.shape[1:] == self.input_shape
        return angles.flatten(1)


def _classifier(head=None, *, shape=_SHAPE, n_classes=10, seed=0, **model):
    return Classifier(head or TwoByFive(), ModelSpec(**model), shape=shape, n_classes=n_classes, seed=seed)


def _vectors(head, **model):
    """Return a classifier of four-dimensional vectors into three classes without features and angle layer."""
    return _classifier(head, shape=(4,), n_classes=3, features="none", angle_layer="none", **model)


def _weighted(module):
    return [layer for layer in module.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]


@pytest.mark.parametrize("initialization", ["torch", "xavier"])
def test_first_values_of_the_layers(initialization):
    """xavier: uniform up to sqrt(6 / (inputs + outputs)) and no bias; torch: PyTorch's own, up to 1 / sqrt(inputs)."""
    classifier = _classifier(
        baseline_class("linear")(16), seed=1, initialization=initialization, readout="linear", head_width=16
    )
    layers = [*_weighted(classifier.features), classifier.to_head, classifier.readout]

    assert len(layers) == 6
    for layer in layers:
        n_in = layer.weight[0].numel()
        n_out = layer.weight.numel() // layer.weight.shape[1]
        limit = (6 / (n_in + n_out)) ** 0.5 if initialization == "xavier" else n_in**-0.5
        assert 0.9 * limit < layer.weight.abs().max().item() <= limit * (1 + 1e-6)
        assert layer.bias.any().item() is (initialization == "torch")


def test_first_values_are_of_streams_of_their_own():
    """Feature extractor, angle layer and readout each begin with the first number of their stream, whatever the head."""
    classifier = _classifier(seed=6, readout="linear")
    torch.manual_seed(stream_seed(6, "features", 0))
    features = paper(ModelSpec(), _SHAPE).state_dict()
    torch.manual_seed(stream_seed(6, "to_head", 0))
    to_head = nn.Linear(128, 10).state_dict()
    torch.manual_seed(stream_seed(6, "readout", 0))
    readout = nn.Linear(10, 10).state_dict()

    for layer, expected in (
        (classifier.features, features),
        (classifier.to_head, to_head),
        (classifier.readout, readout),
    ):
        for name, values in layer.state_dict().items():
            assert torch.equal(values, expected[name]), name


@pytest.mark.parametrize("head", ["tanh", "quantum"])
def test_equal_seeds_give_equal_layers_behind_the_head(head):
    """Angle layer and readout begin alike whether the head has layers of its own, weights of circuits, or none."""
    made = {
        "tanh": baseline_class("tanh")(4, TanhOptions(more_layers=2)),
        "quantum": head_class("statevector")(circuit_named("dressed"), n_circuits=1),
    }[head]
    ours, linear = (
        _classifier(one, seed=3, readout="linear", head_width=4) for one in (made, baseline_class("linear")(4))
    )

    assert list(made.parameters())
    for layer in ("features", "to_head", "readout"):
        one, other = (getattr(classifier, layer).state_dict() for classifier in (ours, linear))
        assert all(torch.equal(values, other[name]) for name, values in one.items()), layer


def test_the_papers_network_has_no_other_layers():
    """What a checkpoint or a weights file of earlier versions holds still fits."""
    assert sorted({name.partition(".")[0] for name in _classifier(baseline_class("linear")(10)).state_dict()}) == [
        "features", "to_head",
    ]  # fmt: skip


def test_logits_are_the_heads_outputs_times_their_scale():
    """Each row of the head's input is the linear layer's output, in the head's shape."""
    classifier = _classifier(logit_scale=4.0).eval()
    with torch.no_grad():
        angles = classifier.angles(_CUBE)

        assert angles.shape == (3, 2, 5)
        assert torch.equal(angles.flatten(1), classifier.to_head(classifier.features(_CUBE)))
        assert torch.equal(classifier(_CUBE), 4 * angles.flatten(1))


def test_without_an_angle_layer_the_features_are_the_angles():
    """A vector reaches the head as it is; tanh keeps it within a quarter turn."""
    head = baseline_class("linear")(4)

    assert torch.equal(_vectors(head, readout="linear", head_width=4).angles(_VECTORS), _VECTORS)
    bounded = _vectors(head, readout="linear", head_width=4, angle_activation="tanh").angles(_VECTORS)
    assert torch.allclose(bounded, math.pi / 2 * torch.tanh(_VECTORS))


def test_a_linear_readout_takes_expectation_values():
    """Logits are W (2 p - 1) + b of every output of every circuit."""
    head = head_class("statevector")(circuit_named("dressed(n_qubits=2, n_layers=1)"), n_circuits=2)
    classifier = _vectors(head, readout="linear", head_width=4, logit_scale=2.0)
    with torch.no_grad():
        p_zero = head(_VECTORS.reshape(3, 2, 2))
        expected = 2 * ((2 * p_zero - 1) @ classifier.readout.weight.T + classifier.readout.bias)

        assert classifier.readout.weight.shape == (3, 4)
        assert torch.allclose(classifier(_VECTORS), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("linear", lambda values: values),
        ("tanh", torch.tanh),
        ("cosine", torch.cos),
        ("bounded", lambda values: torch.tanh(values / 2)),
    ],
)
def test_what_a_linear_readout_takes_of_classical_heads(head, expected):
    """Probabilities enter as 2 x - 1, so that the cosine head is the expectation value of eq7; others enter as they are."""
    classifier = _vectors(baseline_class(head)(4), readout="linear", head_width=4)

    assert torch.allclose(classifier(_VECTORS), classifier.readout(expected(_VECTORS)), atol=1e-6)


def test_the_cosine_head_is_eq7_behind_a_linear_readout_too():
    """Same first angle, same logits."""
    cosine = _vectors(baseline_class("cosine")(4), readout="linear", head_width=4, seed=1)
    eq7 = _classifier(
        head_class("statevector")(circuit_named("eq7_reduced"), n_circuits=4), shape=(4,), n_classes=3, seed=1,
        features="none", angle_layer="none", readout="linear", head_width=4,
    )  # fmt: skip

    assert torch.allclose(cosine(_VECTORS), eq7(_VECTORS), atol=1e-6)


@pytest.mark.parametrize(
    ("model", "frozen"),
    [
        ({}, set()),
        ({"angle_layer": "frozen"}, {"to_head"}),
        ({"head_weights": "frozen"}, {"head"}),
        ({"angle_layer": "frozen", "head_weights": "frozen"}, {"to_head", "head"}),
    ],
)
@pytest.mark.parametrize("head", ["mlp", "quantum"])
def test_frozen_layers_keep_their_start(model, frozen, head):
    """The same first values as trained ones have, and no gradient; all other layers are trained."""
    made = {
        "mlp": lambda: baseline_class("mlp")(4),
        "quantum": lambda: head_class("statevector")(circuit_named("dressed"), n_circuits=1),
    }[head]
    settings = {"readout": "linear", "head_width": 4, "seed": 2}
    classifier, trained = _classifier(made(), **settings, **model), _classifier(made(), **settings)
    parameters = dict(classifier.named_parameters())

    assert {name.partition(".")[0] for name, values in parameters.items() if not values.requires_grad} == frozen
    assert len(classifier.trained_parameters) == sum(values.requires_grad for values in parameters.values())
    assert all(torch.equal(values, parameters[name]) for name, values in trained.named_parameters())


def test_making_a_classifier_leaves_the_random_stream_alone():
    """A layer's first values come from its own stream: what is drawn next does not depend on how many there are."""
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    _classifier(readout="linear")

    assert torch.equal(torch.rand(4), expected)
