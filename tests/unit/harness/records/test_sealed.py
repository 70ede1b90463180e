"""Sealed files: tensors and facts come back bit for bit, or the file is named as damaged."""

import json

import pytest
import safetensors.torch
import torch

from harness.errors import DamagedError
from harness.records import sealed

_TENSORS = {
    "a": torch.tensor([[1.5, float("nan")], [-0.0, 2.0]]),
    "empty": torch.zeros(0, 3),
    "number": torch.tensor(7),
    "turned": torch.arange(6.0, dtype=torch.float64).reshape(2, 3).T,
}
_FACTS = {"run_id": "x", "counts": [1, 2]}


def test_every_bit_comes_back(tmp_path):
    """NaN, negative zero, no values, a number and a transposed matrix; gradients are left behind."""
    path = tmp_path / "x.safetensors"
    with_gradient = _TENSORS | {"a": _TENSORS["a"].clone().requires_grad_()}
    digest = sealed.write(path, with_gradient, _FACTS)
    tensors, facts = sealed.read(path)

    assert facts == _FACTS
    assert tensors.keys() == _TENSORS.keys()
    for name, values in _TENSORS.items():
        assert (tensors[name].dtype, tensors[name].shape) == (values.dtype, values.shape)
        assert tensors[name].numpy().tobytes() == values.contiguous().numpy().tobytes()
    assert digest == sealed.write(tmp_path / "y.safetensors", dict(reversed(_TENSORS.items())), _FACTS)


def test_the_checksum_stays_what_it_was(tmp_path):
    """Files of earlier versions were sealed with it: it is of facts, names, kinds, shapes and bytes."""
    digest = sealed.write(tmp_path / "x", {"a": torch.tensor([1.0, 2.0])}, {"b": 1, "a": "\u00e9"})

    assert digest == "e060828faf62d373bc2e1944025ac21e34f0926d919427c2b607d32fcf642a4f"


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, facts: (tensors | {"a": tensors["a"] + 1}, facts),
        lambda tensors, facts: (tensors | {"a": tensors["a"].reshape(4)}, facts),
        lambda tensors, facts: (tensors | {"number": tensors["number"].double()}, facts),
        lambda tensors, facts: ({("b" if name == "a" else name): values for name, values in tensors.items()}, facts),
        lambda tensors, facts: (tensors, facts | {"run_id": "y"}),
    ],
)
def test_whatever_is_changed_is_found(tmp_path, change):
    """A value, a shape, a kind, a name or a fact beside the checksum of before is damage."""
    path = tmp_path / "x.safetensors"
    digest = sealed.write(path, _TENSORS, _FACTS)
    tensors, facts = change(_TENSORS, _FACTS)
    seal = json.dumps({"facts": facts, "sha256": digest})
    safetensors.torch.save_file({name: values.contiguous() for name, values in tensors.items()}, path, {"sealed": seal})

    with pytest.raises(
        DamagedError, match=rf"x.safetensors is damaged: expected SHA-256 {digest}, found [0-9a-f]{{64}}"
    ):
        sealed.read(path)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"sealed": "[" * 100_000},
        {},
        {"sealed": "{"},
        {"sealed": "[]"},
        {"sealed": "{}"},
        {"sealed": '{"facts": 1}'},
    ],
)
def test_a_file_of_somebody_else_is_named(tmp_path, metadata):
    """Sound safetensors without our seal, or with half of it."""
    path = tmp_path / "x.safetensors"
    safetensors.torch.save_file({"a": torch.zeros(1)}, path, metadata)

    with pytest.raises(DamagedError, match=r"x.safetensors is damaged or not a file of qhb: \w+Error: "):
        sealed.read(path)


def test_facts_that_json_cannot_hold_are_refused(tmp_path):
    """NaN would not come back."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        sealed.write(tmp_path / "x", {}, {"a": float("nan")})
