"""Dask workers, schedulers and clients that end in many ways: no run is lost or made twice, and no process stays behind."""

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest
from faults.helpers import TWO_SEEDS, end_of, is_alive, make, runs_of, wait_for

from harness.execution.cluster.connect import connected
from harness.execution.cluster.dask_executor import DaskExecutor
from harness.execution.progress import read_progress
from harness.records.store import Store

pytestmark = pytest.mark.chaos

_QUICK = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
_QHB = "from harness.cli.main import main; main()"


def _records(runs, store, **how):
    """Make the runs and return their records in the order in which they end; two seeds share a label."""
    ended = []
    make(runs, store, ended=ended.append, **how)
    return ended


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    make(runs_of(TWO_SEEDS.format(epochs=150)), store)
    return end_of(store)


def _by_exit(dask_worker):
    dask_worker.loop.asyncio_loop.call_later(0.1, sys.exit, 0)


def _by_segfault(dask_worker):
    dask_worker.loop.asyncio_loop.call_later(0.1, ctypes.string_at, 0)


async def _by_close(dask_worker):
    import asyncio

    dask_worker.closes = asyncio.create_task(dask_worker.close(nanny=False))


@pytest.mark.parametrize("end", [_by_exit, _by_segfault, _by_close])
def test_a_worker_ends_in_the_middle(tmp_path, undisturbed, end):
    """After sys.exit, a segmentation fault or a graceful end of its worker, a run continues from its checkpoint and gives the same weights."""
    store, runs, struck = Store(tmp_path), runs_of(TWO_SEEDS.format(epochs=150)), []
    with connected("local:2") as client:

        def strike(progress):
            if not struck and any(run.done > 20 for run in progress):
                struck.append(min(client.nthreads()))
                client.run(end, workers=struck)

        records = _records(runs, store, progress=strike, executor=DaskExecutor(client, say=print))

    assert struck
    assert [record.status for record in records] == ["ok", "ok"]
    moved = [record for record in records if record.notes]
    assert len(moved) == 1
    assert moved[0].resumed_at > 0
    assert struck[0] in moved[0].notes[0]
    assert end_of(store) == undisturbed


def test_all_workers_killed_three_times(tmp_path):
    """Every worker is killed whenever it makes a run; after three times the runs are recorded as ``killed``."""
    store, killed = Store(tmp_path), set()
    with connected("local:2") as client:

        def strike(progress):
            seen = {run.pid for run in progress} - killed
            for worker in psutil.Process().children():
                with contextlib.suppress(psutil.NoSuchProcess):  # one that is just being replaced
                    if seen & {process.pid for process in worker.children()}:
                        killed.update(seen)
                        worker.kill()

        records = _records(
            runs_of(TWO_SEEDS.format(epochs=10_000)), store, progress=strike, executor=DaskExecutor(client, say=print)
        )

    assert [record.status for record in records] == ["killed", "killed"]
    assert all("3 workers were lost while they made it" in record.failure.message for record in records)
    assert [record.attempt for record in store.read().records] == [1, 1]
    assert len(killed) == 6
    assert not any(map(is_alive, killed))


class _Place:
    """A scheduler and two workers in processes of their own, and ``qhb run`` on them."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        (folder / "plan.toml").write_text(TWO_SEEDS.format(epochs=10_000))
        file = folder / "scheduler.json"
        self.scheduler = self.start(
            "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(file),
        )  # fmt: skip
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]
        for _ in range(2):
            self.start(
                "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-dashboard",
                "--local-directory", str(folder),
            )  # fmt: skip

    def start(self, *arguments):
        with (self.folder / "out.txt").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), **_QUICK},
            )
        self.started.append(process)
        return process

    def qhb(self, dask):
        return self.start(
            "-c", _QHB, "run", "plan.toml", "--results", "results", "--checkpoint-every", "0.2", "--dask", dask
        )

    def run_processes(self, before=()):
        """Wait for the processes of both runs, and return them."""

        def found():
            files = (self.folder / "results/progress").glob("*.json")
            return {run.pid for run in map(read_progress, files) if run} - set(before)  # one may be deleted meanwhile

        wait_for(lambda: len(found()) == 2)
        return found()

    def said(self):
        return (self.folder / "out.txt").read_text()


@pytest.fixture
def place(tmp_path):
    made = _Place(tmp_path)
    yield made
    for process in made.started:
        for below in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else ():
            below.kill()
        process.kill()
        process.wait()


def test_the_client_is_killed(place):
    """When the client is killed, the workers stop its runs; the next client continues them from their checkpoints."""
    client = place.qhb(place.address)
    first = place.run_processes()
    wait_for(lambda: len(list((place.folder / "results/checkpoints").glob("*/*"))) >= 2)
    client.kill()
    wait_for(lambda: not any(map(is_alive, first)))
    again = place.qhb(place.address)
    place.run_processes(first)
    os.killpg(again.pid, signal.SIGINT)

    assert again.wait(60) == 130
    assert not list((place.folder / "results/records").iterdir())
    assert re.search(r"stopped by SIGINT; every run that ended is kept. To go on: qhb run plan.toml", place.said())


def test_the_scheduler_is_killed(place):
    """When the scheduler is killed, the command ends with exit code 4 and says how to continue; the workers stop the runs."""
    client = place.qhb(place.address)
    runs = place.run_processes()
    place.scheduler.kill()

    assert client.wait(60) == 4
    assert f"the scheduler at {place.address} is gone" in place.said()
    assert "stopped early. To go on: qhb run plan.toml" in place.said()
    wait_for(lambda: not any(map(is_alive, runs)))


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c(place, times):
    """After one signal the command ends without a traceback, after two at once; no worker and no run stays, and the folder is free."""
    client = place.qhb("local:2")
    place.run_processes()
    below = [process.pid for process in psutil.Process(client.pid).children(recursive=True)]
    for _ in range(times):
        os.killpg(client.pid, signal.SIGINT)
        time.sleep(0.2)

    assert client.wait(60) == 130
    wait_for(lambda: not any(map(is_alive, below)))
    assert len(below) >= 4
    assert not Store(place.folder / "results").is_held
    assert "KeyboardInterrupt" not in place.said()


def test_nobody_answers(place):
    """An address without a scheduler is named, with exit code 4."""
    client = place.qhb("tcp://127.0.0.1:9")

    assert client.wait(90) == 4
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in place.said()
