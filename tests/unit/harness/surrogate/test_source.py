"""The program's text: layers with their settings, and nothing that cannot be written down."""

import pytest
import torch
from torch import nn

from baselines import baseline_class
from harness.errors import PlanError
from harness.features.extractor import feature_extractor
from harness.spec import ModelSpec
from harness.surrogate.source import program
from harness.training.model import Classifier

_SHAPE = (1, 28, 28)


def _features(text):
    """Return the feature extractor that a program's text makes."""
    expression = text[text.index("nn.Sequential(") : text.index(".to(memory_format")]
    return eval(expression, {"nn": nn})


def _program(features):
    classifier = Classifier(
        baseline_class("linear")(10), ModelSpec(logit_scale=2.0), shape=_SHAPE, n_classes=10, seed=1
    )
    classifier.features = features
    return program(classifier, shape=_SHAPE)


@pytest.mark.parametrize("settings", [{}, {"padding": "same", "pool_kernel": 3, "dropout": 0.0}])
def test_the_papers_features(settings):
    """Every setting of the feature extractor is in the text: the same weights give the same features."""
    found = feature_extractor(ModelSpec(**settings), _SHAPE).eval()
    made = _features(_program(found)).to(memory_format=torch.channels_last)
    made.load_state_dict(found.state_dict())
    images = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(1))

    assert torch.equal(made.eval()(images), found(images))


def test_settings_that_are_not_the_default():
    """Layers in layers, tuples, and biases that are left out."""
    found = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 2, (3, 1), stride=(2, 1), bias=False), nn.Tanh()),
        nn.AvgPool2d(2, ceil_mode=True), nn.Dropout(0.1), nn.Flatten(), nn.Linear(9, 3, bias=False), nn.Identity(),
    )  # fmt: skip

    assert str(_features(_program(found))) == str(found)


def test_numbers_of_the_program():
    """Shape, factor and sizes stand in its head."""
    text = _program(nn.Sequential(nn.ReLU()))

    assert "SHAPE, LOGIT_SCALE = (1, 28, 28), 2.0\n" in text
    assert "self.to_head = nn.Linear(128, 10)\n" in text
    compile(text, "classifier.py", "exec")


def test_a_layer_of_somebody_elses_code():
    """It is refused by name: its code would not be in the program."""

    class Mine(nn.Linear):
        pass

    with pytest.raises(PlanError, match=r"has a layer Mine, which cannot be written down without its code; .*Conv2d"):
        _program(nn.Sequential(Mine(2, 2)))
