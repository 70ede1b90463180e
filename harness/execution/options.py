"""How ``qhb run`` makes runs, and which of them. Imports no torch: often there is nothing to make."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from harness.execution.order import RunOrder
from harness.records.record import RunRecord, Status
from harness.spec import Run

CHECKPOINT_S = 10.0  # ours: the most work that a kill loses; a checkpoint takes about 1 MB and 5 ms

Retry = Literal["failed", "timeout", "all"]
MADE_AGAIN: frozenset[Status] = frozenset({"killed", "skipped"})
"""Statuses of runs that every command makes again: they say nothing of the run itself."""
_FAILED: frozenset[Status] = frozenset({"failed", "diverged", "invalid_output"})
_RETRIED: dict[Retry | None, frozenset[Status]] = {
    None: MADE_AGAIN,
    "failed": MADE_AGAIN | _FAILED,
    "timeout": MADE_AGAIN | {"timeout"},
    "all": MADE_AGAIN | _FAILED | {"timeout"},
}


class ExecutionOptions(NamedTuple):
    """How to make runs.

    Attributes:
        jobs: How many single-core runs to make side by side on this machine.
        timeout_s: Deadline of each run in seconds; None: no deadline.
        checkpoint_s: Seconds between a run's checkpoints.
        data_root: torchvision's folder of data sets.
        fail_fast: Stop at the first run that is not ok.
    """

    jobs: int
    timeout_s: float | None = None
    checkpoint_s: float = CHECKPOINT_S
    data_root: Path | None = None
    fail_fast: bool = False

    def order(self, run: Run, *, attempt: int, n_threads: int | None, results: Path | None) -> RunOrder:
        """Return the order for one run; see ``RunOrder`` for the arguments."""
        return RunOrder(
            run_id=run.run_id,
            label=run.label,
            spec=run.spec,
            attempt=attempt,
            n_threads=n_threads,
            timeout_s=self.timeout_s,
            checkpoint_s=self.checkpoint_s,
            data_root=self.data_root.resolve() if self.data_root else None,
            results=results,
        )


def runs_to_make(runs: Sequence[Run], records: Sequence[RunRecord], *, retry: Retry | None = None) -> list[Run]:
    """Return the runs that a command has to make, given what earlier commands recorded.

    These are the runs without a record and those that were killed or skipped. ``retry`` adds runs that failed by
    themselves or ran out of time. A skipped run is made only if the run whose weights it needs is ok or made as well.
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
