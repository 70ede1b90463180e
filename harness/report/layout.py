"""From the numbers to tables as they are read: headings, units, footnotes. The same for HTML and Markdown."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from harness.records.record import PHASES
from harness.report.tables import Row
from harness.text import Missing, count, seconds, share, significant


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell: its text, a second line in small print, the footnote marks, and whether it is a number (right-aligned)."""

    text: str
    small: str = ""
    mark: str = ""
    number: bool = True


@dataclasses.dataclass(frozen=True)
class Table:
    """A table ready to be read. ``groups`` are headings over several columns: (text, columns)."""

    name: str
    caption: str
    head: list[str]
    rows: list[list[Cell]]
    notes: list[tuple[str, str]]
    groups: list[tuple[str, int]] = dataclasses.field(default_factory=list)
    last_rows: int = 0


Make = Callable[[Row], Cell | Missing]


class Notes:
    """Footnotes of one table: a reason is written once, however many cells refer to it."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}

    def mark(self, reason: str) -> str:
        """Return the letter of a reason."""
        number = len(self.marks)
        letter = chr(ord("a") + number % 26) * (1 + number // 26)
        return self.marks.setdefault(reason, letter)

    def cell(self, made: Cell | Missing) -> Cell:
        """Return a cell as it is, a missing number as a dash with its letter."""
        return Cell(str(made), mark=self.mark(made.reason)) if isinstance(made, Missing) else made

    def lines(self) -> list[tuple[str, str]]:
        """Return letters and reasons, to be printed below the table."""
        return [(letter, reason) for reason, letter in self.marks.items()]


def comparison_table(frame: pd.DataFrame) -> Table:
    """Return the main table: one row a label."""
    columns: dict[str, Make] = {
        "Head": lambda row: Cell(row["label"], _what(row), number=False),
        "Runs": lambda row: Cell(row["status"], _seeds(row), number=False),
        "Scope": _scope,
        "Accuracy": _accuracy,
        "Macro F1": lambda row: _number(row["macro_f1"], lambda value: share(value, row["test_images"])),
        "Weights": _weights,
        "Wall, s": lambda row: _number(row["wall_s"], lambda value: f"{value:,.1f}"),
        "Step, ms": lambda row: _number(row["step_ms"], significant),
        "Requested a step": _requested,
        "Executed a step": _executed,
        "Answered/s": lambda row: _number(row["evaluations_per_s"], significant),
        "Peak, MiB": lambda row: _number(row["peak_rss_mib"], lambda value: f"{value:,.0f}"),
    }
    caption = (
        "All heads. Accuracy: mean over seeds (smallest–largest). Times and rates: median over runs. "
        "Requested: circuit evaluations of one optimizer step, forward + backward, with the formula batch × circuits × "
        "(1 + shifts). Executed: by the backend; a response table answers "
        "from evaluations made once. Answered/s: requested evaluations by seconds inside the head. Peak memory: largest of the runs."
    )
    groups = [("", 3), ("How good", 3), ("What it cost", 2), ("Circuit evaluations", 3), ("", 1)]
    return _table("comparison", caption, columns, frame, groups=groups)


def phases_table(frame: pd.DataFrame) -> Table:
    """Return the wall time by phase, seconds."""
    columns: dict[str, Make] = {"Head": lambda row: Cell(row["label"], number=False)}
    for phase in (*PHASES, "total_s"):
        columns[phase_name(phase).capitalize()] = lambda row, phase=phase: _number(row[phase], seconds)  # type: ignore[misc] # a default argument binds the loop's value
    caption = "Wall time by phase, seconds: mean over the runs that ended ok. The phases add up to the total."
    return _table("phases", caption, columns, frame)


def phase_name(phase: str) -> str:
    """Return a phase's name for people."""
    return phase.removesuffix("_s").replace("_", " ")


def plain_table(name: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Return a table of texts; ``Missing`` values become dashes with a footnote."""
    notes = Notes()
    cells = [
        [notes.cell(v if isinstance(v, (Missing, Cell)) else Cell(str(v), number=False)) for v in row] for row in rows
    ]
    return Table(name, caption, list(head), _aligned(cells), notes.lines())


def _table(
    name: str, caption: str, columns: dict[str, Make], frame: pd.DataFrame, groups: list[tuple[str, int]] | None = None
) -> Table:
    notes = Notes()
    rows = [[notes.cell(make(row)) for make in columns.values()] for row in frame.to_dict("records")]
    return Table(name, caption, list(columns), _aligned(rows), notes.lines(), groups or [])


def _aligned(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Align the dashes of a column of texts with its texts."""
    texts = {index for row in rows for index, cell in enumerate(row) if not cell.number}
    return [
        [dataclasses.replace(cell, number=False) if index in texts else cell for index, cell in enumerate(row)]
        for row in rows
    ]


def _number(value: Any, text: Callable[[Any], str]) -> Cell | Missing:
    return value if isinstance(value, Missing) else Cell(text(value))


def _what(row: Row) -> str:
    """Return head, circuit and shots, unless the label says them already."""
    parts = [row["head"]]
    if not isinstance(row["circuit"], Missing):
        parts += [row["circuit"], "exact" if row["shots"] == "exact" else f"{row['shots']} shots"]
        parts += [] if row["execution"] == "native" else [row["execution"]]
    return "" if all(part in row["label"] for part in parts) else " · ".join(parts)


def _seeds(row: Row) -> str:
    if isinstance(row["seeds"], Missing):
        return ""
    return f"seed{'s' if row['runs_ok'] > 1 else ''} {row['seeds'].replace(' ', ', ')}"


def _scope(row: Row) -> Cell:
    if row["scope"] == "full":
        return Cell("full", number=False)
    return Cell("slice", "" if isinstance(row["steps"], Missing) else f"{count(row['steps'])} steps", number=False)


def _weights(row: Row) -> Cell | Missing:
    if isinstance(row["weights"], Missing):
        return row["weights"]
    word, _, source = row["weights"].partition(" from ")
    return Cell(word, f"from {source}" if source else "", number=False)


def _accuracy(row: Row) -> Cell | Missing:
    if isinstance(row["accuracy_mean"], Missing):
        return row["accuracy_mean"]
    mean, least, most = (share(row[f"accuracy_{name}"], row["test_images"]) for name in ("mean", "min", "max"))
    return Cell(mean, f"{least}–{most}" if row["runs_evaluated"] > 1 else "one seed")


def _executed(row: Row) -> Cell | Missing:
    executed, once = row["executed_evaluations"], row["setup_evaluations"]
    if isinstance(executed, Missing):
        return executed
    if isinstance(once, Missing) or not once:
        return Cell(count(executed))
    purpose = "to prove angles dead" if row["execution"] == "native" else "for the table"
    return Cell(count(executed), f"{count(once)} once, {purpose}")


def _requested(row: Row) -> Cell | Missing:
    forward, backward, formula = row["forward_evaluations"], row["backward_evaluations"], row["formula_evaluations"]
    if isinstance(forward, Missing):
        return forward
    agrees = abs(forward + backward - formula) <= 1e-6 * formula
    sign = "=" if agrees else "≠"
    return Cell(f"{count(forward)} + {count(backward)}", f"{sign} {row['formula']}")
