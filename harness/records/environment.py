"""The environment of a run: versions, processor, threads, load."""

import contextlib
import functools
import importlib.metadata
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from backends.machine import n_cores
from harness.records.record import Environment

_PACKAGES = (
    "quantum-head-bench", "torch", "torchvision", "numpy", "pydantic",
    "qiskit", "qiskit-aer", "qiskit-ibm-runtime", "pennylane", "pennylane-lightning",
)  # fmt: skip


def environment(torch_device: str) -> Environment:
    """Describe this process's machine and packages."""
    import torch  # not at the top: the workers of a cluster need only the versions, and stay small without torch

    return Environment(
        versions=versions(),
        python=platform.python_version(),
        platform=platform.platform(terse=True),
        cpu=_cpu(),
        n_cores=n_cores(),
        torch_threads=torch.get_num_threads(),
        load_average=round(os.getloadavg()[0], 2),
        torch_device=torch.cuda.get_device_name(torch_device) if torch_device.startswith("cuda") else torch_device,
        git_commit=git_commit(),
    )


def versions(*, also: Iterable[str] = ()) -> dict[str, str]:
    """Return the installed version of each package that a result depends on, and of the packages in ``also``."""
    found = {}
    for package in dict.fromkeys((*_PACKAGES, *sorted(also))):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def peak_rss_mib() -> float:
    """Return the largest memory that this process has held, MiB; on Linux without that of the process it was forked from."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024**2)


@functools.cache
def git_commit() -> str | None:
    """Return the commit of the checkout that the code runs from, "-dirty" added if files differ; None if it is installed."""
    here = Path(__file__).resolve().parents[2]
    try:
        if Path(_git("rev-parse", "--show-toplevel")).resolve() != here:
            return None  # the package is installed inside another repository
        changed = _git("status", "--porcelain", "--untracked-files=no")
        return _git("rev-parse", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> str:
    found = subprocess.run(  # noqa: S603  constants
        ["git", *arguments],  # noqa: S607  which git is the user's choice
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    return found.stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
