"""Makes runs, each in a spawned process of its own: what crashes, hangs or lies there becomes a record here."""

import concurrent.futures
import datetime
import faulthandler
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pebble

from harness.heads import wants_all_cores
from harness.record import Failure, RunRecord, Status
from harness.spec import Run, RunSpec
from harness.store import Store

_POLL_S = 0.2
_PROGRESS_S = 0.5  # a child says how far it is at most this often
_LOG_TAIL = 20


class Under(NamedTuple):
    """How far a run is that is under way."""

    label: str
    seed: int
    done: int
    total: int
    loss: float


class Watcher(NamedTuple):
    """Whom to tell: ``ended`` of each record once it is stored, ``under_way`` about five times a second."""

    ended: Callable[[RunRecord], None]
    under_way: Callable[[list[Under]], None]


def execute(
    runs: Sequence[Run], store: Store, *, jobs: int, timeout_s: float | None, data_root: Path | None, watcher: Watcher
) -> None:
    """Make the runs and store a record of each, whatever becomes of it.

    Runs on one core go side by side, ``jobs`` at a time; a run whose backend uses all cores has the machine to itself,
    so that no time is measured beside another's load. A run that needs another's weights comes after it.

    Args:
        runs: What to make.
        store: Where to; opened.
        jobs: How many side by side.
        timeout_s: Deadline of each run, None for none.
        data_root: torchvision's folder.
        watcher: Whom to tell.
    """
    ok = {record.run_id for record in store.read().records if record.status == "ok"}
    for stage, alone in _stages(runs):
        ready = []
        for run in stage:
            if run.spec.weights_from is None or run.spec.weights_from in ok:
                ready.append(run)
                continue
            reason = f"it needs the weights of run {run.spec.weights_from[:12]}, which is not ok"
            record = _without_result(run, store.next_attempt(run.run_id), "skipped", "Skipped", reason)
            store.write(record)
            watcher.ended(record)
        n_workers = 1 if alone else max(1, min(jobs, len(ready)))
        for record in _side_by_side(ready, store, n_workers, timeout_s, data_root, watcher):
            if record.status == "ok":
                ok.add(record.run_id)


def _stages(runs: Sequence[Run]) -> Iterator[tuple[list[Run], bool]]:
    """Yield groups in an order that respects ``weights_from``, and whether a group's runs want the machine alone."""
    left = list(runs)
    while left:
        waiting_for = {run.run_id for run in left}
        level = [run for run in left if run.spec.weights_from not in waiting_for]
        for alone in (False, True):
            group = [run for run in level if wants_all_cores(run.spec) is alone]
            if group:
                yield group, alone
        made = {run.run_id for run in level}
        left = [run for run in left if run.run_id not in made]


def _side_by_side(
    runs: list[Run], store: Store, n_workers: int, timeout_s: float | None, data_root: Path | None, watcher: Watcher
) -> Iterator[RunRecord]:
    if not runs:
        return
    # Spawned, never forked: Aer deadlocks or crashes after a fork (qiskit-aer#1385, #1485, #2135). One run a process.
    spawn = multiprocessing.get_context("spawn")
    with pebble.ProcessPool(max_workers=n_workers, max_tasks=1, context=spawn) as pool:
        waiting = {}
        for run in runs:
            attempt = store.next_attempt(run.run_id)
            arguments = (str(store.root), run.run_id, run.label, run.spec.model_dump_json(), attempt)
            future = pool.schedule(_child, args=(*arguments, str(data_root) if data_root else None), timeout=timeout_s)
            waiting[future] = (run, attempt)
        try:
            while waiting:
                concurrent.futures.wait(waiting, timeout=_POLL_S, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in [future for future in waiting if future.done()]:
                    run, attempt = waiting.pop(future)
                    record = _outcome(future, run, attempt, store, timeout_s)
                    store.write(record)
                    store.progress_of(run.run_id).unlink(missing_ok=True)
                    if record.status == "ok":
                        store.discard_checkpoints(run.run_id)
                    watcher.ended(record)
                    yield record
                watcher.under_way([under for run, _ in waiting.values() if (under := _under_way(run, store))])
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it unannotated
            raise


def _child(root: str, run_id: str, label: str, spec: str, attempt: int, data_root: str | None) -> str:
    """Make one run in this process and return its record as JSON."""
    store = Store(Path(root))
    with store.log_of(run_id, attempt).open("a", encoding="utf-8") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
        faulthandler.enable(log)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets Ctrl-C too, and ends its children
        from harness.checkpoint import Checkpoints
        from harness.run import perform

        record = perform(
            Run(run_id, label, RunSpec.model_validate_json(spec)),
            attempt=attempt,
            weights_of=store.weights_of,
            checkpoints=Checkpoints(store.checkpoints_of(run_id), run_id=run_id),
            data_root=Path(data_root) if data_root else None,
            progress=_ProgressFile(store.progress_of(run_id)),
        )
        return record.model_dump_json()


class _ProgressFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_suffix(".part")
        self._next = 0.0

    def __call__(self, done: int, total: int, loss: float) -> None:
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + _PROGRESS_S
            self._part.write_text(json.dumps({"done": done, "total": total, "loss": loss}))
            self._part.replace(self._path)


def _under_way(run: Run, store: Store) -> Under | None:
    try:
        found = json.loads(store.progress_of(run.run_id).read_text())
    except (OSError, ValueError):  # not begun
        return None
    return Under(run.label, run.spec.seed, found["done"], found["total"], found["loss"])


def _outcome(
    future: "concurrent.futures.Future[str]", run: Run, attempt: int, store: Store, timeout_s: float | None
) -> RunRecord:
    """Return the record of an ended child: its own, or one that says how it ended without one."""
    tail = _tail(store.log_of(run.run_id, attempt))
    try:
        record = RunRecord.model_validate_json(future.result())
    except concurrent.futures.TimeoutError:
        message = f"no result after {timeout_s} s; give --timeout more, or look at the log"
        return _without_result(run, attempt, "timeout", "Timeout", message, tail)
    except pebble.ProcessExpired as error:
        code = error.exitcode or 0
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return _without_result(
            run, attempt, "killed", name, f"the run's process ended with {name} and left no result", tail
        )
    except Exception as error:  # raised before or after the run itself, in the child
        return _without_result(run, attempt, "failed", type(error).__name__, str(error), tail)
    if record.failure:
        record = record.model_copy(update={"failure": record.failure.model_copy(update={"log_tail": tail})})
    return record


def _without_result(
    run: Run, attempt: int, status: Status, kind: str, message: str, log_tail: list[str] | None = None
) -> RunRecord:
    return RunRecord(
        run_id=run.run_id,
        label=run.label,
        spec=run.spec,
        attempt=attempt,
        status=status,
        started_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=0.0,
        scope=run.spec.scope,
        failure=Failure(kind=kind, message=message, traceback="", log_tail=log_tail or []),
    )


def _tail(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_TAIL:]
    except OSError:
        return []
