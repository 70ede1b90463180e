"""What a Dask worker does: it makes a run in the same process of its own as any other executor, and hands back the record.

Imported by workers, so without torch: a worker stays small, and is no part of what is measured. The client is executor.py.
"""

import contextlib
import dataclasses
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import DiskError
from harness.execution.child import make_in_child
from harness.records.environment import git_commit, versions
from harness.records.store import Store
from harness.spec import Run, RunSpec


class Answer(NamedTuple):
    """A record as JSON, and where no folder is shared the files that belong to it; None: there is none."""

    record: str
    weights: bytes | None = None
    log: bytes | None = None


@dataclasses.dataclass(frozen=True)
class Order:
    """What a worker is asked to make.

    Attributes:
        run_id: Of the run.
        label: Of the run.
        spec: Of the run, as JSON.
        attempt: 1 for the first try.
        n_threads: How many threads its libraries may use.
        options: More arguments of ``make_in_child``.
        root: The results folder, None if the worker does not share it.
        weights: Those that the run needs, where no folder is shared.
    """

    run_id: str
    label: str
    spec: str
    attempt: int
    n_threads: int
    options: dict[str, Any]
    root: str | None = None
    weights: bytes | None = None


def make(order: Order, key: str) -> Answer | None:
    """Make a run, in a thread of a worker; None if it was given up, because nobody wants it any longer or the worker goes.

    Args:
        order: What to make.
        key: Dask's name of this task.
    Raises:
        DiskError: the run could not write.
    """
    from distributed import get_worker

    worker = get_worker()
    spec = RunSpec.model_validate_json(order.spec)
    run = Run(order.run_id, order.label, spec)
    with _store(order, Path(worker.local_directory)) as store:
        try:
            record = make_in_child(
                run,
                attempt=order.attempt,
                store=store,
                n_threads=order.n_threads,
                stopping=_unwanted(worker, key),
                **order.options,
            )
        except DiskError as error:
            raise DiskError(f"worker {worker.address}: {error}") from error
        if record is None:
            return None
        if order.root is not None:
            return Answer(record.model_dump_json())
        weights, log = store.weights_of(run.run_id), store.log_of(run.run_id, order.attempt)
        own = spec.weights_from is None and weights.exists()
        return Answer(record.model_dump_json(), weights.read_bytes() if own else None, log.read_bytes())


@contextlib.contextmanager
def _store(order: Order, scratch: Path) -> Iterator[Store]:
    """Yield the results folder, or where it is not shared one that lasts as long as the run."""
    if order.root is not None:
        yield Store(Path(order.root))
        return
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder:
        store = Store(Path(folder))
        with store.opened():
            if order.weights is not None:
                needed = RunSpec.model_validate_json(order.spec).weights_from
                store.weights_of(str(needed)).write_bytes(order.weights)
            yield store


def _unwanted(worker: Any, key: str) -> Callable[[], bool]:
    """Return a function that tells whether the task was cancelled, as it is when its client is gone, or its worker ends."""
    from distributed.core import Status

    def unwanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state != "executing" or worker.status not in (Status.running, Status.paused)

    return unwanted


def facts() -> dict[str, str]:
    """Return what must be the same on client and workers, by name."""
    return {"python": platform.python_version(), **versions(), "commit": git_commit() or "none"}


def shares(root: str, token: str) -> bool:
    """Whether this process sees a file of the results folder, and may write there."""
    folder = Path(root)
    return (folder / token).exists() and os.access(folder / "checkpoints", os.W_OK)


def look(root: str, token: str) -> tuple[dict[str, str], bool]:
    """Return the ``facts`` of this worker, and whether it ``shares`` the results folder."""
    return facts(), shares(root, token)
