"""``qhb report``."""

from pathlib import Path

import click

from harness.errors import StoreError
from harness.report import write_report
from harness.store import Store


@click.command("report")
@click.argument("results", type=click.Path(path_type=Path, file_okay=False), default=Path("results/runs/bench"))
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Default: RESULTS/report.")
def command(results: Path, output: Path | None) -> int:
    """Write the report of a results folder again: one HTML page, and the same numbers as Markdown and CSV."""
    if not (results / "records").is_dir():
        raise StoreError(f"{results} is not a results folder: expected {results / 'records'}; make one with qhb run")
    found = Store(results).read()
    for damaged in found.damaged:
        click.echo(f"warning: {damaged.why}", err=True)
    click.echo(write_report(found.records, output or results / "report", title=f"quantum-head-bench: {results.name}"))
    return 3 if found.damaged or any(record.status != "ok" for record in found.records) else 0
