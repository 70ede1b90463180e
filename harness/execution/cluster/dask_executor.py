"""The executor that makes runs on the workers of a Dask cluster."""

from collections.abc import Callable, Collection, Generator, Sequence
from typing import TYPE_CHECKING

from harness.execution.cluster.job_queue import JobQueue
from harness.execution.cluster.running_jobs import MakeOnWorker, RunningJobs
from harness.execution.cluster.worker import make
from harness.execution.cluster.workers import ClusterWorkers, token_in
from harness.execution.executor import ExecutionCallbacks
from harness.execution.options import ExecutionOptions
from harness.execution.without_result import skipped_record
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import Run

if TYPE_CHECKING:
    from distributed import Client


class DaskExecutor:
    """An ``Executor`` that makes runs on the workers of a Dask cluster."""

    def __init__(self, client: "Client", *, say: Callable[[str], None], make: MakeOnWorker = make) -> None:
        """Use a connected client.

        Args:
            client: The client.
            say: Tells the user of workers that cannot be used or are missing.
            make: What a worker calls for each run.
        """
        self._client = client
        self._say = say
        self._make = make

    def records(
        self,
        runs: Sequence[Run],
        ok: Collection[str],
        store: Store,
        options: ExecutionOptions,
        callbacks: ExecutionCallbacks,
    ) -> Generator[RunRecord]:
        """Yield the record of each run as it ends; see ``Executor``."""
        jobs = JobQueue(runs, store.last_attempts(), ok)
        with token_in(store.root) as token:
            workers = ClusterWorkers(self._client, store.root.resolve(), token=token, say=self._say)
            running = RunningJobs(self._client, workers, jobs, store, options, make=self._make)
            try:
                while (jobs or running) and not callbacks.should_stop():
                    for job in jobs.take_without_weights():
                        record = skipped_record(job.run, job.attempt)
                        yield record
                        jobs.run_ended(record.run_id, ok=False)
                    for record in running.step():
                        yield record
                        jobs.run_ended(record.run_id, ok=record.status == "ok")
                    if (seen := running.progress()) is not None:
                        callbacks.progress(seen)
            finally:
                running.give_up()
