"""How many checkpoints a disk takes when many runs share it: threads write the bytes of a real one, as runs do."""

import concurrent.futures
import itertools
import tempfile
import time
from pathlib import Path

import pydantic

from docs.figures.simulated_runs import runs_of
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions
from harness.records.disk import write_atomically
from harness.records.store import Store

N_RUNS = 1000


class Writers(pydantic.BaseModel):
    """A measurement: so many write at a time, and so many checkpoints a second are on the disk."""

    n_writers: int
    per_s: float


def checkpoint() -> bytes:
    """Return a checkpoint of the paper's model with the linear head."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        found: list[bytes] = []

        def look(_runs: object) -> None:
            if not found:
                found.extend(path.read_bytes() for path in store.root.glob("checkpoints/*/*.safetensors"))

        with store.opened():
            callbacks = ExecutionCallbacks(lambda record: None, look, lambda: bool(found))
            options = ExecutionOptions(jobs=1, checkpoint_s=0.0)
            execute(runs_of(1, epochs=500), store, options, callbacks, executor=LocalExecutor())
    return found[0]


def writers(content: bytes, seconds: float, parent: Path | None) -> list[Writers]:
    """Write the checkpoints of 1,000 runs into a folder of their own below ``parent``, by 1 to 64 threads.

    Args:
        content: Of a checkpoint.
        seconds: How long, for each number of threads.
        parent: A folder on the disk in question; None: the folder of temporary files.
    """
    with tempfile.TemporaryDirectory(dir=parent) as place:
        folders = [Path(place) / str(n) for n in range(N_RUNS)]
        for folder in folders:
            folder.mkdir()
        return [Writers(n_writers=n, per_s=_per_second(content, folders, n, seconds)) for n in (1, 4, 16, 64)]


def _per_second(content: bytes, folders: list[Path], n_writers: int, seconds: float) -> float:
    turns, started = itertools.count(), time.monotonic()

    def write() -> int:
        n_written = 0
        while time.monotonic() < started + seconds:
            turn = next(turns)
            # A run keeps two checkpoints.
            write_atomically(folders[turn % N_RUNS] / f"{turn // N_RUNS % 2}.safetensors", content)
            n_written += 1
        return n_written

    with concurrent.futures.ThreadPoolExecutor(n_writers) as pool:
        n_written = sum(future.result() for future in [pool.submit(write) for _ in range(n_writers)])
    return n_written / (time.monotonic() - started)
