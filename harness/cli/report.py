"""``qhb report``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER, results_folder
from harness.errors import DamagedError
from harness.plan.last_plan import labels_of, read_last_plan
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
    page = write_report(
        found.records,
        folder,
        title=title,
        peers=results / "peers.json",
        earlier=found.earlier,
        labels=_labels(results),
    )
    click.echo(page)
    return 3 if found.damaged or any(record.status != "ok" for record in found.records) else 0


def _labels(results: Path) -> dict[str, str]:
    """Return the labels of the latest plan by run id; none where there is no such plan or it is damaged."""
    try:
        plan = read_last_plan(results)
    except DamagedError as error:
        click.echo(f"warning: {error}; the report takes the records' labels", err=True)
        return {}
    return labels_of(plan) if plan else {}
