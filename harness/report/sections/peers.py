"""The peers section: our heads against what a user would run instead, as ``qhb peers --output`` measured it."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pydantic

from backends.file_io import read_regular_file
from backends.peers.measure import Row
from harness.errors import StoreError
from harness.records.record import Environment
from harness.report.figures.svg import ACCENT, MUTED, Drawing, canvas, drawing
from harness.report.sections.layout import Cell, Table, plain_table
from harness.text import Missing, count, short, significant

_WIDTH = 12.3
_MAX_BYTES = 2**24


class Measured(pydantic.BaseModel):
    """The content of the file: the rows, and where they were measured."""

    environment: dict[str, Any]
    rows: list[Row]


@dataclasses.dataclass(frozen=True)
class Peers:
    """The section of the report."""

    table: Table
    figure: Drawing | None


def peers_section(path: Path) -> Peers | None:
    """Return the section; None where there is no such file.

    Raises:
        StoreError: the file is not one that ``qhb peers`` wrote.
    """
    if not os.path.lexists(path):
        return None
    try:
        measured = Measured.model_validate(json.loads(read_regular_file(path, limit=_MAX_BYTES)))
        where = Environment.model_validate({key: measured.environment.get(key) for key in Environment.model_fields})
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"{path} is not a table of peers ({type(error).__name__}); make it again with qhb peers --output {path}"
        ) from error
    return Peers(_table(measured, where), _figure(measured.rows))


def _table(measured: Measured, where: Environment) -> Table:
    after = measured.environment.get("load_average_after")
    caption = (
        "One step, forward and backward, of 32 images with ten circuits each, on our head and on its peer, which is what a user "
        "would run instead. The circuit is eq7, in rows with 28 angles hardware_efficient(4, 2), in rows with 8 qubits "
        "strongly_entangling(8, 3). Both run in turn in one process, after a check that they give the same answers. Ratio: "
        "median of the rounds (smallest–largest) of the peer's time over ours; in rows against the linear head, of our time "
        f"over its. Measured on {where.cpu}, {where.n_cores} cores, load {where.load_average}"
        + (f" before and {after} after" if isinstance(after, float | int) else "")
        + "."
    )
    return plain_table("peers", caption, ["Case", "Ours", "Peer", "Ratio"], [_cells(row) for row in measured.rows])


def _cells(row: Row) -> list[str | Cell | Missing]:
    ratios = _ratios(row)
    if ratios is None or row.ours_s is None or row.peer_s is None:
        why = Missing(row.problem or "not measured")
        return [row.row, Cell(row.ours, number=False), Cell(row.peer, number=False), why]
    part = "" if row.peer_images == row.images else f", from {count(row.peer_images)} of {count(row.images)} images"
    least, median, most = ratios
    spread = f"{significant(least)}–{significant(most)}, {row.rounds} rounds"
    return [
        row.row,
        Cell(row.ours, _time(row.ours_s, row.ours_processor_s), number=False),
        Cell(row.peer, _time(row.peer_s, row.peer_processor_s) + part, number=False),
        Cell(f"{significant(median)} ×", spread),
    ]


def _time(wall_s: float, processor_s: float | None) -> str:
    processor = "" if processor_s is None else f" ({significant(1000 * processor_s)} of processor time)"
    return f"{significant(1000 * wall_s)} ms{processor}"


def _ratios(row: Row) -> tuple[float, float, float] | None:
    """Return (smallest, median, largest)."""
    found = row.ratio_min, row.ratio_median, row.ratio_max
    return None if None in found else found  # type: ignore[return-value]  # none of them is None


def _figure(rows: list[Row]) -> Drawing | None:
    """Draw the ratios of the rows in which more is better, on a logarithmic scale."""
    shown = [(row, ratios) for row in rows if (ratios := _ratios(row)) and row.target_is == "at least"]
    if not shown:
        return None
    with canvas("peers", width=_WIDTH, height=0.9 + 0.3 * len(shown)) as figure:
        axes = figure.add_subplot()
        axes.set_xscale("log")
        for y, (_, (least, median, most)) in enumerate(shown):
            axes.plot([least, most], [y, y], color=ACCENT, linewidth=1.2, zorder=2)
            axes.plot([median], [y], "o", color=ACCENT, markersize=6, zorder=3)
            axes.annotate(f"{significant(median)} ×", (1.01, y), xycoords=("axes fraction", "data"), va="center")
        axes.axvline(1, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.set_yticks(range(len(shown)), [short(row.row, 52) for row, _ in shown])
        axes.set_ylim(len(shown) - 0.5, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_xlabel("times as fast as the peer")
        axes.xaxis.set_major_formatter(lambda value, position: f"{value:,g}")
        return drawing(
            figure,
            name="peers",
            alt="How many times as fast: " + "; ".join(f"{row.row} {significant(ratios[1])}" for row, ratios in shown),
            caption="Times as fast as the peer: a dot is the median of the rounds, the line from the smallest to the largest.",
        )
