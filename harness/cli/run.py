"""``qhb run``."""

import os
import shlex
import sys
import time
from pathlib import Path

import click

from harness import data
from harness.cli.console import Console
from harness.errors import PlanError
from harness.execute import Watcher, execute
from harness.plan import Plan, expand, load_file, load_preset
from harness.record import RunRecord
from harness.report import write_report
from harness.spec import Run
from harness.store import Store


@click.command("run")
@click.argument("plan_file", metavar="[PLAN.toml]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--preset", help="A plan that comes with qhb: smoke, bench (default) or paper.")
@click.option("--results", type=click.Path(path_type=Path, file_okay=False), help="Default: results/runs/NAME-OF-PLAN.")
@click.option("--jobs", type=click.IntRange(1), help="Single-core runs side by side. Default: the number of cores.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0, min_open=True), help="Seconds that a run may take.")
@click.option(
    "--data-root", type=click.Path(path_type=Path, file_okay=False), help="torchvision's folder of data sets."
)
@click.option("--download", is_flag=True, help="Let torchvision fetch the data set into --data-root.")
def command(
    plan_file: Path | None,
    preset: str | None,
    results: Path | None,
    jobs: int | None,
    timeout_s: float | None,
    data_root: Path | None,
    download: bool,
) -> int:
    """Train and measure every run of a plan, then write the report.

    The same command again goes on where it stopped: runs that are ok are not made again.
    """
    if plan_file and preset:
        raise PlanError(f"give a plan file or --preset, not both; got {plan_file} and --preset {preset}")
    plan = load_file(plan_file) if plan_file else load_preset(preset or "bench")
    dataset = data.load(plan.data.name, data_root=data_root, download=download)
    runs = expand(plan, dataset_sha256=dataset.sha256)
    data.split(dataset, plan.data, seed=plan.seeds[0])
    store = Store(results or Path("results/runs") / plan.name)
    console = Console(sys.stdout)
    with store.opened():
        return _run(plan, runs, store, console, jobs=jobs, timeout_s=timeout_s, data_root=data_root)


def _run(
    plan: Plan,
    runs: list[Run],
    store: Store,
    console: Console,
    *,
    jobs: int | None,
    timeout_s: float | None,
    data_root: Path | None,
) -> int:
    started = time.monotonic()
    kept = store.read()
    for line in kept.damaged:
        console.line(f"warning: {line}")
    ok = {record.run_id for record in kept.records if record.status == "ok"}
    to_make = [run for run in runs if run.run_id not in ok]
    console.line(f"plan {plan.name}: {len(runs)} runs, {len(runs) - len(to_make)} done already, {len(to_make)} to make")
    console.line(f"results: {store.root}")
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with console.progress(len(to_make)) as progress:
            watcher = Watcher(ended=progress.ended, under_way=progress.under_way)
            execute(to_make, store, jobs=jobs or n_cores, timeout_s=timeout_s, data_root=data_root, watcher=watcher)
    except KeyboardInterrupt:
        console.line("stopped; every run that ended is kept. To go on: " + _command())
        return 130
    wanted = {run.run_id for run in runs}
    records = [record for record in store.read().records if record.run_id in wanted]
    page = write_report(records, store.root / "report", title=f"quantum-head-bench: {plan.name}", command=_command())
    console.table(records)
    _say_what_is_not_ok(records, console)
    console.line(f"{time.monotonic() - started:.0f} s; report: {page}")
    return 0 if all(record.status == "ok" for record in records) else 3


def _say_what_is_not_ok(records: list[RunRecord], console: Console) -> None:
    for record in records:
        if record.failure:
            console.line(f"{record.status}: {record.label}, seed {record.spec.seed}: {record.failure.message}")
            console.line(f"  more: qhb show {record.run_id[:12]}")


def _command() -> str:
    return shlex.join(["qhb", *sys.argv[1:]])
