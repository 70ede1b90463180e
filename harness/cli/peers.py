"""``qhb peers``."""

import contextlib
import dataclasses
import datetime
import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from backends.peers.measure import Comparison, Row, prepare, timed
from backends.peers.pairs import PAIRS
from harness.cli.linear_peers import RUN, STEP, training_step, whole_run
from harness.records.disk import write_atomically
from harness.records.environment import environment, versions


@click.command("peers")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("--only", multiple=True, metavar="TEXT", help="Only rows whose name holds this; repeatable.")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Timed rounds of each row.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File for rows and environment, for the report."
)
def command(as_json: bool, only: tuple[str, ...], rounds: int, output: Path | None) -> int:
    """Time our heads against what a user would run instead, in turn, in one process. Exits with 3 if a row has no numbers."""
    known = _known()
    chosen = [make for name, make in known.items() if not only or any(text in name for text in only)]
    if not chosen:
        raise click.UsageError(f"--only {' '.join(only)}: no such row; there are: {'; '.join(known)}")
    where = _environment()
    with contextlib.redirect_stdout(sys.stderr):  # vendors print; standard output is for the rows
        rows = _measured([_announced(make()) for make in chosen], rounds=rounds)
    if not as_json:
        for row in rows:
            click.echo(_line(row))
    content = [dataclasses.asdict(row) for row in rows]
    if as_json:
        click.echo(json.dumps(content, indent=1))
    if output is not None:
        where["load_average_after"] = round(os.getloadavg()[0], 2)
        output.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output, json.dumps({"environment": where, "rows": content}, indent=1).encode() + b"\n")
    return 3 if any(row.problem for row in rows) else 0


def _known() -> dict[str, Callable[[], Comparison | Row]]:
    """Return the function that prepares each row, by the row's name."""
    pairs: dict[str, Callable[[], Comparison | Row]] = {pair.row: functools.partial(prepare, pair) for pair in PAIRS}
    return {**pairs, STEP.row: training_step, RUN.row: whole_run}


def _announced(found: Comparison | Row) -> Comparison | Row:
    row = found if isinstance(found, Row) else found.row
    click.echo(f"{row.row}: {row.problem or 'ready'}", err=True)
    return found


def _measured(found: list[Comparison | Row], *, rounds: int) -> list[Row]:
    """Return all rows in their order; those that could not be prepared are returned as they are."""
    rows = timed([comparison for comparison in found if isinstance(comparison, Comparison)], rounds=rounds)
    return [next(rows) if isinstance(comparison, Comparison) else comparison for comparison in found]


def _environment() -> dict[str, Any]:
    peers = {name for pair in PAIRS for name in pair.peer.packages.values()}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {**environment("cpu").model_dump(), "versions": versions(also=peers), "started_at": now}


def _line(row: Row) -> str:
    if row.problem:
        return f"{row.row}: no numbers: {row.problem}"
    assert row.ours_s is not None
    assert row.peer_s is not None
    part = "" if row.peer_images == row.images else f" (measured on {row.peer_images} of {row.images} images, scaled)"
    return (
        f"{row.row}: {row.ratio_median:,.4g} x ({row.ratio_min:,.4g} to {row.ratio_max:,.4g}); "
        f"{row.ours} {1000 * row.ours_s:,.4g} ms, {row.peer} {1000 * row.peer_s:,.4g} ms{part}"
    )
