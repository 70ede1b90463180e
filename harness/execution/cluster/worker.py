"""What a Dask worker does: it makes a run in a child process, as the local executor does, and returns the record.

Imported by workers, so without torch: a worker stays small, and takes no part in what is measured. dask_executor.py is the client.
"""

import contextlib
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from backends.file_io import read_tail
from harness.errors import DiskError
from harness.execution.child import make_in_child
from harness.execution.order import RunOrder
from harness.records.disk import MAX_FILE_BYTES, read_file
from harness.records.environment import git_commit, versions
from harness.records.store import Store

_MAX_LOG_BYTES = 2**26  # the end of a longer log is kept


class WorkerAnswer(NamedTuple):
    """What a worker returns for a run.

    Attributes:
        record: The record as JSON.
        weights: The file of the trained weights, where the results folder is not shared and there is one.
        log: The run's log, where the results folder is not shared.
    """

    record: str
    weights: bytes | None = None
    log: bytes | None = None


class WorkerFacts(NamedTuple):
    """What a client must know of a worker before it uses it.

    Attributes:
        versions: What must be the same on client and workers, by name.
        shares_results: Whether it sees the client's results folder and may write there.
    """

    versions: dict[str, str]
    shares_results: bool


def make(order_json: str, weights: bytes | None, task: str) -> WorkerAnswer | None:
    """Make a run, in a thread of a worker.

    Args:
        order_json: A ``RunOrder``; without a results folder if this worker does not share it.
        weights: The file of the weights that the run needs from another, where the results folder is not shared.
        task: Dask's name of this task.

    Returns:
        The answer; None if the run was given up, because its task was cancelled or the worker is about to leave.

    Raises:
        DiskError: the run could not write.
    """
    from distributed import get_worker

    worker = get_worker()
    order = RunOrder.model_validate_json(order_json)
    is_shared = order.results is not None
    with contextlib.nullcontext(order) if is_shared else _in_own_folder(order, weights, worker) as order:
        try:
            record = make_in_child(order, should_stop=_is_unwanted(worker, task))
        except DiskError as error:
            raise DiskError(f"worker {worker.address}: {error}") from error
        if record is None:
            return None
        if is_shared:
            return WorkerAnswer(record.model_dump_json())
        trained, log = order.store.weights_of(order.run_id), order.store.log_of(order.run_id, order.attempt)
        own = order.spec.weights_from is None and trained.exists()
        return WorkerAnswer(
            record.model_dump_json(),
            weights=read_file(trained, limit=MAX_FILE_BYTES) if own else None,
            log=read_tail(log, limit=_MAX_LOG_BYTES),
        )


@contextlib.contextmanager
def _in_own_folder(order: RunOrder, weights: bytes | None, worker: Any) -> Iterator[RunOrder]:
    """Yield the order with a results folder that lasts as long as the run."""
    with tempfile.TemporaryDirectory(dir=worker.local_directory, ignore_cleanup_errors=True) as folder:
        store = Store(Path(folder))
        with store.opened():
            if weights is not None:
                store.weights_of(str(order.spec.weights_from)).write_bytes(weights)
            yield order.model_copy(update={"results": store.root})


def _is_unwanted(worker: Any, task_name: str) -> Callable[[], bool]:
    """Return a function that says whether a task was cancelled, as it is when its client is gone, or its worker is leaving."""
    from distributed.core import Status

    def is_unwanted() -> bool:
        task = worker.state.tasks.get(task_name)
        return task is None or task.state != "executing" or worker.status not in (Status.running, Status.paused)

    return is_unwanted


def required_versions() -> dict[str, str]:
    """Return what must be the same on client and workers, by name."""
    return {"python": platform.python_version(), **versions(), "commit": git_commit() or "none"}


def inspect_worker(results: str, token: str) -> WorkerFacts:
    """Return the facts of this worker; ``token`` is the name of a file that the client put into its results folder."""
    folder = Path(results)
    shares_results = (folder / token).exists() and os.access(folder / "checkpoints", os.W_OK)
    return WorkerFacts(required_versions(), shares_results)
