"""How far a run is that is under way: its process writes a small file, others read it. Nothing depends on it."""

import contextlib
import json
import os
import time
from pathlib import Path
from typing import NamedTuple

_INTERVAL_S = 0.5


class Under(NamedTuple):
    """How far a run is that is under way, and in which process."""

    label: str
    seed: int
    done: int
    total: int
    loss: float
    pid: int


class ProgressFile:
    """Called after each step; says at most twice a second how far the run is."""

    def __init__(self, path: Path, *, label: str, seed: int) -> None:
        self._path = path
        self._part = path.with_suffix(".part")
        self._about = {"label": label, "seed": seed, "pid": os.getpid()}
        self._next = 0.0

    def __call__(self, done: int, total: int, loss: float) -> None:  # noqa: D102  the class says it
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._next = now + _INTERVAL_S
        with contextlib.suppress(OSError):  # a full disk stops the run where something is lost by it, not here
            self._part.write_text(json.dumps(self._about | {"done": done, "total": total, "loss": loss}))
            self._part.replace(self._path)


def read_progress(path: Path) -> Under | None:
    """Return what a run last said, None if it said nothing yet."""
    try:
        return Under(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
