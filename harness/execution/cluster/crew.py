"""Who is there to make runs: the workers of a Dask cluster that see what the client sees, and how many threads they have free."""

import contextlib
import dataclasses
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backends.file_io import PART
from harness.errors import ClusterError
from harness.execution.cluster.worker import facts, look
from harness.records.disk import write_atomically

if TYPE_CHECKING:
    from distributed import Client, Future

FETCH_S = 5.0  # an answer is small; one that is not here by then went with its worker
_MEET_S = 0.5

_T = TypeVar("_T")


@dataclasses.dataclass
class Worker:
    """A worker that can be used.

    Attributes:
        address: Where Dask finds it.
        n_threads: How many it has.
        n_free: How many of them make no run of ours.
        shares: Whether it sees the results folder and may write there.
    """

    address: str
    n_threads: int
    n_free: int
    shares: bool

    @property
    def is_whole(self) -> bool:
        """Whether it makes nothing of ours."""
        return self.n_free == self.n_threads


class Crew:
    """The workers of a cluster, as the last ``meet`` found them.

    A worker is used once it has looked around: it must have our versions, by name, and says whether it shares the folder.
    """

    def __init__(self, client: "Client", root: Path, *, token: str, say: Callable[[str], None]) -> None:
        """Use a client; ``token`` is the name of a file in the results folder ``root`` that a worker may see or not."""
        self._client = client
        self._where = (str(root), token)
        self._say = say
        self._ours = facts()
        self._workers: dict[str, Worker] = {}
        self._looks: dict[str, Future[Any]] = {}
        self._refused: dict[str, str] = {}
        self._present: set[str] | None = None
        self._next_meeting = 0.0

    def __contains__(self, address: str) -> bool:
        return self._present is None or address in self._present

    def meet(self) -> None:
        """Learn, at most every half second, who came and who went.

        Raises:
            ClusterError: the scheduler is gone, or of those present none can be used.
        """
        if time.monotonic() < self._next_meeting:
            return
        self._next_meeting = time.monotonic() + _MEET_S
        present: dict[str, int] = asked(self._client, self._client.nthreads)
        for known in (self._workers, self._looks, self._refused):
            for address in known.keys() - present.keys():
                del known[address]
        for address in present.keys() - self._workers.keys() - self._looks.keys() - self._refused.keys():
            self._looks[address] = submit_to(self._client, address, new_name("look"), look, *self._where)
        for address in [address for address, found in self._looks.items() if found.done()]:
            self._welcome(address, present[address], self._looks.pop(address))
        if present and len(self._refused) == len(present):
            raise ClusterError("no worker can be used:\n" + "\n".join(self._refused.values()))
        if not present and self._present != set():
            self._say("no worker is there; waiting for one")
        self._present = set(present)

    def free(self) -> Worker | None:
        """Return the worker to use next, a whole one if there is one; None if all are busy."""
        best = max(self._workers.values(), key=lambda found: (found.is_whole, found.n_free), default=None)
        return best if best and best.n_free else None

    def let_go(self, address: str) -> None:
        """Do not use a worker that is about to leave, unless it proves otherwise by looking around again."""
        self._workers.pop(address, None)

    def left_on_notice(self, address: str) -> bool:
        """Whether a worker that is gone had said so before, as one does whose time is up."""
        events = asked(self._client, self._client.get_events, address)
        return any(event.get("action") == "closing-worker" or event.get("expected") for _, event in events)

    def _welcome(self, address: str, n_threads: int, found: "Future[Any]") -> None:
        """Use a worker that looked around, or say why not."""
        try:
            theirs, shares = found.result(timeout=FETCH_S)
        except TimeoutError:
            return  # it will be asked again if it is still there
        except Exception as error:  # whatever its installation raises
            why = f"it cannot run {look.__module__}: {type(error).__name__}: {error}"
        else:
            names = sorted(self._ours.keys() | theirs)
            pairs = [(key, self._ours.get(key, "none"), theirs.get(key, "none")) for key in names]
            why = "; ".join(f"{key}: here {here}, there {there}" for key, here, there in pairs if here != there)
            if not why:
                self._workers[address] = Worker(address, n_threads, n_threads, shares)
                if not shares:
                    self._say(
                        f"worker {address} does not share {self._where[0]}: a run that is lost with it begins again"
                    )
                return
        self._refused[address] = f"worker {address} is not used: {why}; install the same versions on both sides"
        self._say(self._refused[address])


@contextlib.contextmanager
def token_in(root: Path) -> Iterator[str]:
    """Put a file into a folder while the block runs, and yield its name.

    The name is new each time: no cache of a network's file system can say that it is not there.
    """
    path = root / f".seen-{uuid.uuid4().hex}{PART}"
    write_atomically(path, b"")
    try:
        yield path.name
    finally:
        path.unlink(missing_ok=True)


def new_name(what: str) -> str:
    """Return a new name for a Dask task; those that begin alike are one group to its scheduler."""
    return f"qhb-{what}-{uuid.uuid4().hex}"


def submit_to(
    client: "Client", address: str, task: str, function: Callable[..., Any], *arguments: Any
) -> "Future[Any]":
    """Ask one worker, and nobody else, for something."""
    return client.submit(function, *arguments, key=task, workers=[address], allow_other_workers=False, pure=False)


def asked(client: "Client", question: Callable[..., _T], *arguments: Any) -> _T:
    """Ask the scheduler.

    Raises:
        ClusterError: it does not answer.
    """
    try:
        return question(*arguments)
    except (OSError, TimeoutError) as error:
        raise gone(client, str(error)) from error


def gone(client: "Client", why: str) -> ClusterError:
    """Return what to raise when the scheduler is gone."""
    address = client.scheduler.address if client.scheduler else "?"
    return ClusterError(f"the scheduler at {address} is gone ({why}); every run that ended is kept")
