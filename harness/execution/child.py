"""One run in a process of its own: what crashes, hangs or lies there becomes a record, and nothing of it stays behind.

The one seam between the harness and whatever schedules runs: a thread here, a worker of a cluster elsewhere. What happens
inside that process is in in_child.py.
"""

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import DiskError
from harness.execution.options import CHECKPOINT_S
from harness.records.record import Failure, RunRecord, Status, now
from harness.records.store import Store
from harness.spec import Run

_POLL_S = 0.2
_GRACE_S = 5.0  # between asking a process to end and ending it
_LOG_TAIL = 40
_BOOTSTRAP = "import json, sys; a = json.load(sys.stdin); sys.path[:] = a.pop('path'); import harness.execution.in_child as c; c.main(a)"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Began(NamedTuple):
    """When a process was started: for people, and by the monotonic clock."""

    at: str
    clock: float


def make_in_child(
    run: Run,
    *,
    attempt: int,
    store: Store,
    n_threads: int | None,
    timeout_s: float | None = None,
    checkpoint_s: float = CHECKPOINT_S,
    data_root: Path | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> RunRecord | None:
    """Make a run in a new process and return its record, however that process ended.

    The process leads a session of its own. When this returns or raises, or the calling process dies in whatever way, the
    whole session is gone. The record is not stored.

    Args:
        run: What to do.
        attempt: 1 for the first try.
        store: Where weights, checkpoints, log and progress go.
        n_threads: How many its libraries may use, None for as many as they find cores.
        timeout_s: Deadline in seconds from now, None for none.
        checkpoint_s: Seconds between its checkpoints.
        data_root: torchvision's folder.
        stopping: Asked a few times a second; if true, the run is given up, to be gone on with another time.
    Returns:
        The record; None if the run was given up.
    Raises:
        DiskError: the run could not write to the store.
    """
    asked = {
        "path": sys.path,
        "root": str(store.root),
        "run_id": run.run_id,
        "label": run.label,
        "spec": run.spec.model_dump(mode="json"),
        "attempt": attempt,
        "checkpoint_s": checkpoint_s,
        "data_root": str(data_root) if data_root else None,
    }
    log = store.log_of(run.run_id, attempt)
    lifeline, held = os.pipe()
    began = Began(now(), time.monotonic())
    deadline = None if timeout_s is None else began.clock + timeout_s
    try:
        process = _started(asked, lifeline, log, n_threads)
        answer, cut_off = _answer(process, json.dumps(asked | {"lifeline": lifeline}).encode(), deadline, stopping)
    finally:
        os.close(lifeline)
        os.close(held)
    if cut_off == "stopped":
        return None
    nothing = functools.partial(without_result, run, attempt, log=log, began=began)
    if cut_off == "timeout":
        message = f"no result after {timeout_s} s; what it was doing is at the end of its log; to make it again: --retry timeout --timeout with more"
        return nothing("timeout", "Timeout", message)
    return _record(answer, process.returncode, log, nothing)


def _started(asked: dict[str, Any], lifeline: int, log: Path, n_threads: int | None) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  the interpreter that runs, and a constant
            [sys.executable, "-c", _BOOTSTRAP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            pass_fds=(lifeline,),
            start_new_session=True,
            env=os.environ | ({} if n_threads is None else dict.fromkeys(ONE_THREAD, str(n_threads))),
        )


def _answer(
    process: "subprocess.Popen[bytes]", asked: bytes, deadline: float | None, stopping: Callable[[], bool]
) -> tuple[bytes, str | None]:
    """Return what the process answered before it ended, and why it was ended, None if it did so by itself."""
    to_send: bytes | None = asked
    try:
        while True:
            try:
                return process.communicate(to_send, timeout=_POLL_S)[0], None
            except subprocess.TimeoutExpired:
                to_send = None
            if process.poll() is not None:  # a copy that it forked off holds the pipe open
                _signal_group(process, signal.SIGKILL)
            elif stopping():
                return b"", "stopped"
            elif deadline is not None and time.monotonic() > deadline:
                _signal_group(process, signal.SIGTERM)  # on which it writes its stacks to the log
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=_GRACE_S)
                return b"", "timeout"
    finally:
        _signal_group(process, signal.SIGKILL)  # what it started goes with it
        process.communicate()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _record(answer: bytes, exit_code: int, log: Path, nothing: Callable[[Status, str, str], RunRecord]) -> RunRecord:
    """Return the record that a process answered with; where it is none, what ``nothing`` makes of status, kind and message.

    Raises:
        DiskError: it could not write to the store.
    """
    if not answer:
        if exit_code < 0:
            name = signal.Signals(-exit_code).name
            hint = ", likely for want of memory" if name == "SIGKILL" else ""
            message = f"the run's process was ended by {name}{hint} and left no result"
            return nothing("killed", name, message)
        message = f"the run's process ended with exit code {exit_code} and left no result"
        return nothing("failed", f"exit code {exit_code}", message)
    try:
        content = json.loads(answer)
        if "refused" in content:
            raise DiskError(content["refused"])
        record = RunRecord.model_validate(content["record"])
    except (ValueError, TypeError, KeyError) as error:
        message = f"the run's process answered something else than a record: {error}"
        return nothing("failed", type(error).__name__, message)
    if record.failure:
        record = record.model_copy(update={"failure": record.failure.model_copy(update={"log_tail": _tail(log)})})
    return record


def without_result(
    run: Run,
    attempt: int,
    status: Status,
    kind: str,
    message: str,
    *,
    log: Path | None = None,
    began: Began | None = None,
) -> RunRecord:
    """Return the record of a run that has none of its own; with 0 seconds where it is not known when it ``began``."""
    return RunRecord(
        run_id=run.run_id,
        label=run.label,
        spec=run.spec,
        attempt=attempt,
        status=status,
        started_at=began.at if began else now(),
        seconds=time.monotonic() - began.clock if began else 0.0,
        scope=run.spec.scope,
        failure=Failure(kind=kind, message=message, traceback="", log_tail=_tail(log) if log else []),
    )


def _tail(log: Path) -> list[str]:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    # Where a process crashes, Python adds a line of hundreds of names.
    return [line for line in lines if not line.startswith("Extension modules: ")][-_LOG_TAIL:]
