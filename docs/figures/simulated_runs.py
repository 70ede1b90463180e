"""Runs that go the whole way of real ones (waiting, order, worker, answer, record, store), while their worker only sleeps.

So many workers can be had on few cores.
"""

import functools
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
from distributed import Client

from harness.data.load import facts_of
from harness.execution.cluster.dask_executor import DaskExecutor
from harness.execution.cluster.worker import WorkerAnswer
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks, Executor
from harness.execution.options import ExecutionOptions
from harness.execution.order import RunOrder
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import DataSpec, Run

_PLAN = """
name = "p"
seeds = {seeds}
[data]
n_images = 100
[training]
epochs = {epochs}
[[runs]]
head = "linear"
"""


class Took(NamedTuple):
    """Wall seconds, processor seconds of the client's process, and the record of one of the runs as JSON."""

    wall: float
    cpu: float
    record: str


def runs_of(n_runs: int, *, epochs: int = 1) -> list[Run]:
    """Return runs of a linear head on 100 images, with seeds from 0 on."""
    text = _PLAN.format(seeds=list(range(n_runs)), epochs=epochs)
    return expand(parse(text, where="benchmark"), facts=facts_of(DataSpec()))


def seconds_of(runs: Sequence[Run], executor: Executor, *, stored: bool = True) -> Took:
    """Make runs in a new folder; without ``stored``, no record is written."""
    ended: list[RunRecord] = []
    callbacks = ExecutionCallbacks(ended.append, lambda runs: None)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.opened():
            started, cpu = time.perf_counter(), time.process_time()
            if stored:
                execute(runs, store, ExecutionOptions(jobs=1), callbacks, executor=executor)
            else:
                ended += executor.records(runs, set(), store, ExecutionOptions(jobs=1), callbacks)
            seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert len(ended) == len(runs)
    return Took(seconds, cpu, ended[0].model_dump_json())


def _sleep(
    record: str, run_id: str, seconds: float, order_json: str, _weights: bytes | None, _task: str
) -> WorkerAnswer:
    time.sleep(seconds)
    return WorkerAnswer(record.replace(run_id, RunOrder.model_validate_json(order_json).run_id))


def sleeping(client: Client, record: str, seconds: float) -> DaskExecutor:
    """Return an executor whose workers make no run; their answer is the record of the run that ``runs_of(1)`` gives.

    Args:
        client: Of the workers.
        record: The record as JSON.
        seconds: How long each run seems to take.
    """
    # Not a closure, which Dask would pickle by value for each run, unlike what workers call for real runs.
    make = functools.partial(_sleep, record, runs_of(1)[0].run_id, seconds)
    return DaskExecutor(client, say=click.echo, make=make)
