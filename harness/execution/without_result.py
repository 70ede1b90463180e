"""Records of runs whose process left none: killed, out of time, never started, skipped."""

import time
from pathlib import Path
from typing import NamedTuple

from backends.file_io import read_tail
from harness.records.record import Failure, RunRecord, Status, now
from harness.spec import Run

_LOG_TAIL = 40  # lines
_LOG_TAIL_BYTES = 2**18


class StartTime(NamedTuple):
    """When a run's process was started.

    Attributes:
        utc: For people, as records give times.
        monotonic_s: By the monotonic clock, seconds.
    """

    utc: str
    monotonic_s: float


def record_without_result(
    run: Run,
    attempt: int,
    status: Status,
    kind: str,
    message: str,
    *,
    log: Path | None = None,
    started: StartTime | None = None,
) -> RunRecord:
    """Return the record of a run whose process left none.

    Args:
        run: The run.
        attempt: 1 for the first try.
        status: How it ended.
        kind: Of the failure: an exception's class or a signal's name.
        message: What happened.
        log: The run's log, whose last lines the record keeps.
        started: When its process was started; None: no process is known, so the record says 0 s.
    """
    return RunRecord(
        run_id=run.run_id,
        label=run.label,
        spec=run.spec,
        attempt=attempt,
        status=status,
        started_at=started.utc if started else now(),
        seconds=time.monotonic() - started.monotonic_s if started else 0.0,
        scope=run.spec.scope,
        failure=Failure(kind=kind, message=message, traceback="", log_tail=log_tail(log) if log else []),
    )


def no_process_record(run: Run, attempt: int, error: BaseException) -> RunRecord:
    """Return the record of a run for which no process could be started."""
    kind = type(error).__name__
    return record_without_result(run, attempt, "failed", kind, f"{kind}: {error}")


def skipped_record(run: Run, attempt: int) -> RunRecord:
    """Return the record of a run that needs the weights of another run, which is not ok."""
    reason = f"it needs the weights of run {str(run.spec.weights_from)[:12]}, which is not ok"
    return record_without_result(run, attempt, "skipped", "Skipped", reason)


def log_tail(log: Path) -> list[str]:
    """Return the last lines of a run's log, none if it cannot be read."""
    try:
        lines = read_tail(log, limit=_LOG_TAIL_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    # Where a process crashes, Python adds a line of hundreds of names.
    return [line for line in lines if not line.startswith("Extension modules: ")][-_LOG_TAIL:]
