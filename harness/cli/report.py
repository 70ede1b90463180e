"""``qhb report``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER
from harness.errors import DamagedError
from harness.plan.last_plan import LastPlan, in_order_of, labels_of, read_last_plan
from harness.records.folders import results_folder
from harness.report import write_report


@click.command("report")
@click.argument("results", type=RESULTS_FOLDER, default=Path("results/runs/bench"))
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Default: RESULTS/report.")
def command(results: Path, output: Path | None) -> int:
    """Write the report of a results folder: one HTML page, and the same numbers as Markdown and CSV.

    RESULTS is results/runs/bench by default. An earlier report is replaced.
    """
    found = results_folder(results).read()
    for damaged in found.damaged:
        click.echo(f"warning: {damaged.why}", err=True)
    folder = output or results / "report"
    title = f"quantum-head-bench: {results.name}"
    plan = _last_plan(results)
    page = write_report(
        in_order_of(plan, found.records) if plan else found.records,
        folder,
        title=title,
        command=plan.command if plan else None,
        results_folder=results,
        peers=results / "peers.json",
        earlier=found.earlier,
        labels=labels_of(plan) if plan else {},
        declared=plan.comparison if plan else None,
    )
    click.echo(page)
    return 3 if found.damaged or any(record.status != "ok" for record in found.records) else 0


def _last_plan(results: Path) -> LastPlan | None:
    """Return the latest plan; None where there is none or it is damaged."""
    try:
        return read_last_plan(results)
    except DamagedError as error:
        click.echo(f"warning: {error}; the report takes the records' labels", err=True)
        return None
