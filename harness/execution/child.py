"""Makes one run in a child process: a crash or a hang there becomes a record here, and no process stays behind.

Every executor uses it: a thread of the local executor, or a Dask worker. in_child.py is what that process executes.
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
from typing import Literal, NamedTuple

import pydantic

from backends.file_io import open_to_append
from harness.errors import DiskError
from harness.execution.order import RunAnswer, RunOrder
from harness.execution.without_result import StartTime, log_tail, record_without_result
from harness.records.record import RunRecord, Status, now

_POLL_S = 0.2
_GRACE_S = 5.0  # between asking a process to end and ending it
_MAX_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD = dict.fromkeys(_MAX_THREADS, "1")
"""Environment variables of a process whose libraries are to use one thread."""
# Standard input holds sys.path in the first line, and the order in the second. The lifeline's number is an argument.
_BOOTSTRAP = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.readline()); "
    "import harness.execution.in_child as c; c.main(sys.stdin.read(), int(sys.argv[1]))"
)

_NoResult = Callable[[Status, str, str], RunRecord]
"""Makes the record of a run without a result from status, kind and message."""


class _Ended(NamedTuple):
    """How a child process ended: what it answered, its exit code, and why it was ended, None if it did so by itself."""

    answer: bytes
    exit_code: int
    cut_off: Literal["stopped", "timeout"] | None


def make_in_child(order: RunOrder, *, should_stop: Callable[[], bool] = lambda: False) -> RunRecord | None:
    """Make a run in a new process and return its record, however that process ended.

    The process leads a session of its own. When this returns or raises, or the calling process dies in whatever way, the
    whole session is gone. The record is not stored.

    Args:
        order: What to make, and how; with a results folder, which is opened.
        should_stop: Called a few times a second; once it returns True, the run is given up and can be resumed later.

    Returns:
        The record; None if the run was given up.

    Raises:
        DiskError: the run could not write to the store.
    """
    log = order.store.log_of(order.run_id, order.attempt)
    lifeline, held = os.pipe()
    started = StartTime(now(), time.monotonic())
    deadline = None if order.timeout_s is None else started.monotonic_s + order.timeout_s
    sent = f"{json.dumps(sys.path)}\n{order.model_dump_json()}"
    try:
        process = _start(lifeline, log, order.n_threads)
        ended = _wait(process, sent.encode(), deadline, should_stop)
    finally:
        os.close(lifeline)
        os.close(held)
    if ended.cut_off == "stopped":
        return None
    no_result = functools.partial(record_without_result, order.run, order.attempt, log=log, started=started)
    if ended.cut_off == "timeout":
        return no_result(
            "timeout",
            "Timeout",
            f"no result after {order.timeout_s} s; the end of its log shows what it was doing; to make it again, give "
            "--retry timeout and a longer --timeout",
        )
    return _record(ended, log, no_result)


def _start(lifeline: int, log: Path, n_threads: int | None) -> "subprocess.Popen[bytes]":
    try:
        output = open_to_append(log)
    except OSError as error:
        raise DiskError(
            f"log {log} cannot be written: {error.strerror or error}; delete it or free the disk"
        ) from error
    with output:
        return subprocess.Popen(  # noqa: S603  the interpreter that runs, and a constant
            [sys.executable, "-c", _BOOTSTRAP, str(lifeline)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            pass_fds=(lifeline,),
            start_new_session=True,
            env=os.environ | ({} if n_threads is None else dict.fromkeys(_MAX_THREADS, str(n_threads))),
        )


def _wait(
    process: "subprocess.Popen[bytes]", sent: bytes, deadline: float | None, should_stop: Callable[[], bool]
) -> _Ended:
    """Send a process its order and wait until it has ended, or end it."""
    to_send: bytes | None = sent
    try:
        while True:
            try:
                answer = process.communicate(to_send, timeout=_POLL_S)[0]
                return _Ended(answer, process.returncode, None)
            except subprocess.TimeoutExpired:
                to_send = None
            if process.poll() is not None:  # a copy that it forked off holds the pipe open
                _signal_group(process, signal.SIGKILL)
            elif should_stop():
                return _Ended(b"", 0, "stopped")
            elif deadline is not None and time.monotonic() > deadline:
                _signal_group(process, signal.SIGTERM)  # on which it writes its stacks to the log
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=_GRACE_S)
                return _Ended(b"", 0, "timeout")
    finally:
        _signal_group(process, signal.SIGKILL)  # what it started goes with it
        process.communicate()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _record(ended: _Ended, log: Path, no_result: _NoResult) -> RunRecord:
    """Return the record that a process answered, or one that says why it answered none.

    Raises:
        DiskError: the process could not write to the store.
    """
    if not ended.answer:
        if ended.exit_code < 0:
            name = _signal_name(-ended.exit_code)
            hint = ", likely for want of memory," if name == "SIGKILL" else ""
            return no_result("killed", name, f"the run's process was ended by {name}{hint} and left no result")
        message = f"the run's process ended with exit code {ended.exit_code} and left no result"
        return no_result("failed", f"exit code {ended.exit_code}", message)
    try:
        found = RunAnswer.model_validate_json(ended.answer)
    except pydantic.ValidationError as error:
        return no_result("failed", type(error).__name__, f"the run's process did not answer with a record: {error}")
    if found.record is None:
        raise DiskError(str(found.disk_error))
    record = found.record
    if record.failure:
        record = record.model_copy(update={"failure": record.failure.model_copy(update={"log_tail": log_tail(log)})})
    return record


def _signal_name(number: int) -> str:
    """Return a signal's name, or its number: Python names of the real-time signals only the first and the last."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
