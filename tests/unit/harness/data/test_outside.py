"""Data sets of other packages: by entry point or by path, and named where they fail."""

import pytest

from harness.data.load import load, names
from harness.data.outside import outside_datasets
from harness.errors import DatasetError, PlanError
from harness.spec import DataSpec

_MODULE = """
import numpy as np
from harness.data.own_arrays import OwnArrays


def spirals(n=30, turns=1.0):
    t = np.linspace(0, turns, n)
    vectors = np.stack([t * np.cos(6 * t), t * np.sin(6 * t)], axis=1)
    return OwnArrays(vectors=vectors, labels=np.arange(n) % 3)


def broken():
    raise RuntimeError("no licence")


def other():
    return {"vectors": 1}


def unlabelled():
    return OwnArrays(vectors=np.zeros((30, 2)), labels=np.zeros(30, int))
"""


@pytest.fixture
def _installed(tmp_path, monkeypatch):
    """A distribution that offers data sets of the module ``curious``."""
    (tmp_path / "curious.py").write_text(_MODULE)
    info = tmp_path / "curious-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: curious\nVersion: 1.2\n")
    points = "spirals = curious:spirals\nbroken = curious:broken\ngone = curious:gone\nother = curious:other\n"
    (info / "entry_points.txt").write_text(f"[quantum_head_bench.datasets]\n{points}")
    monkeypatch.syspath_prepend(tmp_path)
    outside_datasets.cache_clear()
    yield
    outside_datasets.cache_clear()


@pytest.mark.usefixtures("_installed")
def test_options_are_the_functions_arguments():
    """A name and a path lead to the same function; the arrays are checked and copied as those of a file."""
    found = load(DataSpec(name="spirals", options={"n": 60}))
    same = load(DataSpec(name="curious:spirals", options={"n": 60}))

    assert found.facts == same.facts
    assert (found.facts.shape, found.facts.n_training, found.facts.class_names) == ((2,), 60, ("0", "1", "2"))
    assert load(DataSpec(name="spirals")).facts.n_training == 30
    assert "spirals" in names()


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("broken", {}, r"data set 'broken' \(curious:broken\) failed: RuntimeError: no licence \(.*curious.py:13\)"),
        ("gone", {}, r"data set 'gone' \(curious:gone\) failed: AttributeError: .*has no attribute 'gone'"),
        (
            "spirals",
            {"size": 3},
            r"failed: TypeError: .*unexpected keyword argument 'size'.*a function of the options \(size\)",
        ),
        ("other", {}, r"'other' \(curious:other\): expected it to return harness.data.own_arrays.OwnArrays, got dict"),
        ("curious:unlabelled", {}, "data set 'curious:unlabelled': labels has 1 different values, expected 2 to 100"),
        ("nowhere:f", {}, "data set 'nowhere:f' failed: ModuleNotFoundError: No module named 'nowhere'"),
        ("a b:f", {}, "data set 'a b:f' failed"),
    ],
)
def test_a_function_that_fails_is_named(name, options, message):
    """With where it failed, and what is expected of it."""
    with pytest.raises(DatasetError, match=message):
        load(DataSpec(name=name, options=options))


@pytest.mark.usefixtures("_installed")
def test_an_unknown_name_lists_them_too():
    with pytest.raises(
        PlanError, match=r"unknown data set 'spiral': expected one of .*spirals, .* own; did you mean 'spirals'"
    ):
        load(DataSpec(name="spiral"))


def test_two_distributions_with_one_name(tmp_path, monkeypatch):
    """Which of them is meant cannot be known."""
    for name in ("one", "two"):
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[quantum_head_bench.datasets]\nspirals = {name}:f\n")
    monkeypatch.syspath_prepend(tmp_path)
    outside_datasets.cache_clear()
    try:
        with pytest.raises(
            DatasetError, match=r"'spirals' is offered twice, by (one|two):f and (one|two):f; uninstall one"
        ):
            load(DataSpec(name="spirals"))
    finally:
        outside_datasets.cache_clear()
