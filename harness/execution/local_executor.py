"""The executor that makes runs on this machine, some side by side."""

import concurrent.futures
from collections.abc import Collection, Generator, Iterator, Sequence

from harness.errors import DiskError
from harness.execution.child import make_in_child
from harness.execution.executor import ExecutionCallbacks
from harness.execution.options import ExecutionOptions
from harness.execution.order import RunOrder
from harness.execution.progress import read_progress
from harness.execution.without_result import no_process_record, skipped_record
from harness.heads import wants_all_cores
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import Run

_POLL_S = 0.2


class LocalExecutor:
    """An ``Executor`` that makes each run in a child process of this machine.

    Runs that use one core are made side by side, as many as ``options.jobs`` says. A run whose backend uses all cores is
    made alone.
    """

    def records(
        self,
        runs: Sequence[Run],
        ok: Collection[str],
        store: Store,
        options: ExecutionOptions,
        callbacks: ExecutionCallbacks,
    ) -> Generator[RunRecord]:
        """Yield the record of each run as it ends; see ``Executor``."""
        all_ok = set(ok)
        for stage, alone in _stages(runs):
            n_workers, n_threads = (1, None) if alone else (options.jobs, 1)
            for record in _stage(stage, all_ok, store, options, callbacks, n_workers=n_workers, n_threads=n_threads):
                if record.status == "ok":
                    all_ok.add(record.run_id)
                yield record
            if callbacks.should_stop():
                return


def _stages(runs: Sequence[Run]) -> Iterator[tuple[list[Run], bool]]:
    """Yield groups in an order that respects ``weights_from``, and whether each run of a group must be made alone."""
    left = list(runs)
    while left:
        not_made = {run.run_id for run in left}
        level = [run for run in left if run.spec.weights_from not in not_made]
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
    options: ExecutionOptions,
    callbacks: ExecutionCallbacks,
    *,
    n_workers: int,
    n_threads: int | None,
) -> Generator[RunRecord]:
    """Yield the record of each run as it ends; closed early, give up those that are being made."""
    closed = False

    def should_stop() -> bool:
        return closed or callbacks.should_stop()

    def make(order: RunOrder) -> RunRecord | None:
        return None if should_stop() else make_in_child(order, should_stop=should_stop)

    with concurrent.futures.ThreadPoolExecutor(max(1, min(n_workers, len(runs)))) as threads:
        try:
            pending = {}
            last = store.last_attempts()
            for run in runs:
                attempt = last.get(run.run_id, 0) + 1
                if run.spec.weights_from is not None and run.spec.weights_from not in ok:
                    yield skipped_record(run, attempt)
                else:
                    order = options.order(run, attempt=attempt, n_threads=n_threads, results=store.root)
                    pending[threads.submit(make, order)] = order
            while pending:
                ended, _ = concurrent.futures.wait(pending, _POLL_S, concurrent.futures.FIRST_COMPLETED)
                for future in ended:
                    record = _record(future, pending.pop(future))
                    if record is not None:
                        yield record
                found = [read_progress(store.progress_of(order.run_id)) for order in pending.values()]
                callbacks.progress([progress for progress in found if progress])
        finally:
            closed = True
            threads.shutdown(cancel_futures=True)


def _record(future: "concurrent.futures.Future[RunRecord | None]", order: RunOrder) -> RunRecord | None:
    """Return the record that a thread brought, None if the run was given up.

    Raises:
        DiskError: the run could not write to the store.
    """
    try:
        return future.result()
    except DiskError:
        raise
    except Exception as error:  # no process could be started, for example
        return no_process_record(order.run, order.attempt, error)
