"""The one suite, on every head or on those of --head. What is checked is in backends/conformance."""

import pytest

from backends.conformance import Suite


def test_check(suite: Suite, check: str) -> None:
    """The head passes the check, or the check does not apply to it, for a reason that is given."""
    result = suite.result(check)

    if result.status == "skipped":
        pytest.skip(result.detail)
    assert result.status == "passed", f"{result}\nclaim: {result.claim}"


def test_values_were_checked(suite: Suite) -> None:
    """A head of which every check against the oracle was skipped is not conformant."""
    assert not suite.no_value_checked()
