"""The jobs that workers make: handed out, waited for, and queued again when their worker is lost."""

import concurrent.futures
import contextlib
import queue
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.errors import DiskError
from harness.execution.cluster.job_queue import Job, JobQueue
from harness.execution.cluster.worker import WorkerAnswer
from harness.execution.cluster.workers import (
    FETCH_S,
    ClusterWorkers,
    Worker,
    new_task_name,
    scheduler_gone,
    submit_to,
)
from harness.execution.options import ExecutionOptions
from harness.execution.progress import RunProgress, read_progress
from harness.execution.without_result import no_process_record, record_without_result
from harness.records.disk import MAX_FILE_BYTES, read_file, write_atomically
from harness.records.record import RunRecord
from harness.records.store import Store

if TYPE_CHECKING:
    from distributed import Client, Future

N_LOSSES = 3  # after this many losses the run itself is taken to be the cause
_N_FETCHING = 8
_POLL_S = 0.2
_LOOK_S = 0.5  # a run reports its progress twice a second

MakeOnWorker = Callable[[str, bytes | None, str], WorkerAnswer | None]
"""What a worker calls: ``worker.make``, or a stand-in of the tests."""


class _Task(NamedTuple):
    """A job that a worker makes."""

    job: Job
    worker: Worker
    n_threads: int
    future: "Future[Any]"


class RunningJobs:
    """The jobs that workers make at the moment; false if there are none."""

    def __init__(
        self,
        client: "Client",
        workers: ClusterWorkers,
        jobs: JobQueue,
        store: Store,
        options: ExecutionOptions,
        *,
        make: MakeOnWorker,
    ) -> None:
        self._client = client
        self._workers = workers
        self._jobs = jobs
        self._store = store
        self._root = store.root.resolve()
        self._options = options
        self._make = make
        # Not a SimpleQueue: its get() waits for ever if its time is up while a signal is handled.
        self._answers: queue.Queue[tuple[str, WorkerAnswer | Exception | None]] = queue.Queue()
        self._fetching = concurrent.futures.ThreadPoolExecutor(_N_FETCHING, "fetch")
        self._tasks: dict[str, _Task] = {}
        self._next_look = 0.0

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def step(self) -> Iterator[RunRecord]:
        """Hand out what can be handed out, wait a moment, and yield the records of what ended.

        Raises:
            ClusterError: the scheduler is gone, or no worker can be used.
            DiskError: a run could not write.
        """
        if self._workers.update():
            for name in [name for name, task in self._tasks.items() if task.worker.address not in self._workers]:
                task = self._forget(name)
                yield from self._after_loss(task, on_notice=self._workers.left_on_notice(task.worker.address))
        self._hand_out()
        with contextlib.suppress(queue.Empty):
            answered = self._answers.get(timeout=_POLL_S)
            while True:
                yield from self._after_answer(*answered)
                self._hand_out()
                answered = self._answers.get_nowait()

    def progress(self) -> list[RunProgress] | None:
        """Return the progress of the runs whose workers share the results folder; None if it is too early to look again.

        There is a file for each run. With many runs on a slow disk, reading them takes a tenth of the client's time at most.
        """
        started = time.monotonic()
        if started < self._next_look:
            return None
        found = (read_progress(self._store.progress_of(task.job.run.run_id)) for task in self._tasks.values())
        seen = [progress for progress in found if progress]
        self._next_look = started + max(_LOOK_S, 10 * (time.monotonic() - started))
        return seen

    def give_up(self) -> None:
        """Have the workers stop what they make."""
        self._fetching.shutdown(wait=False, cancel_futures=True)
        if self._tasks and self._client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                self._client.cancel([task.future for task in self._tasks.values()], force=True)

    def _hand_out(self) -> None:
        while worker := self._workers.next_free():
            job = self._jobs.take(idle_worker=worker.is_idle)
            if job is None:
                return
            n_threads = worker.n_threads if job.all_cores else 1
            self._workers.change_free(worker, -n_threads)
            name = new_task_name("run")
            future = self._submit(name, job, worker, n_threads)
            self._tasks[name] = _Task(job, worker, n_threads, future)
            future.add_done_callback(lambda future, name=name: self._fetch_soon(name, future))

    def _submit(self, name: str, job: Job, worker: Worker, n_threads: int) -> "Future[Any]":
        results = self._root if worker.shares_results else None
        order = self._options.order(job.run, attempt=job.attempt, n_threads=n_threads, results=results)
        needed, weights = job.run.spec.weights_from, None
        if needed is not None and not worker.shares_results and self._store.weights_of(needed).exists():
            weights = read_file(self._store.weights_of(needed), limit=MAX_FILE_BYTES)
        return submit_to(self._client, worker.address, name, self._make, order.model_dump_json(), weights, name)

    def _fetch_soon(self, name: str, future: "Future[Any]") -> None:
        """Fetch an answer in a thread: it comes by way of the scheduler, and several can do so at a time."""
        with contextlib.suppress(RuntimeError):  # given up: nothing waits for it any longer
            self._fetching.submit(self._fetch, name, future)

    def _fetch(self, name: str, future: "Future[Any]") -> None:
        try:
            self._answers.put((name, future.result(timeout=FETCH_S)))
        except Exception as error:
            if future.status != "error":
                time.sleep(_POLL_S)  # it will be tried again
            self._answers.put((name, error))

    def _forget(self, name: str) -> _Task:
        """Return a task that is over; its worker's threads are free again."""
        task = self._tasks.pop(name)
        self._workers.change_free(task.worker, task.n_threads)
        task.future.release()
        return task

    def _after_answer(self, name: str, answer: WorkerAnswer | Exception | None) -> Iterator[RunRecord]:
        """Yield the record of a run that its worker answered for; queue it again if the worker gave it up.

        Raises:
            ClusterError: the scheduler is gone.
            DiskError: the run could not write.
        """
        found = self._tasks.get(name)
        if found is None:
            return  # it was lost in the meantime
        if isinstance(answer, concurrent.futures.CancelledError):
            raise scheduler_gone(self._client, "it dropped our tasks") from answer
        if isinstance(answer, Exception) and found.future.status != "error":
            # The connection failed, not the run. If its worker is gone, the next update will find that out; if the
            # scheduler is, Dask will cancel the task.
            self._fetch_soon(name, found.future)
            return
        task = self._forget(name)
        if isinstance(answer, DiskError):
            raise answer
        if isinstance(answer, Exception):
            yield from self._after_failure(task, answer)
        elif answer is None:
            task.worker.is_leaving = True
            yield from self._after_loss(task, on_notice=True)
        else:
            yield self._with_files(task.job, answer)

    def _after_failure(self, task: _Task, failure: Exception) -> Iterator[RunRecord]:
        from distributed import KilledWorker

        if isinstance(failure, KilledWorker):  # a worker that came back at the same address, too often for Dask
            task.job.n_lost = N_LOSSES - 1
            yield from self._after_loss(task, on_notice=False)
        else:
            yield no_process_record(task.job.run, task.job.attempt, failure)

    def _with_files(self, job: Job, answer: WorkerAnswer) -> RunRecord:
        """Return the record of an answer, and write the files that came with it into the results folder."""
        run_id = job.run.run_id
        if answer.weights is not None:
            write_atomically(self._store.weights_of(run_id), answer.weights)
        if answer.log is not None:
            write_atomically(self._store.log_of(run_id, job.attempt), answer.log)
        record = RunRecord.model_validate_json(answer.record)
        return record.model_copy(update={"notes": [*job.notes, *record.notes]}) if job.notes else record

    def _after_loss(self, task: _Task, *, on_notice: bool) -> Iterator[RunRecord]:
        """Queue a run again whose worker was lost; yield a record of it if it was lost too often.

        A loss does not count if the worker announced that it would leave and the run's checkpoints are kept.
        """
        job, address = task.job, task.worker.address
        job.n_lost += not (on_notice and task.worker.shares_results)
        job.notes.append(f"worker {address} {'left' if on_notice else 'was lost'} while it made this run")
        if job.n_lost < N_LOSSES:
            self._jobs.put_back(job)
            return
        message = f"{job.n_lost} workers were lost while they made it: {'; '.join(job.notes)}"
        record = record_without_result(job.run, job.attempt, "killed", "WorkersLost", message)
        yield record.model_copy(update={"notes": job.notes})
