"""Makes the runs of a plan, some side by side, and stores a record of each, whatever becomes of it."""

import concurrent.futures
import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import NamedTuple

from harness.errors import DiskError
from harness.execution.child import make_in_child, without_result
from harness.execution.options import Settings
from harness.execution.progress import Under, read_progress
from harness.heads import wants_all_cores
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import Run

_POLL_S = 0.2


class Watcher(NamedTuple):
    """Whom to tell: ``ended`` of each record once it is stored, ``under_way`` about five times a second; and whom to ask."""

    ended: Callable[[RunRecord], None]
    under_way: Callable[[list[Under]], None]
    stopping: Callable[[], bool] = lambda: False


Made = Generator[tuple[Run, RunRecord]]
"""The record of each run as it ends; closed early, runs under way are given up. Those that are, get no record."""

Executor = Callable[[Sequence[Run], set[str], Store, Settings, Watcher], Made]
"""Who makes runs: given which runs are ok already, to which the reader of ``Made`` adds."""


def side_by_side(runs: Sequence[Run], ok: set[str], store: Store, settings: Settings, watcher: Watcher) -> Made:
    """Yield the record of each run as it ends, of ``settings.jobs`` at a time on this machine.

    Runs on one core go side by side, a core each; a run whose backend uses all cores has the machine to itself.
    """
    for stage, alone in _stages(runs):
        n_workers = 1 if alone else settings.jobs
        yield from _stage(stage, ok, store, settings, watcher, n_workers=n_workers, n_threads=None if alone else 1)
        if watcher.stopping():
            return


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


def _stage(
    runs: list[Run],
    ok: set[str],
    store: Store,
    settings: Settings,
    watcher: Watcher,
    *,
    n_workers: int,
    n_threads: int | None,
) -> Made:
    """Yield the record of each run as it ends; closed early, give up those under way."""
    given_up = False

    def stopping() -> bool:
        return given_up or watcher.stopping()

    def make(run: Run, attempt: int) -> RunRecord | None:
        if stopping():
            return None
        return make_in_child(
            run,
            attempt=attempt,
            store=store,
            n_threads=n_threads,
            timeout_s=settings.timeout_s,
            checkpoint_s=settings.checkpoint_s,
            data_root=settings.data_root,
            stopping=stopping,
        )

    with concurrent.futures.ThreadPoolExecutor(max(1, min(n_workers, len(runs)))) as threads:
        try:
            waiting = {}
            last = store.last_attempts()
            for run in runs:
                attempt = last.get(run.run_id, 0) + 1
                if run.spec.weights_from is not None and run.spec.weights_from not in ok:
                    yield run, skipped(run, attempt)
                else:
                    waiting[threads.submit(make, run, attempt)] = (run, attempt)
            while waiting:
                ended, _ = concurrent.futures.wait(waiting, _POLL_S, concurrent.futures.FIRST_COMPLETED)
                for future in ended:
                    run, attempt = waiting.pop(future)
                    record = _outcome(future, run, attempt)
                    if record is not None:
                        yield run, record
                under_way = [read_progress(store.progress_of(run.run_id)) for run, _ in waiting.values()]
                watcher.under_way([under for under in under_way if under])
        finally:
            given_up = True
            threads.shutdown(cancel_futures=True)


def _outcome(future: "concurrent.futures.Future[RunRecord | None]", run: Run, attempt: int) -> RunRecord | None:
    try:
        return future.result()
    except DiskError:
        raise
    except Exception as error:  # no process could be started, for example
        return without_process(run, attempt, error)


def without_process(run: Run, attempt: int, error: BaseException) -> RunRecord:
    """Return the record of a run for which no process could be started."""
    return without_result(run, attempt, "failed", type(error).__name__, f"{type(error).__name__}: {error}")


def skipped(run: Run, attempt: int) -> RunRecord:
    """Return the record of a run that needs another's weights, which are not there."""
    reason = f"it needs the weights of run {str(run.spec.weights_from)[:12]}, which is not ok"
    return without_result(run, attempt, "skipped", "Skipped", reason)


def execute(
    runs: Sequence[Run], store: Store, settings: Settings, watcher: Watcher, *, executor: Executor = side_by_side
) -> None:
    """Make the runs and store a record of each. A run that needs another's weights comes after it.

    Args:
        runs: What to make.
        store: Where to; opened.
        settings: How.
        watcher: Whom to tell. When it says ``stopping``, runs under way are given up and the rest is left, both without a
            record; runs that ended are stored first.
        executor: Who makes them.
    Raises:
        DiskError: the store takes no more; the runs under way were given up.
        ClusterError: the executor's cluster is gone; so are the runs under way.
    """
    store.forget_progress()  # of processes that were killed
    ok = {record.run_id for record in store.read().records if record.status == "ok"} - {run.run_id for run in runs}
    with contextlib.closing(executor(runs, ok, store, settings, watcher)) as made:
        for run, record in made:
            store.write(record)
            store.progress_of(run.run_id).unlink(missing_ok=True)
            if record.status == "ok":
                ok.add(run.run_id)
                store.discard_checkpoints(run.run_id)
            watcher.ended(record)
            if settings.fail_fast and record.status != "ok":
                break
    store.forget_progress()  # of runs that were given up
