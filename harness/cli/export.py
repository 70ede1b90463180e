"""``qhb export``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER
from harness.errors import PlanError
from harness.plan.last_plan import with_latest_labels
from harness.records.export import Format, export
from harness.records.folders import results_folder


@click.command("export")
@click.argument("results", type=RESULTS_FOLDER)
@click.option(
    "--format", "asked", type=click.Choice(["csv", "parquet"]), help="Default: what --output ends in, or csv."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: RESULTS/runs.FORMAT.")
def command(results: Path, asked: Format | None, output: Path | None) -> int:
    """Write every attempt at a run as a row of one table: all settings, counts, times and scores.

    The column counts is true for the attempt that tables and reports show: the latest of each run. docs/export.md describes
    every column.
    """
    file_format = _format(asked, output)
    found = results_folder(results).read()
    for damaged in found.damaged:
        click.echo(f"warning: {damaged.why}", err=True)
    path = output or results / f"runs.{file_format}"
    click.echo(
        export(
            with_latest_labels(results, found.records),
            with_latest_labels(results, found.earlier),
            path,
            file_format=file_format,
        )
    )
    return 3 if found.damaged else 0


def _format(asked: Format | None, output: Path | None) -> Format:
    ending = output.suffix.lower().removeprefix(".") if output else ""
    named: Format | None = "csv" if ending == "csv" else "parquet" if ending == "parquet" else None
    if asked and named and asked != named:
        raise PlanError(f"--format {asked} does not go with --output {output}; leave one of them out")
    return asked or named or "csv"
