"""``qhb doctor``."""

import contextlib
from pathlib import Path

import click

from harness.cli.folders import results_folders
from harness.leftovers import leftovers
from harness.store import Store


@click.command("doctor")
@click.argument("results", type=click.Path(path_type=Path, file_okay=False), default=Path("results/runs"))
@click.option("--sweep", is_flag=True, help="Mend it: delete leftovers, move damaged records to the quarantine.")
def command(results: Path, sweep: bool) -> int:
    """Say what is wrong, and with --sweep mend it. RESULTS is a results folder or a folder of them."""
    return 3 if sum(_examine(store, sweep=sweep) for store in results_folders(results)) else 0


def _examine(store: Store, *, sweep: bool) -> int:
    """Print what is wrong in one results folder and return how much of it is left."""
    if store.is_held:
        click.echo(f"{store.root}: in use by {store.holder or 'a qhb run'}; not looked at")
        return 0
    with store.opened() if sweep else contextlib.nullcontext():
        findings = leftovers(store)
        left = 0
        for finding in findings:
            mended = sweep and finding.mend is not None
            if sweep and finding.mend is not None:
                finding.mend()
            left += not mended
            click.echo(f"{'mended: ' if mended else ''}{finding.what}")
    summary = f"{left} things are wrong" + ("" if sweep or not left else "; --sweep mends what can be mended")
    click.echo(f"{store.root}: {summary if left else 'sound'}")
    return left
