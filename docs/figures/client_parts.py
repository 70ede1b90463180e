"""Where the processor time of a client goes, by run: threads and functions of one that hands out runs which do nothing."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pydantic

from docs.figures.simulated_runs import runs_of, seconds_of, sleeping
from docs.figures.simulated_workers import cluster_of
from harness.execution.cluster.running_jobs import RunningJobs
from harness.records.store import Store

_N_WORKERS = 4
_N_RUNS = 2000
_SUBMIT, _FETCH, _READ, _WRITE = (
    "hand it over to Dask",
    "fetch the answer from Dask",
    "read the record",
    "write the record",
)
_FUNCTIONS: dict[str, tuple[type, str]] = {
    _SUBMIT: (RunningJobs, "_submit"),
    _FETCH: (RunningJobs, "_fetch"),
    _READ: (RunningJobs, "_with_files"),
    _WRITE: (Store, "write"),
}
_LOOP, _REST = "Dask's own thread: messages to and from the scheduler", "the rest of the main thread"


class Part(pydantic.BaseModel):
    """Milliseconds of processor time that a client spends on a run."""

    what: str
    ms: float


def client_parts(record: str) -> list[Part]:
    """Measure 2,000 runs that do nothing, on four workers, with a scheduler in a process of its own.

    Args:
        record: The record of a real run as JSON; it is every run's answer.
    """
    with cluster_of(_N_WORKERS) as (client, _), contextlib.ExitStack() as opened:
        executor = sleeping(client, record, 0.0)
        seconds_of(runs_of(10), executor)  # imports
        spent = {what: opened.enter_context(_timed(*function)) for what, function in _FUNCTIONS.items()}
        runs = runs_of(_N_RUNS)
        main = time.thread_time()
        whole = seconds_of(runs, executor).cpu
        main = time.thread_time() - main
    seconds = {what: sum(found) for what, found in spent.items()}
    seconds[_LOOP] = whole - main - seconds[_FETCH]
    seconds[_REST] = main - seconds[_SUBMIT] - seconds[_READ] - seconds[_WRITE]
    return [Part(what=what, ms=1e3 * value / _N_RUNS) for what, value in seconds.items()]


@contextlib.contextmanager
def _timed(owner: type, name: str) -> Iterator[list[float]]:
    """Yield a list that gets the seconds of processor time of each call of a method."""
    method: Callable[..., Any] = getattr(owner, name)
    found: list[float] = []

    def timed(*arguments: Any) -> Any:
        started = time.thread_time()
        try:
            return method(*arguments)
        finally:
            found.append(time.thread_time() - started)

    setattr(owner, name, timed)
    try:
        yield found
    finally:
        setattr(owner, name, method)
