"""The executor that makes runs on a cluster's workers."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from harness.execution.cluster.at_work import AtWork, Make
from harness.execution.cluster.crew import Crew, token_in
from harness.execution.cluster.waiting import Waiting
from harness.execution.cluster.worker import make
from harness.execution.execute import Made, Watcher, skipped
from harness.execution.options import Settings
from harness.records.store import Store
from harness.spec import Run

if TYPE_CHECKING:
    from distributed import Client


class OnCluster:
    """An ``Executor`` (execute.py) that makes runs on a cluster."""

    def __init__(self, client: "Client", *, say: Callable[[str], None], make: Make = make) -> None:
        """Use a connected client; ``say`` tells the user of workers that cannot be used or are missing."""
        self._client = client
        self._say = say
        self._make = make

    def __call__(self, runs: Sequence[Run], ok: set[str], store: Store, settings: Settings, watcher: Watcher) -> Made:
        """Yield the record of each run as it ends; closed early, give up those under way.

        Raises:
            ClusterError: the scheduler is gone, or no worker can be used.
            DiskError: a run could not write.
        """
        waiting = Waiting(runs, store.last_attempts(), ok)
        with token_in(store.root) as token:
            crew = Crew(self._client, store.root.resolve(), token=token, say=self._say)
            at_work = AtWork(self._client, crew, waiting, store, settings, make=self._make)
            try:
                while (waiting or at_work) and not watcher.stopping():
                    for job in waiting.in_vain():
                        yield job.run, skipped(job.run, job.attempt)
                        waiting.settle(job.run.run_id, ok=False)
                    for job, record in at_work.step():
                        yield job.run, record
                        waiting.settle(job.run.run_id, ok=record.status == "ok")
                    watcher.under_way(at_work.progress())
            finally:
                at_work.give_up()
