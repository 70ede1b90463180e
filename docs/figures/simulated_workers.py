"""Dask workers by the hundred that sleep instead of making runs, and a stand-in for Dask where there would be too many of them."""

import argparse
import asyncio
import collections
import concurrent.futures
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import dask
import psutil
from distributed import Client, Worker

from docs.figures.simulated_runs import runs_of
from harness.execution.cluster import worker
from harness.execution.cluster.worker import WorkerAnswer, WorkerFacts, inspect_worker, required_versions
from harness.execution.order import RunOrder

_HERE = str(Path(__file__).resolve().parents[2])
_PROCESSES = 2  # that hold the simulated workers
_START_S = 600
# What a worker measures of itself, up to a hundred times a second: hundreds of them would keep their process busy with it.
_QUIET = {
    "distributed.admin.tick.interval": "60s",
    "distributed.admin.tick.limit": "600s",
    "distributed.admin.system-monitor.interval": "60s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.worker.profile.enabled": False,
}


class Simulated(NamedTuple):
    """A client of a scheduler with simulated workers, and the scheduler's process."""

    client: Client
    scheduler: psutil.Process


@contextlib.contextmanager
def cluster_of(n_workers: int) -> Iterator[Simulated]:
    """Yield a cluster of so many workers with one thread each; end its processes afterwards.

    Raises:
        RuntimeError: one of its processes ended by itself.
        TimeoutError: not all workers are there after ten minutes.
    """
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as opened:
        folder = Path(name)
        file = folder / "scheduler.json"
        scheduler = _started(folder, opened, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
                             "--no-dashboard", "--scheduler-file", str(file))  # fmt: skip
        while not (file.exists() and file.read_text().endswith("}")):
            _check(scheduler, folder)
        address = json.loads(file.read_text())["address"]
        n_processes = min(_PROCESSES, n_workers)
        for number in range(n_processes):
            held = n_workers // n_processes + (number < n_workers % n_processes)
            _started(folder, opened, __name__, str(held), address)
        client = opened.enter_context(Client(address, set_as_default=False))
        client.wait_for_workers(n_workers, timeout=_START_S)
        yield Simulated(client, psutil.Process(scheduler.pid))


def _started(folder: Path, opened: contextlib.ExitStack, module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([_HERE, *filter(None, sys.path)])}
    with (folder / "out.txt").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  our own modules
            [sys.executable, "-m", module, *arguments], env=environment, cwd=folder, stdout=output, stderr=output
        )
    opened.callback(process.wait)
    opened.callback(process.kill)
    return process


def _check(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    time.sleep(0.1)
    if process.poll() is not None:
        raise RuntimeError(f"{process.args} ended: {(folder / 'out.txt').read_text()[-2000:]}")


async def _hold(n_workers: int, address: str) -> None:
    """Be so many workers until this process is killed."""
    dask.config.set(_QUIET)
    found = required_versions()  # real workers look once each, on machines of their own
    worker.required_versions = lambda: found
    async with contextlib.AsyncExitStack() as opened:
        for _ in range(n_workers):
            await opened.enter_async_context(Worker(address, nthreads=1, memory_limit=0, dashboard=False))
        await asyncio.Event().wait()


class StandIn:
    """Answers as a client of Dask does, for so many workers that are all busy; a run ends when another is handed out."""

    status = "running"

    def __init__(self, n_workers: int, n_runs: int, record: str) -> None:
        """Stand in for workers.

        Args:
            n_workers: How many.
            n_runs: How many runs they are about to get.
            record: The record of the run that ``runs_of(1)`` gives, as JSON; all get its like.
        """
        self._threads = {f"tcp://worker-{n}": 1 for n in range(n_workers)}
        self._n_left, self._record = n_runs, record
        self._run_id = runs_of(1)[0].run_id
        self._busy: collections.deque[tuple[Any, str]] = collections.deque()
        self._handed_out = threading.Condition()
        self._facts = WorkerFacts(required_versions(), shares_results=True)
        threading.Thread(target=self._end_runs, daemon=True).start()

    def nthreads(self) -> dict[str, int]:
        """Return the threads of each worker."""
        return self._threads

    def submit(self, function: object, *arguments: Any, **_options: object) -> Any:
        """Return the future of an inspection, which is done, or of a run."""
        future: Any = concurrent.futures.Future()
        future.status, future.release = "finished", lambda: None
        if function is inspect_worker:
            future.set_result(self._facts)
            return future
        with self._handed_out:
            self._busy.append((future, RunOrder.model_validate_json(arguments[0]).run_id))
            self._n_left -= 1
            self._handed_out.notify()
        return future

    def _end_runs(self) -> None:
        while self._n_left or self._busy:
            with self._handed_out:
                self._handed_out.wait_for(lambda: len(self._busy) >= (len(self._threads) if self._n_left else 1))
                future, run_id = self._busy.popleft()
            future.set_result(WorkerAnswer(self._record.replace(self._run_id, run_id)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Be N simulated Dask workers of a scheduler, until killed.")
    parser.add_argument("n", type=int)
    parser.add_argument("address")
    asked = parser.parse_args()
    asyncio.run(_hold(asked.n, asked.address))
