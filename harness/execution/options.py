"""How runs are made, and which: what ``qhb run`` is told besides the plan. Imports no torch: often there is nothing to make."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from harness.records.record import RunRecord, Status
from harness.spec import Run

CHECKPOINT_S = 10.0  # ours: what a kill costs at most, for about 1 MB and 5 ms each

Retry = Literal["failed", "timeout", "all"]
_ENDED_FROM_OUTSIDE: frozenset[Status] = frozenset({"killed", "skipped"})
_RETRIED: dict[Retry | None, frozenset[Status]] = {
    None: _ENDED_FROM_OUTSIDE,
    "failed": _ENDED_FROM_OUTSIDE | {"failed", "diverged", "invalid_output"},
    "timeout": _ENDED_FROM_OUTSIDE | {"timeout"},
    "all": _ENDED_FROM_OUTSIDE | {"failed", "diverged", "invalid_output", "timeout"},
}


class Settings(NamedTuple):
    """How to make runs.

    Attributes:
        jobs: How many side by side.
        timeout_s: Deadline of each run, None for none.
        checkpoint_s: Seconds between a run's checkpoints.
        data_root: torchvision's folder.
        fail_fast: Stop at the first run that is not ok.
    """

    jobs: int
    timeout_s: float | None = None
    checkpoint_s: float = CHECKPOINT_S
    data_root: Path | None = None
    fail_fast: bool = False


def to_make(runs: Sequence[Run], records: Sequence[RunRecord], *, retry: Retry | None = None) -> list[Run]:
    """Return the runs that a command has to make, given what earlier ones recorded.

    These are the runs without a record and those that ended from outside (killed, skipped); ``retry`` adds those that
    failed by themselves or ran out of time. One that was skipped has to wait until the run that it needs is made.
    """
    status = {record.run_id: record.status for record in records}
    chosen: dict[str, Run] = {}
    for run in runs:
        found, needed = status.get(run.run_id), run.spec.weights_from
        if found is not None and found not in _RETRIED[retry]:
            continue
        if found == "skipped" and needed is not None and needed not in chosen and status.get(needed) != "ok":
            continue
        chosen[run.run_id] = run
    return list(chosen.values())
