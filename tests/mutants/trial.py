"""One trial: a module's unit tests in a process of their own, on a copy of the repository that holds one mutant."""

import contextlib
import enum
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

# Imported once, before the processes are forked: they are most of a short test's time.
_PRELOADED = ["torch", "pytest", "numpy", "qiskit", "pennylane", "hypothesis", "pydantic", "safetensors.torch"]
OUTPUT = "output.txt"  # of the last trial, in its copy

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(_PRELOADED)


class Outcome(enum.Enum):
    """How a trial ended. A mutant that its tests do not notice has PASSED."""

    PASSED = "passed"
    FAILED = "failed"
    TOO_LONG = "took too long"


def copy_of(root: Path, target: Path) -> Path:
    """Copy what git tracks or would track, so that mutants never come near the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target / name)
    return target


def try_source(tree: Path, path: str, source: str, tests: list[str], *, limit_s: float) -> tuple[Outcome, float]:
    """Run tests on a copy whose module has this source, and put the module back; return how it ended, and seconds."""
    module = tree / path
    original = module.read_text()
    module.write_text(source)
    started = time.monotonic()
    process = _PROCESSES.Process(target=_run, args=(str(tree), tests))
    try:
        process.start()
        process.join(limit_s)
        in_time = process.exitcode is not None
        assert process.pid is not None  # it was started
        _end(process.pid)
        process.join()
    finally:
        module.write_text(original)
    outcome = (Outcome.PASSED if process.exitcode == 0 else Outcome.FAILED) if in_time else Outcome.TOO_LONG
    return outcome, time.monotonic() - started


def _run(tree: str, tests: list[str]) -> None:
    os.setsid()
    os.chdir(tree)
    sys.path.insert(0, tree)
    sys.dont_write_bytecode = True  # two mutants of one second and size would share it
    os.environ |= {"PYTHONPATH": tree, "PYTHONDONTWRITEBYTECODE": "1"}
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    import pytest

    preloaded = "-Wignore:Module already imported:pytest.PytestAssertRewriteWarning"
    sys.exit(pytest.main(["-x", "-q", "--tb=short", "-p", "no:cacheprovider", preloaded, *tests]))


def _end(pid: int) -> None:
    """Kill a process and those that it started: it leads a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
