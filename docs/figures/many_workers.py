"""What happens with 10 to 10,000 workers: ``python -m docs.figures.many_workers`` prints Markdown tables.

Workers are Dask's own, hundreds in a process, and sleep instead of making runs; the scheduler and the client are the real
ones. For more workers than this machine can hold, the client alone is measured, against a stand-in for Dask. Writers of
checkpoints are threads that write the bytes of a real checkpoint.
"""

import argparse
import asyncio
import collections
import concurrent.futures
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import click
import psutil
from distributed import Client, Worker

from docs.figures.scale_out import head, load, row, runs_of, seconds_of, sleeping
from harness.execution.cluster.dask_executor import DaskExecutor
from harness.execution.cluster.worker import WorkerAnswer, WorkerFacts, inspect_worker, required_versions
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions
from harness.execution.order import RunOrder
from harness.records.disk import write_atomically
from harness.records.store import Store

_PROCESSES = 2  # that hold the simulated workers
_CHECKPOINT_S = ExecutionOptions(jobs=1).checkpoint_s


@contextlib.contextmanager
def cluster_of(n_workers):
    """Yield the client of a scheduler process with so many one-thread workers, and that process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        scheduler = _start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                           "--scheduler-file", str(file))  # fmt: skip
        started = [scheduler]
        try:
            while not (file.exists() and file.read_text().endswith("}")):
                time.sleep(0.1)
            address = json.loads(file.read_text())["address"]
            n_processes = min(_PROCESSES, n_workers)
            for _ in range(n_processes):
                started.append(_start(__spec__.name, "--hold", str(n_workers // n_processes), address, cwd=folder))
            with Client(address, set_as_default=False) as client:
                client.wait_for_workers(n_workers, timeout=600)
                yield client, psutil.Process(scheduler.pid)
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


def _start(module, *arguments, cwd=None):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)])}
    return subprocess.Popen(  # noqa: S603  our own modules
        [sys.executable, "-m", module, *arguments], env=environment, cwd=cwd, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


async def hold(n_workers, address):
    """Be so many workers until this process is killed."""
    async with contextlib.AsyncExitStack() as opened:
        for _ in range(n_workers):
            await opened.enter_async_context(Worker(address, nthreads=1, memory_limit=0, dashboard=False))
        await asyncio.Event().wait()


def with_dask(record, sizes, seconds, each):
    click.echo(f"\nMeasured: runs of {seconds:g} s that sleep, {each} for each worker; all on this machine.")
    head("workers", "runs/s", "of the ideal", "client, ms of CPU a run", "scheduler, ms of CPU a run", "idle scheduler, of a core", "load")  # fmt: skip
    for n_workers in sizes:
        with cluster_of(n_workers) as (client, scheduler):
            executor = sleeping(client, record, seconds)
            before = _cpu(scheduler)
            time.sleep(5)
            idle = (_cpu(scheduler) - before) / 5
            seconds_of(runs_of(1), executor)
            before, n_runs = _cpu(scheduler), each * n_workers
            wall, cpu, _ = seconds_of(runs_of(n_runs), executor)
            spent = _cpu(scheduler) - before
        row(f"{n_workers:,}", f"{n_runs / wall:.1f}", f"{each * seconds / wall:.0%}", f"{1e3 * cpu / n_runs:.1f}",
            f"{1e3 * spent / n_runs:.1f}", f"{idle:.0%}", load())  # fmt: skip


def _cpu(process):
    times = process.cpu_times()
    return times.user + times.system


class StandIn:
    """Answers as a client of Dask does, for so many workers that are all busy; a run ends when another is handed out."""

    status = "running"

    def __init__(self, n_workers, n_runs, record):
        self._threads = {f"tcp://worker-{n}": 1 for n in range(n_workers)}
        self._n_left, self._record = n_runs, record
        self._run_id = runs_of(1)[0].run_id
        self._busy = collections.deque()
        self._handed_out = threading.Condition()
        self._facts = WorkerFacts(required_versions(), shares_results=True)
        threading.Thread(target=self._end_runs, daemon=True).start()

    def nthreads(self):
        return self._threads

    def submit(self, function, *arguments, **options):
        future = concurrent.futures.Future()
        future.status, future.release = "finished", lambda: None
        if function is inspect_worker:
            future.set_result(self._facts)
            return future
        with self._handed_out:
            self._busy.append((future, RunOrder.model_validate_json(arguments[0]).run_id))
            self._n_left -= 1
            self._handed_out.notify()
        return future

    def _end_runs(self):
        while self._n_left or self._busy:
            with self._handed_out:
                self._handed_out.wait_for(lambda: len(self._busy) >= (len(self._threads) if self._n_left else 1))
                future, run_id = self._busy.popleft()
            future.set_result(WorkerAnswer(self._record.replace(self._run_id, run_id)))


def without_dask(record, sizes):
    click.echo("\nSimulated: the client alone; a stand-in for Dask answers at once. No records on the disk.")
    head("workers", "runs", "client, ms of CPU a run", "load")
    for n_workers in sizes:
        n_runs = 2 * n_workers + 1000
        executor = DaskExecutor(StandIn(n_workers, n_runs, record), say=click.echo)
        took = seconds_of(runs_of(n_runs), executor, stored=False)
        row(f"{n_workers:,}", f"{n_runs:,}", f"{1e3 * took.cpu / n_runs:.2f}", load())


def checkpoint():
    """Return the bytes of a checkpoint of the paper's model."""
    with tempfile.TemporaryDirectory() as folder:
        store, found = Store(Path(folder)), []

        def look(_):
            if not found:
                found.extend(path.read_bytes() for path in store.root.glob("checkpoints/*/*.safetensors"))

        with store.opened():
            callbacks = ExecutionCallbacks(lambda record: None, look, lambda: bool(found))
            options = ExecutionOptions(jobs=1, checkpoint_s=0.0)
            execute(runs_of(1, epochs=500), store, options, callbacks, executor=LocalExecutor())
    return found[0]


def disk(n_runs, seconds, folder):
    content = checkpoint()
    click.echo(
        f"\nSimulated: checkpoints of {n_runs:,} runs, {len(content) / 1e6:.2f} MB each, for {seconds} s, onto one disk."
    )
    head("writers at a time", "checkpoints/s", "MB/s", f"runs that fit, one each {_CHECKPOINT_S:g} s", "load")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        folders = [Path(place) / str(n) for n in range(n_runs)]
        for path in folders:
            path.mkdir()
        for n_writers in (1, 4, 16, 64):
            rate = _writes_per_second(content, folders, n_writers, seconds)
            row(n_writers, f"{rate:.0f}", f"{rate * len(content) / 1e6:.0f}", f"{rate * _CHECKPOINT_S:,.0f}", load())


def _writes_per_second(content, folders, n_writers, seconds):
    turn, n_written, started = itertools.count(), itertools.count(), time.monotonic()

    def write():
        while time.monotonic() < started + seconds:
            path = folders[next(turn) % len(folders)]
            write_atomically(path / f"{next(n_written) % 2}.safetensors", content)

    with concurrent.futures.ThreadPoolExecutor(n_writers) as writers:
        for future in [writers.submit(write) for _ in range(n_writers)]:
            future.result()
    return next(n_written) / (time.monotonic() - started)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1000, help="workers of Dask's, at most (default: %(default)s)")
    parser.add_argument(
        "--disk", type=Path, help="a folder on the shared disk (default: the folder of temporary files)"
    )
    parser.add_argument("--parts", nargs="+", choices=["dask", "client", "disk"], default=["dask", "client", "disk"])
    parser.add_argument("--hold", nargs=2, metavar=("N", "ADDRESS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hold:
        asyncio.run(hold(int(options.hold[0]), options.hold[1]))
        return
    click.echo(f"{os.cpu_count()} cores, load {load()} at the beginning")
    record = seconds_of(runs_of(1), LocalExecutor()).record
    if "client" in options.parts:
        without_dask(record, (10, 100, 1000, 10_000))
    if "disk" in options.parts:
        disk(1000, 10, options.disk)
    if "dask" in options.parts:
        with_dask(record, [n for n in (10, 100, 1000) if n <= options.most], 10.0, 3)


if __name__ == "__main__":
    main()
