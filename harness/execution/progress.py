"""Progress of a run that is being made: its process writes a small file, other processes read it. No result depends on it."""

import contextlib
import json
import os
import time
from pathlib import Path

import pydantic

from backends.file_io import read_regular_file, write_then_rename

_INTERVAL_S = 0.5
_SILENCE_S = 10.0
_MAX_BYTES = 2**16


class RunProgress(pydantic.BaseModel):
    """Progress of a run.

    Attributes:
        label: The run's label.
        seed: Its seed.
        done: Optimizer steps made.
        total: Optimizer steps in all.
        loss: Loss of the last step.
        pid: Process that makes it.
        age_s: Seconds since it reported.
    """

    model_config = pydantic.ConfigDict(frozen=True)

    label: str
    seed: int
    done: pydantic.NonNegativeInt
    total: pydantic.PositiveInt
    loss: float
    pid: int
    age_s: float

    @property
    def last_step_text(self) -> str:
        """How long ago the last step was reported; empty below 10 s. A step may be long, or a head may hang."""
        return f"last step {self.age_s:.0f} s ago" if self.age_s > _SILENCE_S else ""


class ProgressFile:
    """Writes the progress of a run; called after each step, writes at most twice a second."""

    def __init__(self, path: Path, *, label: str, seed: int) -> None:
        self._path = path
        self._about = {"label": label, "seed": seed, "pid": os.getpid()}
        self._next = 0.0

    def __call__(self, done: int, total: int, loss: float) -> None:
        """Report ``done`` of ``total`` steps and the last loss."""
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._next = now + _INTERVAL_S
        with contextlib.suppress(OSError):  # a full disk must stop the run at a file that counts, not at this one
            content = json.dumps(self._about | {"done": done, "total": total, "loss": loss})
            write_then_rename(self._path, content.encode(), durable=False)


def read_progress(path: Path) -> RunProgress | None:
    """Return what a run last reported, None if it has reported nothing yet."""
    try:
        age_s = max(0.0, time.time() - path.stat().st_mtime)
        return RunProgress(**json.loads(read_regular_file(path, limit=_MAX_BYTES)), age_s=age_s)
    except (OSError, ValueError, TypeError, RecursionError):  # a damaged one is worth no error: no result depends on it
        return None
