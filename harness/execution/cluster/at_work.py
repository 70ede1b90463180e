"""The runs that workers make: handed out, waited for, and handed out again when their worker is lost."""

import concurrent.futures
import contextlib
import queue
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.errors import DiskError
from harness.execution.child import without_result
from harness.execution.cluster.crew import FETCH_S, Crew, Worker, gone, new_name, submit_to
from harness.execution.cluster.waiting import Job, Waiting
from harness.execution.cluster.worker import Answer, Order
from harness.execution.execute import without_process
from harness.execution.options import Settings
from harness.execution.progress import Under, read_progress
from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.records.store import Store

if TYPE_CHECKING:
    from distributed import Client, Future

N_LOSSES = 3  # after so many the run is held to be what ends its workers
_N_FETCHING = 8
_POLL_S = 0.2

Make = Callable[[Order, str], Answer | None]
Ended = Iterator[tuple[Job, RunRecord]]


class _Task(NamedTuple):
    """A run that a worker makes."""

    job: Job
    worker: Worker
    n_threads: int
    future: "Future[Any]"


class AtWork:
    """The runs that workers make now; false if there are none."""

    def __init__(
        self, client: "Client", crew: Crew, waiting: Waiting, store: Store, settings: Settings, *, make: Make
    ) -> None:
        self._client = client
        self._crew = crew
        self._waiting = waiting
        self._store = store
        self._make = make
        self._options: dict[str, Any] = {
            "timeout_s": settings.timeout_s,
            "checkpoint_s": settings.checkpoint_s,
            "data_root": settings.data_root.resolve() if settings.data_root else None,
        }
        # Not a SimpleQueue: its get() waits for ever if its time is up while a signal is handled.
        self._answered: queue.Queue[tuple[str, Answer | Exception | None]] = queue.Queue()
        self._fetching = concurrent.futures.ThreadPoolExecutor(_N_FETCHING, "fetch")
        self._tasks: dict[str, _Task] = {}

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def step(self) -> Ended:
        """Hand out what can be handed out, wait a moment, and yield the records of what ended."""
        self._crew.meet()
        for key in [key for key, task in self._tasks.items() if task.worker.address not in self._crew]:
            task = self._tasks.pop(key)
            task.future.release()
            yield from self._lost(task, on_notice=self._crew.left_on_notice(task.worker.address))
        self._hand_out()
        with contextlib.suppress(queue.Empty):
            answered = self._answered.get(timeout=_POLL_S)
            while True:
                yield from self._ended(*answered)
                self._hand_out()
                answered = self._answered.get_nowait()

    def progress(self) -> list[Under]:
        """Return how far the runs are whose workers share the results folder."""
        found = (read_progress(self._store.progress_of(task.job.run.run_id)) for task in self._tasks.values())
        return [under for under in found if under]

    def give_up(self) -> None:
        """Have the workers stop what they make."""
        self._fetching.shutdown(wait=False, cancel_futures=True)
        if self._tasks and self._client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                self._client.cancel([task.future for task in self._tasks.values()], force=True)

    def _hand_out(self) -> None:
        while worker := self._crew.free():
            job = self._waiting.take(whole=worker.is_whole)
            if job is None:
                return
            n_threads = worker.n_threads if job.wide else 1
            worker.n_free -= n_threads
            key = new_name("run")
            order = self._order(job, worker, n_threads)
            future = submit_to(self._client, worker.address, key, self._make, order, key)
            self._tasks[key] = _Task(job, worker, n_threads, future)
            future.add_done_callback(lambda future, key=key: self._fetch_soon(key, future))

    def _order(self, job: Job, worker: Worker, n_threads: int) -> Order:
        run_id, label, spec = job.run
        weights = self._store.weights_of(spec.weights_from) if spec.weights_from and not worker.shares else None
        return Order(
            run_id=run_id,
            label=label,
            spec=spec.model_dump_json(),
            attempt=job.attempt,
            n_threads=n_threads,
            options=self._options,
            root=str(self._store.root.resolve()) if worker.shares else None,
            weights=weights.read_bytes() if weights and weights.exists() else None,
        )

    def _fetch_soon(self, key: str, future: "Future[Any]") -> None:
        """Fetch an answer in a thread: on its way it goes through the scheduler, and several can do so at a time."""
        with contextlib.suppress(RuntimeError):  # given up: nobody waits for it any longer
            self._fetching.submit(self._fetch, key, future)

    def _fetch(self, key: str, future: "Future[Any]") -> None:
        try:
            self._answered.put((key, future.result(timeout=FETCH_S)))
        except Exception as error:
            if future.status != "error":
                time.sleep(_POLL_S)  # it will be tried again
            self._answered.put((key, error))

    def _ended(self, key: str, answer: Answer | Exception | None) -> Ended:
        """Yield the record of a run that its worker answered for, put it back if the worker gave it up.

        Raises:
            ClusterError: the scheduler is gone.
            DiskError: the run could not write.
        """
        task = self._tasks.get(key)
        if task is None:
            return  # it was lost in the meantime
        if isinstance(answer, concurrent.futures.CancelledError):
            raise gone(self._client, "it dropped our tasks") from answer
        if isinstance(answer, Exception) and task.future.status != "error":
            # Not the run's, but of the way here. If its worker is gone, the next meeting will find that out; if the
            # scheduler is, Dask will cancel the task.
            self._fetch_soon(key, task.future)
            return
        del self._tasks[key]
        task.future.release()
        if isinstance(answer, DiskError):
            raise answer
        if isinstance(answer, Exception):
            yield from self._failed(task, answer)
        elif answer is None:
            self._crew.let_go(task.worker.address)
            yield from self._lost(task, on_notice=True)
        else:
            task.worker.n_free += task.n_threads
            yield task.job, self._kept(task.job, answer)

    def _failed(self, task: _Task, failure: Exception) -> Ended:
        from distributed import KilledWorker

        if isinstance(failure, KilledWorker):  # a worker that came back at the same address, too often for Dask
            task.job.n_lost = N_LOSSES - 1
            yield from self._lost(task, on_notice=False)
            return
        task.worker.n_free += task.n_threads
        yield task.job, without_process(task.job.run, task.job.attempt, failure)

    def _kept(self, job: Job, answer: Answer) -> RunRecord:
        """Return the record of an answer; what came with it is in the results folder."""
        run_id = job.run.run_id
        if answer.weights is not None:
            write_atomically(self._store.weights_of(run_id), answer.weights)
        if answer.log is not None:
            write_atomically(self._store.log_of(run_id, job.attempt), answer.log)
        record = RunRecord.model_validate_json(answer.record)
        return record.model_copy(update={"notes": [*job.notes, *record.notes]}) if job.notes else record

    def _lost(self, task: _Task, *, on_notice: bool) -> Ended:
        """Put a run back whose worker was lost; yield a record of it if it was lost too often.

        A worker that leaves on notice, because its time is up, is not held against a run whose checkpoints are kept.
        """
        job, address = task.job, task.worker.address
        job.n_lost += not (on_notice and task.worker.shares)
        job.notes.append(f"worker {address} {'left' if on_notice else 'was lost'} while it made this run")
        if job.n_lost < N_LOSSES:
            self._waiting.put_back(job)
            return
        message = f"{job.n_lost} workers were lost while they made it: {'; '.join(job.notes)}"
        record = without_result(job.run, job.attempt, "killed", "WorkersLost", message)
        yield job, record.model_copy(update={"notes": job.notes})
