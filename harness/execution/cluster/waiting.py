"""Runs that wait: for somebody to make them, or for the run whose weights they need."""

import collections
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from harness.heads import wants_all_cores
from harness.spec import Run


@dataclasses.dataclass
class Job:
    """A run on its way to a record.

    Attributes:
        run: What to make.
        attempt: 1 for the first try.
        wide: It wants every core of whoever makes it.
        n_lost: How often it was lost with the worker that made it.
        notes: What happened on the way, a line each.
    """

    run: Run
    attempt: int
    wide: bool
    n_lost: int = 0
    notes: list[str] = dataclasses.field(default_factory=list)


class Waiting:
    """Hands out runs in the order of the plan, each after the one whose weights it needs."""

    def __init__(self, runs: Sequence[Run], last_attempts: Mapping[str, int], ok: set[str]) -> None:
        """Take runs in, given the number of each one's last attempt, if there is one, and the runs that are ok."""
        self._narrow: collections.deque[Job] = collections.deque()
        self._wide: collections.deque[Job] = collections.deque()
        self._in_vain: collections.deque[Job] = collections.deque()
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
                self._in_vain.append(job)

    def __bool__(self) -> bool:
        return any((self._narrow, self._wide, self._in_vain, self._dependents))

    def put_back(self, job: Job) -> None:
        """Take a run in that was lost: it is the next."""
        self._ready(job).appendleft(job)

    def _ready(self, job: Job) -> collections.deque[Job]:
        return self._wide if job.wide else self._narrow

    def take(self, *, whole: bool) -> Job | None:
        """Hand out a run that can be made, a wide one only to a ``whole`` worker; None if there is none."""
        for jobs in (self._wide, self._narrow) if whole else (self._narrow,):
            if jobs:
                return jobs.popleft()
        return None

    def settle(self, run_id: str, *, ok: bool) -> None:
        """Learn that a run has its record: those that need its weights can be made, or never will be."""
        for job in self._dependents.pop(run_id, ()):
            if ok:
                self._ready(job).append(job)
            else:
                self._in_vain.append(job)

    def in_vain(self) -> Iterator[Job]:
        """Hand out the runs whose weights will never be there."""
        while self._in_vain:
            yield self._in_vain.popleft()
