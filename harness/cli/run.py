"""``qhb run``."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from backends.machine import n_cores
from harness.api.console import Console
from harness.api.study import StudyOrder, make_study, say_what_is_not_ok
from harness.cli.folders import RESULTS_FOLDER
from harness.cli.plan_options import only_option, plan_argument, preset_option
from harness.cli.run_in_turn import run_in_turn
from harness.errors import PlanError
from harness.execution.options import CHECKPOINT_S, ExecutionOptions, Retry
from harness.execution.signals import Signals, Stopped
from harness.plan.plan import load_asked, presets_in
from harness.plan.schema import SECTIONS, sections_with
from harness.records.lock_owner import command_line


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
    jobs: int | None,
    dask: str | None,
    wait: bool,
    retry: Retry | None,
    fresh: bool,
    download: bool,
    **options: Any,
) -> int:
    started = time.monotonic()
    plan = load_asked(plan_file, preset)
    if dask and jobs:
        raise PlanError(
            f"--jobs {jobs} is for runs on this machine, --dask {dask} for runs on its workers; give one of them"
        )
    order = StudyOrder(
        plan,
        results or plan.results,
        _command_line(),
        ExecutionOptions(jobs=jobs or n_cores(), **options),
        plan_command=command_line(without=["--fresh"], without_values=["--only"]),
        only=only,
        dask=dask,
        retry=retry,
        fresh=fresh,
        wait=wait,
        download=download,
    )
    console = Console(sys.stdout, quiet=quiet)
    found = make_study(order, console, signals)
    for line in found.summary_lines():
        console.line(line)
    say_what_is_not_ok(found, console, command=order.command)
    console.line(f"{time.monotonic() - started:.0f} s; report: {found.folder / 'report' / 'index.html'}")
    return 0 if found.complete else 3


def _command_line() -> str:
    """Return the command that continues this one: without --fresh, which would begin everything again."""
    return command_line(without=["--fresh"])
