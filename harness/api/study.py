"""Makes the runs of a plan and writes the report: what ``qhb run`` and ``harness.run`` do."""

import collections
import contextlib
import dataclasses
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from harness.api.console import Display
from harness.api.results import StudyResults
from harness.api.run_messages import angles_of_files, how_to_make_again
from harness.data.division import check_divisions
from harness.data.load import load
from harness.errors import ClusterError, DamagedError, DiskError, PlanError
from harness.execution.options import ExecutionOptions, Retry, runs_to_make
from harness.execution.signals import Signals
from harness.plan.last_plan import (
    LastPlan,
    in_order_of,
    labels_of,
    last_plan_file,
    read_last_plan,
    resolve,
    write_last_plan,
)
from harness.plan.plan import data_root_of
from harness.plan.schema import Plan
from harness.records.disk import is_folder
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.report import write_report
from harness.report.numbers.grouping import grouped
from harness.spec import Run

if TYPE_CHECKING:
    from harness.execution.executor import Executor


@dataclasses.dataclass(frozen=True)
class StudyOrder:
    """A plan, and how its runs are made.

    Attributes:
        plan: The plan.
        results: The results folder.
        command: What goes on with these runs when it is given again: a command line or a call.
        options: How each run is made.
        dask: Where Dask workers make them, as ``connected`` takes it; None: on this machine.
        retry: Which runs that are not ok are made again.
        fresh: Make every run again, from its beginning.
        wait: If another process holds the results folder, wait for it.
        download: Let torchvision fetch the data set.

    Raises:
        PlanError: two of these exclude each other.
    """

    plan: Plan
    results: Path
    command: str
    options: ExecutionOptions
    dask: str | None = None
    retry: Retry | None = None
    fresh: bool = False
    wait: bool = False
    download: bool = False

    def __post_init__(self) -> None:
        if self.fresh and self.retry:
            raise PlanError(f"--fresh makes every run again, --retry {self.retry} some of them; give one of them")


def make_study(order: StudyOrder, display: Display, signals: Signals) -> StudyResults:
    """Make the runs that are left to make, write the report, and return the plan's runs.

    Args:
        order: What to make, and how.
        display: Where it is said what happens.
        signals: Entered. A signal stops the study in good order.

    Raises:
        HarnessError: the plan, the data set or the results folder cannot be used.
        Stopped: a signal came; every run that ended is kept.
    """
    plan = order.plan
    options = order.options._replace(data_root=data_root_of(plan, order.options.data_root))
    dataset = load(plan.data, data_root=options.data_root, download=order.download)
    store = Store(order.results)
    resolved = resolve(
        plan,
        facts=dataset.facts,
        folder=plan.folder,
        command=order.command,
        earlier=_last_plan(store, display),
    )
    wait = (lambda held: display.line(f"{held}; waiting for it")) if order.wait else None
    with store.opened(wait=wait, command=order.command):
        if order.fresh:
            store.start_over({run.run_id for run in resolved.runs})
        kept = _kept(store, display)
        if is_folder(last_plan_file(store.root)):
            store.set_aside(last_plan_file(store.root))
        write_last_plan(store.root, resolved)  # not before the records were read: an unreadable folder stays as it is
        chosen = runs_to_make(resolved.runs, kept, retry=order.retry)
        display.line(
            f"plan {plan.name}: {len(resolved.runs)} runs, {_left(resolved.runs, chosen, kept)}, {len(chosen)} to make"
        )
        display.line(f"results: {store.root}")
        for line in angles_of_files(resolved.runs):
            display.line(line)
        if chosen:
            check_divisions(dataset, [run.spec for run in chosen])
            _make(chosen, store, dataclasses.replace(order, options=options), display, signals)
        return _reported(store, resolved)


def say_what_is_not_ok(results: StudyResults, display: Display, *, command: str) -> None:
    """Say which runs are not ok or not made, why, and how to make them."""
    for record in results.records:
        if record.failure:
            why = f"{record.failure.kind}: {record.failure.message}"
            display.line(f"{record.status}: {record.label}, seed {record.spec.seed}: {why}")
            display.line(f"  more: qhb show {record.run_id[:12]} --results {shlex.quote(str(results.folder))}")
    if results.n_missing:
        display.line(f"{results.n_missing} runs are not made yet. To go on: {command}")
    for line in how_to_make_again({record.status for record in results.records}, command=command):
        display.line(line)


def _reported(store: Store, resolved: LastPlan) -> StudyResults:
    """Write the report on a plan's runs and return them."""
    found, labels = store.read(), labels_of(resolved)
    records = in_order_of(resolved, [record for record in found.records if record.run_id in labels])
    earlier = [record for record in found.earlier if record.run_id in labels]
    write_report(
        records,
        store.root / "report",
        title=f"quantum-head-bench: {resolved.name}",
        command=resolved.command,
        results_folder=store.root,
        peers=store.root / "peers.json",
        earlier=earlier,
        labels=labels,
        declared=resolved.comparison,
    )
    return StudyResults(store.root, grouped(records, earlier, labels), resolved.comparison)


def _last_plan(store: Store, display: Display) -> LastPlan | None:
    """Return the plan of the last command, None where there is none that can be used."""
    try:
        return read_last_plan(store.root)
    except DamagedError as error:
        display.line(f"warning: {error}; it is written again")
        return None


def _kept(store: Store, display: Display) -> list[RunRecord]:
    """Return the records of earlier commands, and move damaged ones to the quarantine."""
    found = store.read()
    for path, why in found.damaged:
        display.line(f"warning: {why}; it is now {store.set_aside(path)}")
    return found.records


def _left(runs: list[Run], chosen: list[Run], kept: list[RunRecord]) -> str:
    """Say how many runs are not made again, and how they ended where not all are ok."""
    left = {run.run_id for run in runs} - {run.run_id for run in chosen}
    counts = collections.Counter(record.status for record in kept if record.run_id in left)
    ends = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    return f"{len(left)} done already" + (f" ({ends})" if counts.keys() - {"ok"} else "")


def _make(runs: list[Run], store: Store, order: StudyOrder, display: Display, signals: Signals) -> None:
    from harness.execution.execute import execute  # torch is loaded only where there is something to make
    from harness.execution.executor import ExecutionCallbacks

    with signals.held(), display.run_display(len(runs)) as shown:
        callbacks = ExecutionCallbacks(shown.run_ended, shown.progress, lambda: signals.stopping)
        try:
            with _executor(order.dask, display) as executor:
                execute(runs, store, order.options, callbacks, executor=executor)
        except (DiskError, ClusterError) as error:
            raise type(error)(f"{error}\nstopped early. To go on: {order.command}") from error


@contextlib.contextmanager
def _executor(dask: str | None, display: Display) -> "Iterator[Executor]":
    if dask is None:
        from harness.execution.local_executor import LocalExecutor

        yield LocalExecutor()
        return
    # Not above: without --dask neither their import time nor Dask is needed.
    from harness.execution.cluster.connect import connected
    from harness.execution.cluster.dask_executor import DaskExecutor

    with connected(dask) as client:
        yield DaskExecutor(client, say=display.line)
