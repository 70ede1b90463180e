"""The list of checks."""

from backends.conformance import CHECKS


def test_prerequisites_come_before_what_rests_on_them() -> None:
    """The list of checks can be run from top to bottom."""
    order = list(CHECKS)

    assert all(order.index(before) < order.index(name) for name in CHECKS for before in CHECKS[name].after)


def test_every_claim_is_a_sentence() -> None:
    """Each check says what it stands for."""
    assert all(check.claim.endswith(".") for check in CHECKS.values())
