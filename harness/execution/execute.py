"""Makes the runs of a plan with an executor, and stores a record of each, however it ended."""

import contextlib
from collections.abc import Sequence

from harness.execution.executor import ExecutionCallbacks, Executor
from harness.execution.options import ExecutionOptions
from harness.records.store import Store
from harness.spec import Run


def execute(
    runs: Sequence[Run],
    store: Store,
    options: ExecutionOptions,
    callbacks: ExecutionCallbacks,
    *,
    executor: Executor,
) -> None:
    """Make the runs and store a record of each.

    When ``callbacks.should_stop`` returns True, the runs that are being made are given up and the rest is left, both without
    a record. Runs that ended before are stored.

    Args:
        runs: What to make.
        store: Where to; opened.
        options: How.
        callbacks: What to call meanwhile.
        executor: What makes the runs.

    Raises:
        DiskError: the store takes no more; the runs that were being made are given up.
        ClusterError: the executor's cluster is gone; so are the runs that were being made.
    """
    store.forget_progress()  # of processes that were killed
    ok = {record.run_id for record in store.read().records if record.status == "ok"} - {run.run_id for run in runs}
    with contextlib.closing(executor.records(runs, ok, store, options, callbacks)) as records:
        for record in records:
            store.write(record)
            store.progress_of(record.run_id).unlink(missing_ok=True)
            if record.status == "ok":
                store.discard_checkpoints(record.run_id)
            callbacks.run_ended(record)
            if options.fail_fast and record.status != "ok":
                break
    store.forget_progress()  # of runs that were given up
