"""How much of a machine's load the report's own runs made.

A load average over one minute is the number of running threads, averaged with weights that decay by 1/e in 60 s (Linux,
kernel/sched/loadavg.c). So a run of n threads from second a to second b adds n * (exp(-(t - b) / 60) - exp(-(t - a) / 60))
to the load at a later second t.
"""

import dataclasses
import datetime
import math
from collections.abc import Sequence

from backends.registry import HEADS
from harness.records.record import RunRecord

_DECAY_S = 60.0
_START_S = 3.0  # ours: how long a run's process keeps a core busy with imports before the run begins
OTHER_WORK = 0.5  # ours: less is what starting processes and rounded times explain


@dataclasses.dataclass(frozen=True)
class Load:
    """The load of the machine when a run began, in threads.

    Attributes:
        total: As recorded.
        own: The part that runs of the report made, those that no longer count included.
    """

    total: float
    own: float

    @property
    def other(self) -> float:
        """The part that other work made."""
        return self.total - self.own


def loads(runs: Sequence[RunRecord]) -> dict[tuple[str, int], Load]:
    """Return the load at the beginning of each run, by run id and attempt; runs that did not record it are left out.

    Args:
        runs: All attempts that the report knows. Those with the same processor, cores and platform are taken to share a
            machine; those that left no result count for every machine.
    """
    found: dict[tuple[str, int], Load] = {}
    for machine in dict.fromkeys(filter(None, map(_machine, runs))):
        found |= _on_one_machine([run for run in runs if _machine(run) in (machine, None)])
    return found


def _on_one_machine(runs: Sequence[RunRecord]) -> dict[tuple[str, int], Load]:
    changes = []
    for run in runs:
        if (began := _second(run.started_at)) is not None:
            threads = _threads(run)
            changes += [(began - _START_S, 1), (began, threads - 1), (began + _seconds_of_process(run, runs), -threads)]
    changes.sort()
    timed = [(began, run) for run in runs if (began := _second(run.started_at)) is not None]
    found: dict[tuple[str, int], Load] = {}
    position, running, load, now = 0, 0, 0.0, -math.inf
    for began, run in sorted(timed, key=lambda pair: pair[0]):
        while position < len(changes) and changes[position][0] <= began:
            then, change = changes[position]
            load, now = _decayed(load, running, then - now), then
            running, position = running + change, position + 1
        if run.environment is not None:
            total = run.environment.load_average
            found[run.run_id, run.attempt] = Load(total, min(_decayed(load, running, began - now), total))
    return found


def _seconds_of_process(run: RunRecord, runs: Sequence[RunRecord]) -> float:
    """Return how long the process of an attempt lasted.

    The seconds of a resumed run are a sum over its processes, so those of its earlier attempts are taken off. A process
    that was stopped without a record, by Ctrl-C, cannot be: the own part is then too large.
    """
    if run.resumed_at is None:
        return run.seconds
    before = sum(other.seconds for other in runs if other.run_id == run.run_id and other.attempt < run.attempt)
    return max(0.0, run.seconds - before)


def _decayed(load: float, running: int, seconds: float) -> float:
    """Return the load average after some seconds with a constant number of running threads."""
    return running + (load - running) * math.exp(-seconds / _DECAY_S)


def _machine(run: RunRecord) -> tuple[str, int, str] | None:
    where = run.environment
    return (where.cpu, where.n_cores, where.platform) if where else None


def _threads(run: RunRecord) -> int:
    """Return how many threads a run keeps busy: all cores where its backend uses them, else those of torch."""
    if run.environment is None:
        return 1
    spec = run.spec
    multicore = spec.execution == "native" and spec.head in HEADS and HEADS[spec.head].multicore
    return run.environment.n_cores if multicore else run.environment.torch_threads


def _second(time: str) -> float | None:
    try:
        return datetime.datetime.fromisoformat(time).timestamp()
    except ValueError:
        return None
