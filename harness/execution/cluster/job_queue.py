"""The queue of runs that no worker makes yet, some of which wait for the run whose weights they need."""

import collections
import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence

from harness.heads import wants_all_cores
from harness.spec import Run


@dataclasses.dataclass
class Job:
    """A run on its way to a record.

    Attributes:
        run: What to make.
        attempt: 1 for the first try.
        all_cores: It uses every core of the worker that makes it.
        n_lost: How often it was lost with the worker that made it.
        notes: What happened on the way, a line each.
    """

    run: Run
    attempt: int
    all_cores: bool
    n_lost: int = 0
    notes: list[str] = dataclasses.field(default_factory=list)


class JobQueue:
    """Hands out jobs in the order of the plan, each after the one whose weights it needs. False if it is empty."""

    def __init__(self, runs: Sequence[Run], last_attempts: Mapping[str, int], ok: Collection[str]) -> None:
        """Queue runs.

        Args:
            runs: What to make.
            last_attempts: Number of each run's last attempt, if there is one.
            ok: Ids of runs that are ok already.
        """
        self._one_core: collections.deque[Job] = collections.deque()
        self._all_cores: collections.deque[Job] = collections.deque()
        self._without_weights: collections.deque[Job] = collections.deque()
        self._dependents: dict[str, list[Job]] = {}
        planned = {run.run_id for run in runs}
        for run in runs:
            job = Job(run, last_attempts.get(run.run_id, 0) + 1, wants_all_cores(run.spec))
            needed = run.spec.weights_from
            if needed is not None and needed in planned:
                self._dependents.setdefault(needed, []).append(job)
            elif needed is None or needed in ok:
                self._ready(job).append(job)
            else:
                self._without_weights.append(job)

    def __bool__(self) -> bool:
        return any((self._one_core, self._all_cores, self._without_weights, self._dependents))

    def take(self, *, idle_worker: bool) -> Job | None:
        """Return the next job, None if there is none; one that uses all cores only for an ``idle_worker``."""
        for jobs in (self._all_cores, self._one_core) if idle_worker else (self._one_core,):
            if jobs:
                return jobs.popleft()
        return None

    def take_without_weights(self) -> Iterator[Job]:
        """Take out the jobs whose weights will never be there."""
        while self._without_weights:
            yield self._without_weights.popleft()

    def put_back(self, job: Job) -> None:
        """Queue a job again whose worker was lost; it is the next."""
        self._ready(job).appendleft(job)

    def run_ended(self, run_id: str, *, ok: bool) -> None:
        """Take note that a run ended: jobs that need its weights can be made now, or never."""
        for job in self._dependents.pop(run_id, ()):
            (self._ready(job) if ok else self._without_weights).append(job)

    def _ready(self, job: Job) -> collections.deque[Job]:
        return self._all_cores if job.all_cores else self._one_core
