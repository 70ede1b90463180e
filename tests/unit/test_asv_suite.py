"""The asv suite can be run: every benchmark with its first parameters, so that it does not rot between histories."""

import importlib
import inspect
import itertools
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def one_checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Import the suite from the checkout; it sets torch's threads, which is undone."""
    threads = torch.get_num_threads()
    monkeypatch.syspath_prepend(ROOT)
    yield
    torch.set_num_threads(threads)
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def suite() -> list[type[Any]]:
    """Return the classes of benchmarks."""
    package = importlib.import_module("benchmarks")
    modules = [importlib.import_module(f"benchmarks.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    classes = [member for module in modules for _, member in inspect.getmembers(module, inspect.isclass)]
    return [found for found in dict.fromkeys(classes) if benchmarks_of(found)]


def benchmarks_of(found: type[Any]) -> list[str]:
    """Return the names that asv would run."""
    return [name for name in dir(found) if name.partition("_")[0] in ("time", "peakmem", "track")]


def first_parameters(found: type[Any]) -> tuple[Any, ...]:
    """Return the first value of each parameter."""
    params = getattr(found, "params", ())
    nested = params if params and isinstance(params[0], (list, tuple)) else ([params] if params else [])
    return next(iter(itertools.product(*nested)))


def test_every_benchmark_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first of its parameters, set up as asv does it, none fails and none is skipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.import_module("benchmarks.results"), "SIZES", [10])
    before = os.environ["QHB_CACHE_DIR"]
    ran = []
    for found in suite():
        parameters = first_parameters(found)
        benchmark = found()
        if hasattr(benchmark, "setup_cache"):
            benchmark.setup_cache()
        if hasattr(benchmark, "setup"):
            benchmark.setup(*parameters)
        for name in benchmarks_of(found):
            getattr(benchmark, name)(*parameters)
            ran.append(name)
        if hasattr(benchmark, "teardown"):
            benchmark.teardown(*parameters)

    assert len(ran) >= 14
    assert os.environ["QHB_CACHE_DIR"] == before


def test_what_a_commit_lacks_is_a_skip() -> None:
    """An old commit without a head, a module or an argument is asv's NotImplementedError, not a failure."""
    helpers = importlib.import_module("benchmarks")

    for error in (ImportError("no tables yet"), AttributeError("no"), TypeError("unexpected keyword")):
        with pytest.raises(NotImplementedError, match=str(error)), helpers.or_skip():
            raise error
