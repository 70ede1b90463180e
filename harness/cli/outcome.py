"""What a command shows at its end: the report's page and the terminal's table; made anew only if they would say something new."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pydantic

from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.report import write_report
from harness.report.rows import ComparisonRow, Scores
from harness.text import Missing


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
    text: Callable[[ComparisonRow], str]


def _number(value: float | Missing, form: str) -> str:
    return form.format(value) if isinstance(value, int | float) else "-"


def _score(row: ComparisonRow, form: Callable[[Scores], str]) -> str:
    return "-" if isinstance(row.scores, Missing) else form(row.scores)


def _transferred(row: ComparisonRow) -> bool:
    return not isinstance(row.scores, Missing) and bool(row.scores.weights.trained_by)


_COLUMNS = (
    _Column("run", lambda row: row.label + ("" if row.runs_ok == row.runs else f" ({row.status})")),
    _Column("seeds", lambda row: str(row.runs)),
    _Column(
        "accuracy",
        lambda row: _score(row, lambda scores: f"{scores.accuracy_mean:.4f}") + ("*" if _transferred(row) else ""),
    ),
    _Column("macro F1", lambda row: _score(row, lambda scores: _number(scores.macro_f1, "{:.4f}"))),
    _Column("wall s", lambda row: _number(row.costs.wall_s, "{:.1f}")),
    _Column("ms/step", lambda row: _number(row.costs.step_ms, "{:.1f}")),
    _Column("evals/step", lambda row: _number(row.costs.formula_evaluations, "{:.0f}")),
    _Column("executed", lambda row: _number(row.costs.executed_evaluations, "{:.0f}")),
    _Column("evals/s", lambda row: _number(row.costs.evaluations_per_s, "{:,.0f}")),
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
    from harness.report.grouping import grouped
    from harness.report.tables import comparison

    rows = comparison(grouped(records))
    cells = [[column.title for column in _COLUMNS], *([column.text(row) for column in _COLUMNS] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        first, *others = (f"{cell:{'>' if n else '<'}{widths[n]}}" for n, cell in enumerate(line))
        lines.append("  ".join([first, *others]))
    if any(row.scope == "slice" and _transferred(row) for row in rows):
        lines.append(
            "* trained for a few steps only, for its cost; the accuracy is of weights that another run trained"
        )
    return lines
