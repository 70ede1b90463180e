"""``qhb merge``."""

from pathlib import Path

import click

from harness.records.merge import merge
from harness.records.store import Store


@click.command("merge")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
def command(target: Path, sources: tuple[Path, ...]) -> int:
    """Bring the runs of results folders SOURCES into TARGET; doing it twice changes nothing.

    Of a run that both have TARGET keeps its own record, unless only the other one is ok.
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
                f"{source}: {len(merged.taken)} runs taken, {len(merged.kept)} that {target} has already, "
                f"{len(merged.damaged)} damaged and left behind"
            )
    return 3 if damaged else 0
