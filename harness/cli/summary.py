"""The table that ``qhb run`` prints at its end: the report's numbers, as far as they fit a terminal."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from harness.records.record import RunRecord


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


def summary(records: Sequence[RunRecord]) -> list[str]:
    """Return a heading, a line for each label, and a footnote where one is needed."""
    from harness.report.groups import grouped  # pandas, which no other command but a report needs
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
