"""``qhb run``."""

import collections
import contextlib
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backends.machine import n_cores
from harness.cli.console import Console
from harness.cli.folders import RESULTS_FOLDER
from harness.cli.plan_options import only_option, plan_argument, preset_option
from harness.cli.run_in_turn import run_in_turn
from harness.cli.run_messages import angles_of_files, how_to_make_again
from harness.cli.summary import summary
from harness.data.division import check_divisions
from harness.data.load import load
from harness.errors import ClusterError, DamagedError, DiskError, PlanError
from harness.execution.options import CHECKPOINT_S, ExecutionOptions, Retry, runs_to_make
from harness.execution.signals import Signals, Stopped
from harness.plan.last_plan import (
    LastPlan,
    in_order_of,
    labels_of,
    last_plan_file,
    read_last_plan,
    resolve,
    write_last_plan,
)
from harness.plan.only import only as chosen_runs
from harness.plan.plan import data_root_of, load_asked, presets_in
from harness.plan.schema import SECTIONS, sections_with
from harness.records.disk import is_folder
from harness.records.lock_owner import command_line
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.report import write_report
from harness.spec import Run
from harness.text import WIDTH

if TYPE_CHECKING:
    from harness.execution.executor import Executor


class _RunCommand(click.Command):
    """Answers a plan's key that is given as an option with the place where it belongs."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name.lstrip("-").replace("-", "_")
            if name in SECTIONS:
                place = "[[runs]]" if name == "runs" else f"[{name}]"
                raise click.UsageError(
                    f"No such option {error.option_name}: {name} is a table of the plan; write {place} in the plan file",
                    ctx=ctx,
                ) from None
            for key in (name, f"{name}s"):
                for section in sections_with(key):
                    place = _PLACES.get(section, f"under [{section}]")
                    raise click.UsageError(
                        f"No such option {error.option_name}: {key} is a key of the plan; set it in the plan file, {place}",
                        ctx=ctx,
                    ) from None
            raise


_PLACES = {"": "before its first [table]", "runs": "in a [[runs]] table"}


@click.command("run", cls=_RunCommand)
@plan_argument
@preset_option
@only_option
@click.option("--results", type=RESULTS_FOLDER, help="Default: results/runs/NAME-OF-PLAN.")
@click.option("--jobs", type=click.IntRange(1), help="Single-core runs side by side. Default: the number of cores.")
@click.option(
    "--dask",
    metavar="local:N|tcp://HOST:PORT|tls://HOST:PORT",
    help="Make the runs on N Dask workers here, or on those of a scheduler.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0, min_open=True),
    help="Seconds that a run may take. Default: no limit.",
)
@click.option(
    "--checkpoint-every", "checkpoint_s", type=click.FloatRange(0), default=CHECKPOINT_S, show_default=True,
    help="Seconds of work that a kill may cost; 0 = a checkpoint after every step.",
)  # fmt: skip
@click.option(
    "--retry",
    type=click.Choice(["failed", "timeout", "all"]),
    help="Make these again as well: runs that failed, diverged or gave invalid output; that ran out of time; or both.",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Make every run again, from its beginning; earlier records are kept but no longer count.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first run that is not ok.")
@click.option("--wait", is_flag=True, help="If another qhb run holds the results folder, wait for it.")
@click.option(
    "--data-root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of data sets: torchvision's, or where the path of [data] begins.",
)
@click.option("--download", is_flag=True, help="Let torchvision fetch the data set into --data-root.")
@click.option("--quiet", is_flag=True, help="Print only what went wrong, and how to go on.")
def command(**options: Any) -> int:
    """Train and measure every run of a plan, then write the report.

    The same command again continues where it stopped: a run that is ok is not made again, one that was killed continues
    from its checkpoint, and one that failed or ran out of time is left as it is unless --retry says otherwise.
    """
    with Signals() as signals:
        try:
            if names := presets_in(options["preset"] or ""):
                return run_in_turn(
                    names,
                    lambda name, folder: _command(signals, **options | {"preset": name, "results": folder}),
                    folder=options["results"] or Path("results/runs") / options["preset"],
                    console=Console(sys.stdout, quiet=options["quiet"]),
                )
            return _command(signals, **options)
        except Stopped as stopped:
            Console(sys.stdout).line(f"stopped by {stopped}; every run that ended is kept. To go on: {_command_line()}")
            return stopped.exit_code


def _command(
    signals: Signals,
    *,
    plan_file: Path | None,
    preset: str | None,
    only: tuple[str, ...],
    results: Path | None,
    quiet: bool,
    wait: bool,
    retry: Retry | None,
    fresh: bool,
    download: bool,
    jobs: int | None,
    dask: str | None,
    **others: Any,
) -> int:
    started = time.monotonic()
    plan = load_asked(plan_file, preset)
    if fresh and retry:
        raise PlanError(f"--fresh makes every run again, --retry {retry} some of them; give one of them")
    if dask and jobs:
        raise PlanError(
            f"--jobs {jobs} is for runs on this machine, --dask {dask} for runs on its workers; give one of them"
        )
    others["data_root"] = data_root_of(plan, plan_file, others["data_root"])
    dataset = load(plan.data, data_root=others["data_root"], download=download)
    store = Store(results or Path("results/runs") / (preset or plan.name))
    console = Console(sys.stdout, quiet=quiet)
    resolved = resolve(
        plan,
        facts=dataset.facts,
        folder=plan_file.parent if plan_file else Path(),
        command=command_line(without=["--fresh"], without_values=["--only"]),
        earlier=_last_plan(store, console),
    )
    runs = chosen_runs(resolved.runs, only, plan=plan.name)
    with store.opened(wait=(lambda held: console.line(f"{held}; waiting for it", important=True)) if wait else None):
        if fresh:
            store.start_over({run.run_id for run in runs})
        kept = _kept(store, console)
        if is_folder(last_plan_file(store.root)):
            store.set_aside(last_plan_file(store.root))
        write_last_plan(store.root, resolved)  # not before the records were read: an unreadable folder stays as it is
        chosen = runs_to_make(runs, kept, retry=retry)
        part = f"{len(runs)} of {len(resolved.runs)} runs" if only else f"{len(runs)} runs"
        console.line(f"plan {plan.name}: {part}, {_left(runs, chosen, kept)}, {len(chosen)} to make")
        console.line(f"results: {store.root}")
        for line in angles_of_files(runs):
            console.line(line)
        if chosen:
            check_divisions(dataset, [run.spec for run in chosen])
            _make(chosen, store, console, ExecutionOptions(jobs=jobs or n_cores(), **others), signals, dask)
        found, labels = store.read(), labels_of(resolved)
        records = in_order_of(resolved, [record for record in found.records if record.run_id in labels])
        earlier = [record for record in found.earlier if record.run_id in labels]
        page = write_report(
            records,
            store.root / "report",
            title=f"quantum-head-bench: {plan.name}",
            command=resolved.command,
            results_folder=store.root,
            peers=store.root / "peers.json",
            earlier=earlier,
            labels=labels,
            declared=resolved.comparison,
        )
        width = shutil.get_terminal_size((WIDTH, 24)).columns
        for line in summary(records, labels=labels, earlier=earlier, declared=resolved.comparison, width=width):
            console.line(line)
        asked = {run.run_id for run in runs}
        ended = [record for record in records if record.run_id in asked]
        _say_what_is_not_ok(ended, store, console, n_missing=len(runs) - len(ended))
        console.line(f"{time.monotonic() - started:.0f} s; report: {page}")
    return 0 if len(ended) == len(runs) and all(record.status == "ok" for record in ended) else 3


def _last_plan(store: Store, console: Console) -> LastPlan | None:
    """Return the plan of the last command, None where there is none that can be used."""
    try:
        return read_last_plan(store.root)
    except DamagedError as error:
        console.line(f"warning: {error}; it is written again", important=True)
        return None


def _kept(store: Store, console: Console) -> list[RunRecord]:
    """Return the records of earlier commands, and move damaged ones to the quarantine."""
    found = store.read()
    for path, why in found.damaged:
        console.line(f"warning: {why}; it is now {store.set_aside(path)}", important=True)
    return found.records


def _left(runs: list[Run], chosen: list[Run], kept: list[RunRecord]) -> str:
    """Say how many runs are not made again, and how they ended where not all are ok."""
    left = {run.run_id for run in runs} - {run.run_id for run in chosen}
    counts = collections.Counter(record.status for record in kept if record.run_id in left)
    ends = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    return f"{len(left)} done already" + (f" ({ends})" if counts.keys() - {"ok"} else "")


def _make(
    runs: list[Run], store: Store, console: Console, options: ExecutionOptions, signals: Signals, dask: str | None
) -> None:
    from harness.execution.execute import execute  # torch is loaded only where there is something to make
    from harness.execution.executor import ExecutionCallbacks

    with signals.held(), console.run_display(len(runs)) as display:
        callbacks = ExecutionCallbacks(display.run_ended, display.progress, lambda: signals.stopping)
        try:
            with _executor(dask, console) as executor:
                execute(runs, store, options, callbacks, executor=executor)
        except (DiskError, ClusterError) as error:
            raise type(error)(f"{error}\nstopped early. To go on: {_command_line()}") from error


@contextlib.contextmanager
def _executor(dask: str | None, console: Console) -> "Iterator[Executor]":
    if dask is None:
        from harness.execution.local_executor import LocalExecutor

        yield LocalExecutor()
        return
    # Not above: without --dask neither their import time nor Dask is needed.
    from harness.execution.cluster.connect import connected
    from harness.execution.cluster.dask_executor import DaskExecutor

    with connected(dask) as client:
        yield DaskExecutor(client, say=console.line)


def _say_what_is_not_ok(records: list[RunRecord], store: Store, console: Console, *, n_missing: int) -> None:
    for record in records:
        if record.failure:
            why = f"{record.failure.kind}: {record.failure.message}"
            console.line(f"{record.status}: {record.label}, seed {record.spec.seed}: {why}", important=True)
            more = f"  more: qhb show {record.run_id[:12]} --results {shlex.quote(str(store.root))}"
            console.line(more, important=True)
    if n_missing:
        console.line(f"{n_missing} runs are not made yet. To go on: {_command_line()}", important=True)
    for line in how_to_make_again({record.status for record in records}, command=_command_line()):
        console.line(line, important=True)


def _command_line() -> str:
    """Return the command that continues this one: without --fresh, which would begin everything again."""
    return command_line(without=["--fresh"])
