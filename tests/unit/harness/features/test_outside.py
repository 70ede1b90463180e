"""A feature extractor of the user's: how it is named, what it must do, and that its code is part of a run's identity."""

import sys

import pytest
import torch
from torch import nn

from backends.errors import ConfigError
from harness.features.extractor import feature_extractor, n_features_of
from harness.features.outside import outside_code
from harness.spec import ModelSpec

_SHAPE = (1, 4, 4)


class Good(nn.Module):
    """Two features: sum and mean, behind dropout."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.dropout = nn.Dropout(0.5)

    def forward(self, samples):
        values = self.dropout(samples.flatten(1))
        return torch.stack([values.sum(dim=1), values.mean(dim=1)], dim=1)


class Answer(Good):
    """Returns what ``answer`` makes of the right features."""

    def forward(self, samples):
        return self.answer(super().forward(samples))


class OneDimension(Answer):
    answer = staticmethod(lambda features: features[:, 0])


class Double(Answer):
    answer = staticmethod(lambda features: features.double())


class NotANumber(Answer):
    answer = staticmethod(lambda features: features / 0)


class FewerSamples(Answer):
    answer = staticmethod(lambda features: features[:1])


class NoTensor(Answer):
    answer = staticmethod(lambda features: [features])


class Raises(Answer):
    answer = staticmethod(lambda features: features @ torch.zeros(3, 3))


class CannotBeMade(nn.Module):
    def __init__(self):
        super().__init__()


NUMBER = 3


class NoModule:
    pass


def _spec(name):
    return ModelSpec(features=f"{__name__}:{name}")


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Tests are imported by path; a plan names modules."""
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Good.__module__])


def test_it_is_made_for_the_shape_of_a_sample():
    """And gives as many features as its forward pass says; the pass leaves it in training mode and the streams alone."""
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    extractor = feature_extractor(_spec("Good"), _SHAPE)

    assert extractor.shape == _SHAPE
    assert n_features_of(_spec("Good"), extractor, _SHAPE) == 2
    assert extractor.training
    assert extractor.dropout.training
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("OneDimension", r"forward of zeros of shape \(2, 1, 4, 4\): expected shape \(2, n\), .*got \(2,\)"),
        ("FewerSamples", r"expected shape \(2, n\), a vector for each sample, got \(1, 2\)"),
        ("Double", "expected float32, got float64"),
        ("NotANumber", "expected finite values, got NaN or infinity"),
        ("NoTensor", "expected a tensor, got a list"),
        ("Raises", r"failed: RuntimeError: .*test_outside.py:\d+\)"),
        ("CannotBeMade", r"CannotBeMade\(\(1, 4, 4\)\) failed: TypeError: .*test_outside|outside.py:\d+"),
        ("NUMBER", "expected a subclass of torch.nn.Module, got a int"),
        ("NoModule", "expected a subclass of torch.nn.Module, got the class NoModule"),
        ("Godo", "expected a class 'Godo' in module .*, which has Good, "),
    ],
)
def test_what_it_does_wrong_is_told(name, message):
    """Before compute: each message names the extractor."""
    spec = _spec(name)
    with pytest.raises(ConfigError, match=message) as error:
        n_features_of(spec, feature_extractor(spec, _SHAPE), _SHAPE)

    assert str(error.value).startswith(f"model.features = '{spec.features}'")


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ("no_such_module:Net", "expected an importable module 'no_such_module', found no module 'no_such_module'"),
        ("not a module:Net", "expected package.module:Class, got 'not a module:Net'"),
        ("papper", "expected one of paper, mlp, none, or package.module:Class; did you mean 'paper'"),
    ],
)
def test_unknown_names(features, message):
    """A module that is not there, and a name that is none of ours."""
    with pytest.raises(ConfigError, match=message):
        feature_extractor(ModelSpec(features=features), _SHAPE)


def test_edited_code_is_other_code(tmp_path, monkeypatch):
    """The hash is of the file that defines the class, as it is on the disk; torch's own classes have none."""
    monkeypatch.syspath_prepend(str(tmp_path))
    text = "from torch import nn\nclass Mine(nn.Flatten):\n    def __init__(self, shape):\n        super().__init__()\n"
    file = tmp_path / "features_of_mine.py"
    file.write_text(text)
    first = outside_code("features_of_mine:Mine")
    file.write_text(text + "# edited\n")

    assert first is not None
    assert outside_code("features_of_mine:Mine") not in (first, None)
    file.write_text(text)
    assert outside_code("features_of_mine:Mine") == first
    assert outside_code("torch.nn:Flatten") is None
