"""``qhb merge``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER
from harness.records.merge import merge
from harness.records.store import Store
from harness.text import counted


@click.command("merge")
@click.argument("target", type=RESULTS_FOLDER)
@click.argument("sources", nargs=-1, required=True, type=RESULTS_FOLDER)
def command(target: Path, sources: tuple[Path, ...]) -> int:
    """Bring the runs of results folders SOURCES into TARGET; merging again changes nothing.

    All attempts at all runs are copied. Where both folders have a run, the record of TARGET keeps counting, unless it is
    not ok and SOURCE has an ok one, or went on from it. If a merge was killed, the same command finishes it.
    """
    damaged = 0
    store = Store(target)
    with store.opened():
        for source in sources:
            merged = merge(store, Store(source))
            for why in merged.damaged:
                click.echo(f"warning: {why}", err=True)
            damaged += len(merged.damaged)
            click.echo(
                f"{source}: {counted(len(merged.taken), 'run')} taken, {len(merged.kept)} that {target} has already, "
                f"{counted(merged.n_earlier, 'attempt')} that do not count, "
                f"{counted(len(merged.damaged), 'file')} damaged and left behind"
            )
    return 3 if damaged else 0
