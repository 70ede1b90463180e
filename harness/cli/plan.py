"""``qhb plan``."""

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backends.errors import pip_line
from backends.machine import n_cores
from harness.cli.folders import RESULTS_FOLDER
from harness.cli.plan_options import only_option, plan_argument, preset_option
from harness.data.dataset import DataFacts
from harness.data.division import check_divisions
from harness.data.load import load
from harness.errors import MissingExtraError
from harness.execution.options import runs_to_make
from harness.plan.expand import expand
from harness.plan.only import only as chosen_runs
from harness.plan.plan import data_root_of, load_asked
from harness.records.store import Store
from harness.report import missing_packages
from harness.spec import Run
from harness.text import DASH, Missing, clean, counted, duration, json_values, short, significant, wrapped

if TYPE_CHECKING:
    from harness.execution.forecast import PlanForecast
    from harness.execution.probe import Forecast

_LABEL = 36  # 36 + 6 + 9 + 8 + 10 + 9 = 78


@click.command("plan")
@plan_argument
@preset_option
@only_option
@click.option("--results", type=RESULTS_FOLDER, help="Default: results/runs/NAME-OF-PLAN.")
@click.option("--jobs", type=click.IntRange(1), help="Single-core runs side by side. Default: the number of cores.")
@click.option("--no-probe", is_flag=True, help="Time nothing: only what would be made.")
@click.option(
    "--data-root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of data sets: torchvision's, or where the path of [data] begins.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(
    plan_file: Path | None,
    preset: str | None,
    only: tuple[str, ...],
    results: Path | None,
    jobs: int | None,
    no_probe: bool,
    data_root: Path | None,
    as_json: bool,
) -> int:
    """Say what qhb run would make of a plan, how long it would take here, and what it needs. Nothing is stored.

    Two training steps of each entry are made in a process of their own, and timed. Exit code 2: something is missing or
    wrong; all problems are listed.
    """
    plan = load_asked(plan_file, preset)
    data_root = data_root_of(plan, data_root)
    dataset = load(plan.data, data_root=data_root)
    every = expand(plan, facts=dataset.facts, folder=plan.folder)
    runs = chosen_runs(every, only, plan=plan.name)
    check_divisions(dataset, [run.spec for run in runs])
    if missing := missing_packages():
        raise MissingExtraError(f"qhb run needs {', '.join(missing)}, not installed: {pip_line('report')}")
    from harness.execution.forecast import plan_forecast  # it loads torch, which the help does not need

    store = Store(results or Path("results/runs") / (preset or plan.name))
    found = plan_forecast(
        runs,
        runs_to_make(runs, store.read().records),
        store.root,
        jobs=jobs or n_cores(),
        timed=None if no_probe else functools.partial(_timed, facts=dataset.facts, data_root=data_root),
    )
    if as_json:
        click.echo(json.dumps({"plan": plan.name, **json_values(found)}, indent=1))
        return 0
    for line in _lines(plan.name, found):
        click.echo(clean(line, lines=True))
    return 0


def _timed(run: Run, *, alone: bool, facts: DataFacts, data_root: Path | None) -> "Forecast | Missing":
    from harness.execution.probe import forecast

    click.echo(f"timing two steps of {clean(run.label)}", err=True)
    return forecast(run, facts, n_threads=None if alone else 1, data_root=data_root)


def _lines(plan: str, found: "PlanForecast") -> list[str]:
    lines = [
        f"plan {plan}: {counted(found.n_runs, 'run')}, {found.n_to_make} to make",
        f"results: {found.results}",
        "",
    ]
    lines.append(f"{'':{_LABEL}}{'runs':>6}{'to make':>9}{'steps':>8}{'ms/step':>10}{'s/run':>9}")
    for entry in found.entries:
        n_steps = DASH if isinstance(entry.n_steps, Missing) else f"{entry.n_steps:,}"
        step = DASH if isinstance(entry.step_s, Missing) else significant(1000 * entry.step_s)
        run = DASH if isinstance(entry.run_s, Missing) else significant(entry.run_s)
        label = short(entry.label, _LABEL)
        lines.append(f"{label:{_LABEL}}{entry.n_runs:>6}{entry.n_to_make:>9}{n_steps:>8}{step:>10}{run:>9}")
    return [*lines, "", *_totals(found)]


def _totals(found: "PlanForecast") -> list[str]:
    from harness.execution.forecast import NOT_TIMED

    if found.n_to_make == 0:
        return ["Nothing is left to make."]
    if isinstance(found.total_s, Missing) or isinstance(found.stored_bytes, Missing):
        reasons = [
            wrapped(f"{DASH} {entry.label}: {entry.run_s.reason}")
            for entry in found.entries
            if isinstance(entry.run_s, Missing) and entry.run_s is not NOT_TIMED and entry.n_to_make
        ]
        return [*reasons, "How long it takes is not known: not every entry was timed."]
    side_by_side = f"{found.jobs} runs side by side" if found.jobs > 1 else "one run at a time"
    fits = "" if found.stored_bytes < found.free_bytes else ": TOO LITTLE"
    return [
        wrapped(
            f"About {duration(found.total_s)} on this machine with {side_by_side}. Other work on it, and heads that use all "
            "cores, change that."
        ),
        wrapped(
            f"Disk: at most {_megabytes(found.stored_bytes)} in {found.results}; {_megabytes(found.free_bytes)} are free{fits}."
        ),
    ]


def _megabytes(n_bytes: int) -> str:
    return f"{significant(n_bytes / 1e6)} MB"
