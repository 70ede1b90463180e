"""How far a run is that is under way: its process writes a small file, others read it. Nothing depends on it."""

import contextlib
import json
import os
import time
from pathlib import Path
from typing import NamedTuple

from backends.file_io import read_regular_file, write_then_rename

_INTERVAL_S = 0.5
_SILENCE_S = 10.0
_MAX_BYTES = 2**16


class Under(NamedTuple):
    """How far a run is that is under way, in which process, and how many seconds ago it said so."""

    label: str
    seed: int
    done: int
    total: int
    loss: float
    pid: int
    age_s: float

    @property
    def silence(self) -> str:
        """How long it has said nothing, where that is worth a word: a step may be long, and a head may hang."""
        return f"last step {self.age_s:.0f} s ago" if self.age_s > _SILENCE_S else ""


class ProgressFile:
    """Called after each step; says at most twice a second how far the run is."""

    def __init__(self, path: Path, *, label: str, seed: int) -> None:
        self._path = path
        self._about = {"label": label, "seed": seed, "pid": os.getpid()}
        self._next = 0.0

    def __call__(self, done: int, total: int, loss: float) -> None:  # noqa: D102  the class says it
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._next = now + _INTERVAL_S
        with contextlib.suppress(OSError):  # a full disk stops the run where something is lost by it, not here
            content = json.dumps(self._about | {"done": done, "total": total, "loss": loss})
            write_then_rename(self._path, content.encode(), durable=False)


def read_progress(path: Path) -> Under | None:
    """Return what a run last said, None if it said nothing yet."""
    try:
        age_s = max(0.0, time.time() - path.stat().st_mtime)
        return Under(**json.loads(read_regular_file(path, limit=_MAX_BYTES)), age_s=age_s)
    except (OSError, ValueError, TypeError):
        return None
