"""The workers of a Dask cluster that can be used, and how many threads each has free."""

import contextlib
import dataclasses
import heapq
import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backends.file_io import PART
from harness.errors import ClusterError
from harness.execution.cluster.worker import WorkerFacts, inspect_worker, required_versions
from harness.records.disk import write_atomically

if TYPE_CHECKING:
    from distributed import Client, Future

FETCH_S = 5.0  # an answer is small; one that has not arrived by then was lost with its worker
_UPDATE_S = 0.5

_T = TypeVar("_T")


@dataclasses.dataclass
class Worker:
    """A worker that can be used.

    Attributes:
        address: Its address, by which Dask knows it.
        n_threads: How many threads it has.
        n_free: How many of them make no run of ours.
        shares_results: Whether it sees the results folder and may write there.
        is_leaving: It gave up a run because it is about to leave; it gets no run until it answers again.
    """

    address: str
    n_threads: int
    n_free: int
    shares_results: bool
    is_leaving: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether it makes no run of ours."""
        return self.n_free == self.n_threads


class ClusterWorkers:
    """The workers of a cluster, as the last ``update`` found them.

    A worker is used after an inspection: its versions must equal the client's, and it says whether it shares the folder.
    """

    def __init__(self, client: "Client", results: Path, *, token: str, say: Callable[[str], None]) -> None:
        """Use a client.

        Args:
            client: A connected one.
            results: The results folder.
            token: Name of a file there, which a worker that shares the folder sees.
            say: Tells the user of workers that cannot be used or are missing.
        """
        self._client = client
        self._results, self._token = str(results), token
        self._say = say
        self._ours = required_versions()
        self._workers: dict[str, Worker] = {}
        # Workers with free threads, the best first. An entry counts as long as it says how many threads its worker has free.
        self._free: list[tuple[bool, int, int, Worker]] = []
        self._order = itertools.count()
        self._inspections: dict[str, Future[Any]] = {}
        self._refused: dict[str, str] = {}
        self._present: set[str] | None = None
        self._next_update = 0.0

    def __contains__(self, address: str) -> bool:
        return self._present is None or address in self._present

    def update(self) -> bool:
        """Ask the scheduler, at most every half second, which workers there are, and inspect new ones.

        Returns:
            Whether it was asked.

        Raises:
            ClusterError: the scheduler is gone, or none of its workers can be used.
        """
        if time.monotonic() < self._next_update:
            return False
        self._next_update = time.monotonic() + _UPDATE_S
        present: dict[str, int] = ask_scheduler(self._client, self._client.nthreads)
        for known in (self._workers, self._inspections, self._refused):
            for address in known.keys() - present.keys():
                del known[address]
        usable = {address for address, worker in self._workers.items() if not worker.is_leaving}
        for address in present.keys() - usable - self._inspections.keys() - self._refused.keys():
            task = new_task_name("inspect")
            self._inspections[address] = submit_to(
                self._client, address, task, inspect_worker, self._results, self._token
            )
        for address in [address for address, found in self._inspections.items() if found.done()]:
            self._accept_or_refuse(address, present[address], self._inspections.pop(address))
        if present and len(self._refused) == len(present):
            raise ClusterError("no worker can be used:\n" + "\n".join(self._refused.values()))
        if not present and self._present != set():
            self._say("there is no worker; waiting for one")
        self._present = set(present)
        return True

    def next_free(self) -> Worker | None:
        """Return the worker to use next, an idle one if there is one; None if no thread is free."""
        while self._free:
            _, minus_free, _, worker = self._free[0]
            known = self._workers.get(worker.address) is worker
            if known and worker.n_free == -minus_free and not worker.is_leaving:
                return worker
            heapq.heappop(self._free)
        return None

    def change_free(self, worker: Worker, n_threads: int) -> None:
        """Take note that so many more threads of a worker are free; fewer if it is negative."""
        worker.n_free += n_threads
        if worker.n_free:
            heapq.heappush(self._free, (not worker.is_idle, -worker.n_free, next(self._order), worker))

    def left_on_notice(self, address: str) -> bool:
        """Whether a worker that is gone had announced it, as one does whose time is up."""
        events = ask_scheduler(self._client, self._client.get_events, address)
        return any(event.get("action") == "closing-worker" or event.get("expected") for _, event in events)

    def _accept_or_refuse(self, address: str, n_threads: int, inspection: "Future[Any]") -> None:
        """Accept an inspected worker, or refuse it and tell the user why."""
        try:
            facts: WorkerFacts = inspection.result(timeout=FETCH_S)
        except TimeoutError:
            return  # it is asked again if it is still there
        except Exception as error:  # whatever its installation raises
            why = f"it cannot run {inspect_worker.__module__}: {type(error).__name__}: {error}"
        else:
            why = self._other_versions(facts.versions)
            if not why:
                self._accept(address, n_threads, shares_results=facts.shares_results)
                return
        self._workers.pop(address, None)
        self._refused[address] = f"worker {address} is not used: {why}; install the same versions on both sides"
        self._say(self._refused[address])

    def _other_versions(self, theirs: dict[str, str]) -> str:
        """Say what is not the same here and there, nothing if all is."""
        pairs = [(name, self._ours.get(name, "none"), theirs.get(name, "none")) for name in sorted(self._ours | theirs)]
        return "; ".join(f"{name}: here {here}, there {there}" for name, here, there in pairs if here != there)

    def _accept(self, address: str, n_threads: int, *, shares_results: bool) -> None:
        if known := self._workers.get(address):  # it was leaving, and may still make other runs on its other threads
            known.is_leaving, known.shares_results = False, shares_results
            self.change_free(known, 0)
            return
        self._workers[address] = Worker(address, n_threads, 0, shares_results)
        self.change_free(self._workers[address], n_threads)
        if not shares_results:
            self._say(
                f"worker {address} does not share the results folder {self._results}: if it is lost, its runs begin again"
            )


@contextlib.contextmanager
def token_in(results: Path) -> Iterator[str]:
    """Put a file into a results folder while the block runs, and yield its name.

    The name is new each time: no cache of a network's file system can say that it is not there.
    """
    path = results / f".seen-{uuid.uuid4().hex}{PART}"
    write_atomically(path, b"")
    try:
        yield path.name
    finally:
        path.unlink(missing_ok=True)


def new_task_name(kind: str) -> str:
    """Return a new name for a Dask task; to Dask's scheduler those of one kind are one group."""
    return f"qhb-{kind}-{uuid.uuid4().hex}"


def submit_to(
    client: "Client", address: str, task: str, function: Callable[..., Any], *arguments: Any
) -> "Future[Any]":
    """Have one worker, and no other, call a function."""
    return client.submit(function, *arguments, key=task, workers=[address], allow_other_workers=False, pure=False)


def ask_scheduler(client: "Client", question: Callable[..., _T], *arguments: Any) -> _T:
    """Call a method of the client that asks the scheduler.

    Raises:
        ClusterError: the scheduler does not answer.
    """
    try:
        return question(*arguments)
    except (OSError, TimeoutError) as error:
        raise scheduler_gone(client, str(error)) from error


def scheduler_gone(client: "Client", why: str) -> ClusterError:
    """Return the error to raise when the scheduler is gone."""
    address = client.scheduler.address if client.scheduler else "?"
    return ClusterError(f"the scheduler at {address} is gone ({why}); every run that ended is kept")
