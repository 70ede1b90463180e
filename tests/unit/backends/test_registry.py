"""Heads by name."""

import importlib
import pathlib
import tomllib

import pytest

from backends.errors import ConfigError, MissingPackageError
from backends.head import QuantumHead
from backends.registry import HEADS, HeadEntry, head_class


@pytest.mark.parametrize("name", HEADS)
def test_every_entry_leads_to_a_head(name: str) -> None:
    """Each path names a class that is a QuantumHead, in a module that can be imported without the SDK's use."""
    module, _, attribute = HEADS[name].path.partition(":")

    assert issubclass(getattr(importlib.import_module(module), attribute), QuantumHead)


def test_a_head_is_found_by_its_name() -> None:
    """The statevector head needs no SDK."""
    from backends.adapters.statevector import Statevector

    assert head_class("statevector") is Statevector


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """The message lists the heads and the one that was meant."""
    with pytest.raises(ConfigError, match=r"unknown head 'aer_shot': .*statevector, .*did you mean 'aer_shots'\?"):
        head_class("aer_shot")


def test_a_missing_sdk_is_named_with_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the packages that are missing and the extra that installs them."""
    entry = HeadEntry("backends.adapters.aer:AerShots", "", ("no_such_sdk", "torch", "nor_this"), "qiskit")
    monkeypatch.setitem(HEADS, "aer_shots", entry)

    assert entry.missing == ("no_such_sdk", "nor_this")
    with pytest.raises(
        MissingPackageError,
        match=r"'aer_shots' needs no_such_sdk, nor_this, not installed: pip install 'quantum-head-bench\[qiskit\]'",
    ):
        head_class("aer_shots")


def test_a_head_without_an_extra_has_a_plain_pip_line() -> None:
    """What ships with the distribution is installed with it."""
    assert HEADS["statevector"].pip_line == "pip install quantum-head-bench"


def test_every_extra_is_declared() -> None:
    """The pip lines name extras that pyproject.toml has."""
    project = tomllib.loads((pathlib.Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]

    assert {entry.extra for entry in HEADS.values()} - {None} <= set(project["optional-dependencies"])


@pytest.mark.parametrize("name", HEADS)
def test_an_entry_says_whether_its_backend_takes_all_cores(name: str) -> None:
    """A report must know it of records where the SDK is not installed."""
    assert HEADS[name].multicore == head_class(name).capabilities.multicore
