"""The suite is right: it passes healthy heads, and rejects each broken head by the check that names its fault."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import torch
from meta.broken_heads import BROKEN, HEALTHY, Rejection, batches, values

from backends.capabilities import Capabilities
from backends.conformance import CHECKS, CheckResult, run_checks
from backends.head import QuantumHead


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: these tensors are small, and more threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def failed(head: type[QuantumHead]) -> list[CheckResult]:
    """Return the results of the checks that fail."""
    return [result for result in run_checks(head) if result.status == "failed"]


@pytest.mark.parametrize("head", HEALTHY, ids=lambda head: head.__name__)
def test_a_healthy_head_passes_every_check(head: type[QuantumHead]) -> None:
    """A right head is not rejected."""
    assert failed(head) == []


@pytest.mark.parametrize(("head", "rejection"), BROKEN.items(), ids=[head.__name__ for head in BROKEN])
def test_a_broken_head_is_rejected_by_exactly_one_check(head: type[QuantumHead], rejection: Rejection) -> None:
    """The check that fails names the fault, its message says what it looks like, and no other check fails."""
    found = failed(head)

    assert [result.name for result in found] == [rejection.check]
    assert rejection.words in found[0].detail


def test_every_check_rejects_some_head() -> None:
    """Each check can fail."""
    assert {rejection.check for rejection in BROKEN.values()} == {*CHECKS, "values_were_checked"}


@pytest.mark.parametrize(
    "broken",
    [
        batches.RowsShifted,
        batches.RowsReversed,
        batches.OutputsTransposed,
        batches.WrongBeyond4096Rows,
        values.QubitsReversed,
        values.OutcomeFlipped,
        values.SignFlipped,
        values.AnglesPermuted,
        values.OffsetsDropped,
        values.ControlsDropped,
        values.Half,
        values.WrongFromFourQubits,
        values.WrongFromEightQubits,
    ],
)
def test_wrong_answers_are_seen_through_shots_alone(broken: Any) -> None:
    """A head without an exact mode is rejected for the same fault by the same check."""

    class ShotsOnly(broken):
        capabilities: ClassVar = Capabilities(
            analytic=False, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=8
        )

    ShotsOnly.__qualname__ = f"{broken.__name__}ShotsOnly"  # pickle looks a class up by its name
    globals()[ShotsOnly.__qualname__] = ShotsOnly
    assert [result.name for result in failed(ShotsOnly)] == [BROKEN[broken].check]
