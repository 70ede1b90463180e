"""Canaries of torch and torchvision. They are not in backends/canaries because our ways around are in the harness."""

import importlib
import os

import torch

from backends.canaries import Canary, Observation
from backends.machine import n_cores
from harness.data import torchvision_import
from harness.execution.child import ONE_THREAD
from harness.training.perform import TORCH_THREADS


def _torchvision() -> Observation:
    """Import torchvision directly, then our way."""
    try:
        importlib.import_module("torchvision.datasets")
        found, seen = False, "torchvision imports"
    except (RuntimeError, OSError, ImportError) as error:
        found, seen = True, f"import torchvision: {type(error).__name__}: {str(error).splitlines()[0]}"
    return Observation(found, seen, covered=bool(torchvision_import.datasets().MNIST))


def _threads() -> Observation:
    """Count the threads that each of several runs side by side would use."""
    cores = n_cores()
    n_threads = torch.get_num_threads()
    set_outside = [name for name in ONE_THREAD if name in os.environ]
    torch.set_num_threads(TORCH_THREADS)
    return Observation(
        n_threads > 1,
        f"torch takes {n_threads} threads in each process, {cores} cores: {cores} runs side by side would take "
        f"{cores * n_threads}" + (f" ({', '.join(set_outside)} set)" if set_outside else ""),
        covered=torch.get_num_threads() == 1 and set(ONE_THREAD.values()) == {"1"},
    )


CANARIES = [
    Canary(
        "torchvision beside this torch",
        ("torchvision", "torch"),
        "A torchvision that was built for CUDA cannot be imported beside a CPU torch.",
        "the schemas of the two missing operators are declared, and only where they are missing",
        "harness/data/torchvision_import.py",
        _torchvision,
    ),
    Canary(
        "threads",
        ("torch",),
        "Each process takes all cores for itself, so that runs side by side slow each other down.",
        "a run computes with one torch thread, and so do OpenMP, OpenBLAS and MKL unless its backend has the machine alone",
        "harness/execution/child.py",
        _threads,
    ),
]
