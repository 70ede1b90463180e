"""Runs on a real Dask cluster of two worker processes: the same records as the local executor's, also when a worker is lost."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future

import psutil
import pytest

from harness.data.load import load
from harness.errors import ClusterError, PlanError
from harness.execution.cluster import dask_executor as executor
from harness.execution.cluster import running_jobs, workers
from harness.execution.cluster.connect import connected
from harness.execution.cluster.dask_executor import DaskExecutor
from harness.execution.cluster.job_queue import JobQueue
from harness.execution.cluster.worker import WorkerAnswer
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions
from harness.execution.order import RunOrder
from harness.execution.without_result import record_without_result
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.records.store import Store
from harness.spec import DataSpec

_PLAN = """
name = "p"
[data]
n_images = 100
official_images = 0
[training]
epochs = 2
[[runs]]
label = "one"
head = "statevector"
circuit = "eq7"
shots = 20
[[runs]]
label = "two"
head = "statevector"
circuit = "eq7"
max_steps = 1
weights_of = "one"
[[runs]]
label = "three"
head = "linear"
"""
_LONG = """
name = "p"
[data]
n_images = 100
official_images = 0
[training]
epochs = {epochs}
[[runs]]
head = "linear"
"""
_TIMES = {
    **dict.fromkeys(["started_at", "seconds", "peak_rss_mib", "times", "environment", "resumed_at", "notes"], True),
    "steps": dict.fromkeys(["step_s_median", "step_s_p10", "step_s_p90", "head_seconds"], True),
    "evaluation": {"seconds": True},
}


def runs_of(plan):
    return expand(parse(plan, where="p"), facts=load(DataSpec()).facts)


def made(runs, store, *, options=None, client=None, progress=lambda runs: None, should_stop=lambda: False, **dask):
    """Make runs here, or with a ``client`` on its workers; return the records by label, and what was said."""
    ended, said = [], []
    chosen = DaskExecutor(client, say=said.append, **dask) if client else LocalExecutor()
    callbacks = ExecutionCallbacks(ended.append, progress, should_stop)
    with store.opened():
        execute(runs, store, options or ExecutionOptions(jobs=2), callbacks, executor=chosen)
    return {record.label: record for record in ended}, said


def bits(record):
    """All of a record that depends on neither time nor place."""
    return record.model_dump(mode="json", exclude=_TIMES)


@pytest.fixture(scope="module")
def client():
    with connected("local:2") as client:
        yield client


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("here"))
    return made(runs_of(_PLAN), store)[0], store


def test_the_same_records_as_here(tmp_path, client, here):
    """Records and weights are, bit for bit, those of the local executor; a run comes after the one whose weights it needs."""
    store = Store(tmp_path)
    records, said = made(runs_of(_PLAN), store, client=client)

    expected, other = here
    assert {record.status for record in records.values()} == {"ok"}
    assert {label: bits(record) for label, record in records.items()} == {
        label: bits(record) for label, record in expected.items()
    }
    assert {record.label: record for record in store.read().records} == records
    for run in runs_of(_PLAN):
        ours, theirs = store.weights_of(run.run_id), other.weights_of(run.run_id)
        assert (ours.read_bytes() if ours.exists() else None) == (theirs.read_bytes() if theirs.exists() else None)
    assert said == []
    assert not list(tmp_path.glob(".*.part"))


def test_without_a_shared_folder(tmp_path, client, here, monkeypatch):
    """Workers that do not see the folder are named; records, weights and logs come back through Dask, also for dependent runs."""
    monkeypatch.setattr(executor, "token_in", lambda root: contextlib.nullcontext("not there"))
    store = Store(tmp_path)
    records, said = made(runs_of(_PLAN), store, client=client)

    assert {label: bits(record) for label, record in records.items()} == {
        label: bits(record) for label, record in here[0].items()
    }
    assert sum("does not share" in line for line in said) == 2
    assert records["two"].evaluation.weights_from == records["one"].run_id
    assert store.weights_of(records["one"].run_id).exists()
    assert store.log_of(records["one"].run_id, 1).exists()


def worker_of(run):
    """Return the process of the worker that makes a run; it is a child of this process."""
    children = psutil.Process().children()
    return next(worker for worker in children if run.pid in [process.pid for process in worker.children()])


def test_a_killed_workers_run_goes_on_elsewhere(tmp_path, client):
    """When a worker is killed, its run's process ends too, and the run ends ok on another worker, from its checkpoint."""
    killed = []

    store = Store(tmp_path / "a")

    def kill(progress):
        if not killed and progress and len(list(store.root.glob("checkpoints/*/*.safetensors"))) == 2:
            killed.extend([psutil.Process(progress[0].pid), worker_of(progress[0])])
            killed[1].kill()

    runs = runs_of(_LONG.format(epochs=100))
    records, _ = made(runs, store, client=client, progress=kill, options=ExecutionOptions(jobs=1, checkpoint_s=0.0))
    undisturbed, _ = made(runs, Store(tmp_path / "b"))

    assert not killed[0].is_running()
    (record,) = records.values()
    assert record.status == "ok"
    assert record.resumed_at > 0
    assert any("was lost while it made this run" in note for note in record.notes)
    assert bits(record) == bits(*undisturbed.values())


def _ok(order_json):
    """The answer of a run that was not made: it stands for any that ends."""
    order = RunOrder.model_validate_json(order_json)
    record = record_without_result(order.run, order.attempt, "ok", "", "").model_copy(update={"failure": None})
    return WorkerAnswer(record.model_dump_json())


def test_a_run_that_ends_its_workers_is_killed_after_three(tmp_path, client):
    """A run whose worker dies three times is recorded as ``killed``; runs that need it are skipped; others go on."""

    def deadly(order_json, weights, task):
        if RunOrder.model_validate_json(order_json).label == "one":
            os.kill(os.getpid(), signal.SIGKILL)
        return _ok(order_json)

    records, _ = made(runs_of(_PLAN), Store(tmp_path), client=client, make=deadly)

    assert {label: record.status for label, record in records.items()} == {
        "one": "killed", "two": "skipped", "three": "ok",
    }  # fmt: skip
    assert records["one"].failure.message.startswith("3 workers were lost while they made it: worker tcp://")
    assert len(records["one"].notes) == 3


def test_an_answer_that_is_lost_on_its_way_is_fetched_again(tmp_path, client, monkeypatch):
    """When the connection breaks while an answer is fetched, it is fetched again: the run ends ok, once."""
    from distributed import Future as DaskFuture
    from distributed.comm import CommClosedError

    result, broken = DaskFuture.result, []

    def breaks_once(future, timeout=None):
        if future.key.startswith("qhb-run") and future.key not in broken:
            broken.append(future.key)
            raise CommClosedError("in <TCP>: Stream is closed")
        return result(future, timeout)

    monkeypatch.setattr(DaskFuture, "result", breaks_once)
    records, _ = made(
        runs_of(_PLAN), Store(tmp_path), client=client, make=lambda order_json, weights, task: _ok(order_json)
    )

    assert {record.status for record in records.values()} == {"ok"}
    assert len(broken) == len(records) == 3


def test_stopped_nothing_stays(tmp_path, client):
    """When the client is stopped, the run's process ends without a record, and its checkpoints are kept."""
    seen = []
    options = ExecutionOptions(jobs=1, checkpoint_s=0.0)
    runs = runs_of(_LONG.format(epochs=10_000))
    records, _ = made(
        runs, Store(tmp_path), client=client, options=options, progress=seen.extend, should_stop=lambda: len(seen) > 2
    )

    assert records == {}
    psutil.wait_procs([psutil.Process(seen[0].pid)] if psutil.pid_exists(seen[0].pid) else [], timeout=20)
    assert not psutil.pid_exists(seen[0].pid)
    assert list(Store(tmp_path).checkpoints_of(runs[0].run_id).iterdir())


def test_a_signal_as_a_wait_ends(tmp_path, client):
    """A signal that is handled just when a wait for answers ends does not prolong it; ``should_stop`` is called."""
    handled = []

    def outlast(*_):
        handled.append(time.monotonic())
        assert len(handled) <= 5, "it waits for ever"
        time.sleep(2 * running_jobs._POLL_S)

    before = signal.signal(signal.SIGALRM, outlast)
    try:
        made(
            runs_of(_LONG.format(epochs=10_000)),
            Store(tmp_path),
            client=client,
            progress=lambda runs: signal.setitimer(signal.ITIMER_REAL, running_jobs._POLL_S / 2, 10),
            should_stop=lambda: len(handled) >= 5,
        )
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert len(handled) == 5


_NEVER_CLOSED = """
import asyncio, sys, time
import distributed
import psutil
from harness.execution.cluster import connect

async def never(*_, **__):
    await asyncio.Event().wait()

if __name__ == "__main__":
    connect._CLOSE_S = 0.5
    with connect.connected("local:2") as client:
        workers = [psutil.Process(pid) for pid in client.run(__import__("os").getpid).values()]
        setattr(getattr(distributed, sys.argv[1]), sys.argv[2], never)
    left = [worker.pid for worker in workers if worker.is_running()]
    assert len(workers) == 2 and not left, left
"""


@pytest.mark.parametrize(("who", "what"), [("Client", "_close"), ("Nanny", "close")])
def test_what_dask_never_closes_is_ended(tmp_path, who, what):
    """A client or a cluster that hangs while it closes does not block us, and no worker stays."""
    script = tmp_path / "script.py"
    script.write_text(_NEVER_CLOSED)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, str(script), who, what], capture_output=True, text=True, timeout=60, env=environment
    )

    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr


def test_other_versions_are_refused_by_name(tmp_path, client, monkeypatch):
    """A worker with another torch is not used; if no other is left, the command ends and names both versions."""
    monkeypatch.setattr(workers, "required_versions", lambda: {"torch": "0.1"})

    with pytest.raises(ClusterError, match=r"(?s)no worker can be used:\nworker tcp://.* torch: here 0\.1, there 2\."):
        made(runs_of(_PLAN), Store(tmp_path), client=client)


def test_a_full_disk_stops_the_plan(tmp_path, client):
    """A worker that cannot write ends the command, with the worker's address in the message."""
    from harness.errors import DiskError

    def full(order_json, weights, task):
        raise DiskError("worker tcp://x: no room")

    with pytest.raises(DiskError, match="worker tcp://x: no room"):
        made(runs_of(_PLAN), Store(tmp_path), client=client, make=full)


def test_an_error_of_the_worker_is_a_record(tmp_path, client):
    """Any other error of a worker makes its run a failed one, and the others go on."""

    def broken(order_json, weights, task):
        if RunOrder.model_validate_json(order_json).label == "one":
            raise RuntimeError("no process for 1 run")
        return _ok(order_json)

    records, _ = made(runs_of(_PLAN), Store(tmp_path), client=client, make=broken)

    assert records["one"].status == "failed"
    assert records["one"].failure.message == "RuntimeError: no process for 1 run"
    assert records["three"].status == "ok"


def test_without_dask(monkeypatch):
    """Where Dask is not installed, the message has the pip line."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(PlanError, match=r"pip install 'quantum-head-bench\[dask\]'"), connected("local:2"):
        pass


@pytest.mark.parametrize("where", ["local", "local:0", "local:-1", "4", "http://x:1", ""])
def test_nonsense_is_refused(where):
    """A text that is neither local:N nor an address is refused and named."""
    with pytest.raises(
        PlanError, match=f"expected local:N or a scheduler's tcp://host:port or tls://host:port, got '{where}'"
    ):
        connected(where).__enter__()


_MIXED = """
name = "p"
[[runs]]
label = "wide"
head = "aer_shots"
circuit = "eq7"
shots = 10
[[runs]]
label = "narrow"
head = "linear"
[[runs]]
label = "later"
head = "linear"
max_steps = 1
weights_of = "narrow"
"""


def test_the_order_of_the_queue():
    """A run that uses all cores goes to an idle worker alone; one that needs weights comes after those are there."""
    runs = runs_of(_MIXED)
    jobs = JobQueue(runs, {runs[0].run_id: 4}, set())

    assert jobs.take(idle_worker=False).run.label == "narrow"
    assert jobs.take(idle_worker=False) is None
    wide = jobs.take(idle_worker=True)
    assert (wide.run.label, wide.attempt, wide.all_cores) == ("wide", 5, True)
    assert jobs
    jobs.run_ended(runs[1].run_id, ok=True)
    later = jobs.take(idle_worker=True)
    assert (later.run.label, later.attempt) == ("later", 1)
    assert not jobs
    jobs.put_back(later)
    assert jobs.take(idle_worker=False) is later


def test_runs_whose_weights_will_never_be_there():
    """A run that needs the weights of a run that is not ok is taken out, whether that one failed in this command or before."""
    runs = runs_of(_MIXED)
    jobs = JobQueue(runs[1:], {}, set())
    jobs.run_ended(runs[1].run_id, ok=False)

    assert [job.run.label for job in jobs.take_without_weights()] == ["later"]
    assert [job.run.label for job in JobQueue(runs[2:], {}, set()).take_without_weights()] == ["later"]
    assert JobQueue(runs[2:], {}, {runs[1].run_id}).take(idle_worker=False).run.label == "later"


class _Client:
    """Stands for a client of a cluster that answers at once; by default it has one worker of two threads."""

    status = "running"

    def __init__(self, facts, threads=(2,)):
        self.submitted = []
        self._facts = facts
        self._threads = {f"tcp://w{n}": n_threads for n, n_threads in enumerate(threads)}

    def nthreads(self):
        return self._threads

    def submit(self, function, *arguments, **options):
        future = Future()
        future.release = lambda: None
        future.add_done_callback = lambda callback: None
        if function is workers.inspect_worker:
            future.set_result(self._facts)
            future.status = "finished"
        else:
            self.submitted.append(options["key"])
        return future


def test_a_worker_that_gave_up_a_run_has_no_more_threads_than_before(tmp_path, monkeypatch):
    """One of two threads gives up its run; when the worker is used again, the other thread still counts as busy."""
    monkeypatch.setattr(workers, "_UPDATE_S", 0.0)
    monkeypatch.setattr(running_jobs, "_POLL_S", 0.0)
    client = _Client(workers.WorkerFacts(workers.required_versions(), shares_results=True))
    runs = runs_of(_LONG.replace('head = "linear"', 'head = "linear"\nseeds = [0, 1, 2, 3]').format(epochs=1))
    cluster = workers.ClusterWorkers(client, tmp_path, token="", say=print)
    running = running_jobs.RunningJobs(
        client, cluster, JobQueue(runs, {}, set()), Store(tmp_path), ExecutionOptions(jobs=1), make=_ok
    )
    list(running.step())
    assert len(client.submitted) == 2

    running._answers.put((client.submitted[0], None))
    list(running.step())
    assert len(client.submitted) == 2, "it is about to leave"
    list(running.step())

    assert len(client.submitted) == 3
    assert cluster.next_free() is None


def test_which_worker_is_next(tmp_path, monkeypatch):
    """Idle workers come first, among them those with more threads; a worker that is gone never comes again."""
    monkeypatch.setattr(workers, "_UPDATE_S", 0.0)
    client = _Client(workers.WorkerFacts(workers.required_versions(), shares_results=True), threads=(1, 4, 2))
    cluster = workers.ClusterWorkers(client, tmp_path, token="", say=print)
    cluster.update()

    taken = []
    while worker := cluster.next_free():
        cluster.change_free(worker, -1)
        taken.append(worker.address)
    assert taken[:3] == ["tcp://w1", "tcp://w2", "tcp://w0"]
    assert sorted(taken[3:]) == ["tcp://w1"] * 3 + ["tcp://w2"]

    gone = cluster._workers["tcp://w1"]
    del client._threads["tcp://w1"]
    assert cluster.update()
    cluster.change_free(gone, 4)
    assert cluster.next_free() is None
    cluster.change_free(cluster._workers["tcp://w2"], 1)
    assert cluster.next_free().address == "tcp://w2"


def test_progress_is_read_twice_a_second(tmp_path, monkeypatch):
    """Between two looks at the files of running runs there is half a second, and ten times what the last look took."""
    client = _Client(workers.WorkerFacts(workers.required_versions(), shares_results=True))
    cluster = workers.ClusterWorkers(client, tmp_path, token="", say=print)
    running = running_jobs.RunningJobs(
        client, cluster, JobQueue([], {}, set()), Store(tmp_path), ExecutionOptions(jobs=1), make=_ok
    )
    clock = [0.0]
    monkeypatch.setattr(running_jobs.time, "monotonic", lambda: clock[0])
    read = []

    def takes_two_seconds(path):
        clock[0] += 2.0
        read.append(path)

    monkeypatch.setattr(running_jobs, "read_progress", takes_two_seconds)
    job = running_jobs.Job(runs_of(_LONG.format(epochs=1))[0], 1, False)
    running._tasks["a"] = running_jobs._Task(job, workers.Worker("tcp://w", 1, 1, True), 1, None)

    for at, looks in ((0.0, True), (19.9, False), (20.1, True), (30.0, False)):
        clock[0] = at
        assert (running.progress() is not None) == looks
    assert len(read) == 2
