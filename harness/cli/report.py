"""``qhb report``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER, results_folder
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
    click.echo(write_report(found.records, folder, title=title, peers=results / "peers.json"))
    return 3 if found.damaged or any(record.status != "ok" for record in found.records) else 0
