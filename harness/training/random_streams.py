"""The random streams of the process: torch's (dropout), and Python's and NumPy's, which an outside head may use."""

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch


def seed_all(seed: int) -> None:
    """Seed every stream."""
    torch.manual_seed(seed)  # of all devices
    random.seed(seed)
    np.random.seed(seed % 2**32)


def torch_states(torch_device: torch.device) -> dict[str, torch.Tensor]:
    """Return the states of torch's streams."""
    states = {"cpu": torch.get_rng_state()}
    if torch_device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(torch_device)
    return states


def states() -> dict[str, Any]:
    """Return the states of Python's and NumPy's streams, as JSON values."""
    numpy: dict[str, Any] = np.random.get_state(legacy=False)
    words = {"key": numpy["state"]["key"].tolist(), "pos": numpy["state"]["pos"]}
    return {"python": random.getstate(), "numpy": numpy | {"state": words}}


def restore(torch_device: torch.device, torch_states: dict[str, torch.Tensor], others: dict[str, Any]) -> None:
    """Restore the states that ``torch_states`` and ``states`` returned."""
    torch.set_rng_state(torch_states["cpu"])
    if torch_device.type == "cuda":
        torch.cuda.set_rng_state(torch_states["cuda"], torch_device)
    version, words, gauss = others["python"]
    random.setstate((version, tuple(words), gauss))
    np.random.set_state(others["numpy"])


@contextlib.contextmanager
def kept(torch_device: torch.device) -> Iterator[None]:
    """Leave every stream as it is, whatever the block draws."""
    before = torch_states(torch_device), states()
    try:
        yield
    finally:
        restore(torch_device, *before)
