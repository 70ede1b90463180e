"""Which heads the conformance suite runs on, and with which options."""

import functools
import json
import os
from typing import Any

import pytest

from backends.conformance import CHECKS, Subject, Suite
from backends.errors import MissingPackageError
from backends.head import QuantumHead
from backends.registry import HEADS, head_class

_DRAWN_BY_AER = ("fake_ibm sampling=aer", "aer_noise sampling=aer")  # heads with an option, as for --head and --set


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test every chosen head, and each check its name."""
    if "head" in metafunc.fixturenames:
        metafunc.parametrize("head", metafunc.config.getoption("--head") or [*HEADS, *_DRAWN_BY_AER], scope="session")
    if "check" in metafunc.fixturenames:
        metafunc.parametrize("check", list(CHECKS))


@pytest.fixture(scope="session")
def suite(head: str, request: pytest.FixtureRequest) -> Suite:
    """Return the head's suite; each of its checks is run once, whichever test asks first."""
    named = bool(request.config.getoption("--head"))
    name, *settings = head.split()
    try:
        found = head_class(name)
    except MissingPackageError as error:
        # A head that is named, or that CI tests, must be installed.
        if named or os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    return _suite(found, tuple(request.config.getoption("--set") if named else settings))


@functools.cache
def _suite(found: type[QuantumHead], settings: tuple[str, ...]) -> Suite:
    return Suite(Subject(found, options=dict(map(_setting, settings))))


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise pytest.UsageError(f"--set {text}: expected KEY=VALUE")
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        return key, value
