"""What a command shows at its end: the report's page and the terminal's table; made anew only if they would say something new."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pydantic

from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.report import write_report


class Outcome(pydantic.BaseModel):
    """A page and a table, and of what.

    Attributes:
        of: Digest of the records that they show.
        page: The report's path.
        table: Lines for the terminal.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    of: str
    page: Path
    table: list[str]


class _Column(NamedTuple):
    title: str
    text: Callable[[dict[str, Any]], str]


def _number(key: str, form: str) -> Callable[[dict[str, Any]], str]:
    return lambda row: form.format(row[key]) if isinstance(row[key], (int, float)) else "-"


def _transferred(row: dict[str, Any]) -> bool:
    return str(row["weights"]).startswith("transferred")


_COLUMNS = (
    _Column("run", lambda row: row["label"] + ("" if row["runs_ok"] == row["runs"] else f" ({row['status']})")),
    _Column("seeds", lambda row: str(row["runs"])),
    _Column("accuracy", lambda row: _number("accuracy_mean", "{:.4f}")(row) + ("*" if _transferred(row) else "")),
    _Column("macro F1", _number("macro_f1", "{:.4f}")),
    _Column("wall s", _number("wall_s", "{:.1f}")),
    _Column("ms/step", _number("step_ms", "{:.1f}")),
    _Column("evals/step", _number("formula_evaluations", "{:.0f}")),
    _Column("executed", _number("executed_evaluations", "{:.0f}")),
    _Column("evals/s", _number("evaluations_per_s", "{:,.0f}")),
)


def outcome(records: Sequence[RunRecord], folder: Path, *, title: str, command: str, peers: Path) -> Outcome:
    """Return the page and the table of records; those of an earlier command, where they show the same records.

    Args:
        records: What to show, every status.
        folder: The report's.
        title: The page's heading.
        command: Shown on the page.
        peers: Where ``qhb peers`` leaves its table, shown on the page as well.
    Raises:
        ReportPackageError: a package that reports need is not installed.
        DiskError: the disk refuses the report.
    """
    compared = peers.read_text(encoding="utf-8") if peers.exists() else None
    shown = json.dumps([title, command, compared, [(record.run_id, record.attempt) for record in records]])
    of = hashlib.sha256(shown.encode()).hexdigest()
    stamp = folder / ".outcome.json"
    try:
        earlier = Outcome.model_validate_json(stamp.read_bytes())
        if earlier.of == of and earlier.page.exists():
            return earlier
    except (OSError, ValueError):
        pass  # there is none, or none that is sound
    page = write_report(records, folder, title=title, command=command, peers=peers)
    made = Outcome(of=of, page=page, table=table(records))
    write_atomically(stamp, made.model_dump_json().encode())
    return made


def table(records: Sequence[RunRecord]) -> list[str]:
    """Return a line for each label: the report's numbers, those that fit a terminal."""
    from harness.report.groups import grouped
    from harness.report.tables import comparison

    rows = comparison(grouped(records)).to_dict("records")
    cells = [[column.title for column in _COLUMNS], *([column.text(row) for column in _COLUMNS] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        first, *others = (f"{cell:{'>' if n else '<'}{widths[n]}}" for n, cell in enumerate(line))
        lines.append("  ".join([first, *others]))
    if any(row["scope"] == "slice" and _transferred(row) for row in rows):
        lines.append(
            "* trained for a few steps only, for its cost; the accuracy is of weights that another run trained"
        )
    return lines
