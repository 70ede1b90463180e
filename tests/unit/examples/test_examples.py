"""The examples run as they are, and find what their texts say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_EXAMPLES = Path(__file__).parents[3] / "examples"


def _said(name: str, folder: Path) -> str:
    """Run an example as a user does, in an empty folder, and return what it prints."""
    done = subprocess.run(
        [sys.executable, str(_EXAMPLES / name)], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_own_model(tmp_path: Path) -> None:
    """Far above chance on new points: half of 200 are right by chance, with a standard deviation of 3.5 %.

    The loaded model has the same weights, and shots of its own. Each step makes 600 evaluations forward and eight times as
    many shifted ones; the test makes 600.
    """
    said = _said("own_model.py", tmp_path)
    shares = [float(share) for share in re.findall(r"0\.\d{3}", said.splitlines()[0])]

    assert len(shares) == 2
    assert min(shares) > 0.5 + 8 * 0.5 / 200**0.5
    assert "forward=Count(requested=24600," in said
    assert "backward=Count(requested=192000," in said


def test_own_head(tmp_path: Path) -> None:
    """Its four runs are ok, and its last line is the declared comparison."""
    said = _said("own_head.py", tmp_path)

    assert len(re.findall(r"^\[\d/4\] ok ", said, re.MULTILINE)) == 4
    last = said.splitlines()[-1]
    assert re.fullmatch(
        r"white noise against cosine: [+-]\d+\.\d\d points \(2 seeds x 200 images\): descriptive only, because a test needs "
        r"at least 5 seeds\.",
        last,
    ), last


def test_own_data(tmp_path: Path) -> None:
    """Six runs on two files are ok, and the classes have the names that the file gives them."""
    said = _said("own_data.py", tmp_path)

    assert len(re.findall(r"^\[\d/[24]\] ok ", said, re.MULTILINE)) == 6
    assert re.search(r"four qubits against tanh: [+-]\d+\.\d\d points \(2 seeds x 60 images\): descriptive only", said)
    assert re.findall(r"(left|middle|right) +\d", said) == ["left", "middle", "right"] * 2


def test_the_noise_of_own_head_is_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """p(0) = (1 - strength) cos^2(phi_1 / 2) + strength / 2 for eq7, Eq. (7) of the paper mixed with a fair coin."""
    import torch

    from backends import circuit_named, head_class

    monkeypatch.syspath_prepend(str(_EXAMPLES))
    head = head_class("own_head:WhiteNoise")(circuit_named("eq7"), n_circuits=1, options={"strength": 0.1})
    angles = torch.linspace(-3, 3, 8, dtype=torch.float64).reshape(2, 1, 4)

    torch.testing.assert_close(head(angles)[:, 0], 0.9 * torch.cos(angles[:, 0, 0] / 2) ** 2 + 0.05, rtol=0, atol=1e-12)
