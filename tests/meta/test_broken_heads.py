"""The suite is right because it passes healthy heads and rejects each broken one for its own fault, by name."""

import importlib.util
import pathlib
import sys
from typing import Any, ClassVar

import pytest

from backends.capabilities import Capabilities
from backends.conformance import CHECKS, run_checks
from backends.head import QuantumHead

_SPEC = importlib.util.spec_from_file_location("broken_heads", pathlib.Path(__file__).with_name("broken_heads.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
broken_heads: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["broken_heads"] = broken_heads  # where pickle looks for the heads' options
_SPEC.loader.exec_module(broken_heads)


def failed(head: type[QuantumHead]) -> list[str]:
    """Return the names of the checks that fail."""
    return [result.name for result in run_checks(head) if result.status == "failed"]


@pytest.mark.parametrize("head", broken_heads.HEALTHY, ids=lambda head: head.__name__)
def test_a_healthy_head_passes_every_check(head: type[QuantumHead]) -> None:
    """Nothing is rejected that is right."""
    assert failed(head) == []


@pytest.mark.parametrize(
    ("head", "check"), broken_heads.BROKEN.items(), ids=[head.__name__ for head in broken_heads.BROKEN]
)
def test_a_broken_head_is_rejected_by_exactly_one_check(head: type[QuantumHead], check: str) -> None:
    """The check that fails names the fault, and it is the only one that fails."""
    assert failed(head) == [check]


def test_every_check_rejects_some_head() -> None:
    """No check is there that cannot fail."""
    assert set(broken_heads.BROKEN.values()) == {*CHECKS, "values_were_checked"}


@pytest.mark.parametrize(
    "name",
    ["QubitsReversed", "OutcomeFlipped", "SignFlipped", "AnglesPermuted", "OffsetsDropped", "ControlsDropped", "Half"],
)
def test_wrong_values_are_seen_through_shots_alone(name: str) -> None:
    """A head that has no exact mode is rejected for the same fault by the same check."""
    broken = getattr(broken_heads, name)

    class ShotsOnly(broken):
        capabilities: ClassVar = Capabilities(
            analytic=False, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=8
        )

    assert failed(ShotsOnly) == [broken_heads.BROKEN[broken]]
