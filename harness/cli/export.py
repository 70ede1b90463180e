"""``qhb export``."""

from pathlib import Path

import click

from harness.cli.folders import results_folder
from harness.export import Format, export


@click.command("export")
@click.argument("results", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "file_format", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: RESULTS/runs.FORMAT.")
def command(results: Path, file_format: Format, output: Path | None) -> int:
    """Write every run's record as a row of one table: all settings, counts, times and scores."""
    found = results_folder(results).read()
    for damaged in found.damaged:
        click.echo(f"warning: {damaged.why}", err=True)
    click.echo(export(found.records, output or results / f"runs.{file_format}", file_format=file_format))
    return 3 if found.damaged else 0
