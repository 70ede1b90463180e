"""Options of the test run. They live here, and not in conformance/, because pytest reads options from the top alone."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the head that tests/conformance checks."""
    group = parser.getgroup("quantum heads")
    group.addoption(
        "--head",
        action="append",
        default=[],
        metavar="NAME",
        help="head that tests/conformance checks: a name of backends.registry or pkg.mod:Class; repeatable; default all",
    )
    group.addoption(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="option of the heads that --head names, the value as JSON or a plain word; repeatable",
    )
