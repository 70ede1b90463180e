"""What a record says of the head."""

import sys

import pytest
from data_facts import MNIST

from backends.circuits.catalogue import circuit_named
from backends.registry import head_class
from backends.surrogates.table import Tabulated
from baselines import baseline_class
from harness.records.certificate import Certificate
from harness.spec import ModelSpec, RunSpec
from harness.training.model import Classifier
from harness.training.record_parts import head_facts

_HEAD = """
from backends.adapters.statevector import Statevector

class Mine(Statevector):
    pass
"""


def _checked(head: str, *, table: bool = False) -> bool | None:
    spec = RunSpec(head=head, circuit="eq7", execution="table" if table else "native")
    factory = Tabulated(head_class(head)) if table else head_class(head)
    return head_facts(spec, Classifier(factory(circuit_named("eq7")), ModelSpec(), **MNIST, seed=0)).checked


@pytest.mark.parametrize("table", [False, True], ids=["native", "table"])
def test_an_outside_head_is_checked_once_it_has_a_certificate(table, tmp_path, monkeypatch) -> None:
    """A head of somebody else counts as checked, in its table too, when ``qhb check`` passed with the same options."""
    (tmp_path / "somebodys.py").write_text(_HEAD)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "somebodys", raising=False)  # another test's
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path / "cache"))
    assert _checked("somebodys:Mine", table=table) is False

    kind = head_class("somebodys:Mine")
    certificate = Certificate.of(kind, kind.Options())
    assert certificate is not None
    certificate.write()

    assert _checked("somebodys:Mine", table=table) is True


def test_our_heads_are_checked() -> None:
    """Quantum or classical: this project's own tests check them."""
    linear = Classifier(baseline_class("linear")(10), ModelSpec(), **MNIST, seed=0)

    assert _checked("statevector") is True
    assert head_facts(RunSpec(head="linear"), linear).checked is True
