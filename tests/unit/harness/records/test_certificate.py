"""Certificates: what a passed check is valid for, and what makes a head count as not checked again."""

import dataclasses
import os
import sys

import pytest

from backends.adapters.statevector import Statevector
from backends.capabilities import HeadOptions
from backends.outside import class_at
from harness.records import certificate as module
from harness.records.certificate import Certificate

_HEAD = """
from typing import Literal

from backends import Capabilities, Executed, HeadOptions, QuantumHead

class Options(HeadOptions):
    speed: Literal[1, 2] = 1

class Head(QuantumHead):
    Options = Options
    capabilities = Capabilities(analytic=True, shots=False, noisy=False, autograd=False, multicore=False, max_qubits=4)
    def _prepare(self): pass
    def _execute(self, rows, *, first_evaluation): raise NotImplementedError
    def provenance(self): return {"method": "none"}
"""


@pytest.fixture
def certificate(tmp_path, monkeypatch) -> Certificate:
    """Return the certificate of a head in a module of its own; the cache folder is empty."""
    (tmp_path / "certified.py").write_text(_HEAD)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "certified", raising=False)  # another test's
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path / "cache"))
    found = _of_now()
    assert found is not None
    return found


def _of_now(**options: int) -> Certificate | None:
    kind = class_at("certified:Head", who="head")
    return Certificate.of(kind, kind.Options.model_validate(options))


def test_a_certificate_is_there_once_it_is_written(certificate) -> None:
    """It does not exist at first, exists once written, and no longer when it is removed, even twice."""
    assert not certificate.exists()
    certificate.write()
    assert certificate.exists()
    assert _of_now() == certificate
    certificate.remove()
    certificate.remove()
    assert not certificate.exists()


def test_our_heads_need_none() -> None:
    """The heads of this project are checked by its own tests."""
    assert Certificate.of(Statevector, HeadOptions()) is None


def test_another_code_is_not_checked(certificate, tmp_path) -> None:
    """A head that was edited after it passed has no certificate."""
    certificate.write()
    (tmp_path / "certified.py").write_text(_HEAD + "# edited\n")

    changed = _of_now()

    assert changed is not None
    assert not changed.exists()


def test_other_options_are_not_checked(certificate) -> None:
    """A certificate is valid for the options that the head was checked with; a default counts as its value."""
    certificate.write()

    assert _of_now(speed=1).exists()
    assert not _of_now(speed=2).exists()


def test_other_versions_are_not_checked(certificate, monkeypatch) -> None:
    """After an upgrade of this project or of a package that matters a head has no certificate."""
    certificate.write()
    monkeypatch.setattr(module, "versions", lambda: {**certificate.versions, "torch": "99"})

    assert not _of_now().exists()


@pytest.mark.parametrize("damage", ["empty", "FIFO", "other"])
def test_a_damaged_file_is_no_certificate(certificate, damage) -> None:
    """What is not, byte for byte, what was written says nothing, and a FIFO does not block."""
    certificate.write()
    content = certificate.path.read_bytes()
    certificate.path.unlink()
    if damage == "FIFO":
        os.mkfifo(certificate.path)
    else:
        certificate.path.write_bytes(
            b"" if damage == "empty" else content.replace(b"certified:Head", b"certified:Other")
        )

    assert not certificate.exists()


def test_two_heads_have_two_files(certificate) -> None:
    """The file's name depends on the head."""
    assert dataclasses.replace(certificate, head="other:Head").path != certificate.path
