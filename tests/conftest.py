"""Options of the test run, and its cache folder. They live here because pytest reads options from the top alone."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

for _name, _examples in (("quick", 25), ("thorough", 500)):  # of tests that do not say; --hypothesis-profile=thorough
    settings.register_profile(_name, max_examples=_examples, deadline=None, derandomize=True, database=None)
settings.load_profile("quick")

# A shell starts what it runs in the background with Ctrl-C ignored, and children inherit that: qhb would ignore it as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep response tables apart from the user's: a test run begins with none and leaves none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QHB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


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
