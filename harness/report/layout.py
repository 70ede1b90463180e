"""From the numbers to tables as they are read: headings, units, footnotes. The same for HTML and Markdown."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from harness.report import paper
from harness.report.groups import Results
from harness.report.tables import PHASES, Row
from harness.report.text import Missing, count, share, significant


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


class _Notes:
    """Footnotes of one table: a reason is written once, however many cells refer to it."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}

    def mark(self, reason: str) -> str:
        number = len(self.marks)
        letter = chr(ord("a") + number % 26) * (1 + number // 26)
        return self.marks.setdefault(reason, letter)

    def cell(self, made: Cell | Missing) -> Cell:
        return Cell(str(made), mark=self.mark(made.reason)) if isinstance(made, Missing) else made

    def lines(self) -> list[tuple[str, str]]:
        return [(letter, reason) for reason, letter in self.marks.items()]


def comparison_table(frame: pd.DataFrame) -> Table:
    """Return the main table: one row a label."""
    columns: dict[str, Make] = {
        "Head": lambda row: Cell(row["label"], _what(row), number=False),
        "Runs": lambda row: Cell(row["status"], _seeds(row), number=False),
        "Trained": _trained,
        "Accuracy": _accuracy,
        "Macro F1": lambda row: _number(row["macro_f1"], lambda value: share(value, row["test_images"])),
        "Weights": lambda row: (
            row["weights"] if isinstance(row["weights"], Missing) else Cell(row["weights"], number=False)
        ),
        "Wall time, s": lambda row: _number(row["wall_s"], lambda value: f"{value:,.1f}"),
        "Step, ms": lambda row: _number(row["step_ms"], significant),
        "Requested a step": _requested,
        "Executed a step": lambda row: _number(row["executed_evaluations"], count),
        "Circuits/s": lambda row: _number(row["circuits_per_s"], significant),
        "Peak memory, MiB": lambda row: _number(row["peak_rss_mib"], lambda value: f"{value:,.0f}"),
    }
    caption = (
        "All heads. Accuracy: mean over seeds (smallest–largest). Wall time, step and circuits/s: median over runs. "
        "Requested: circuit evaluations of one optimizer step, forward + backward, with the formula batch × circuits × "
        "(1 + shifts). Circuits/s: executed evaluations by seconds inside the backend. Peak memory: largest of the runs."
    )
    groups = [("", 3), ("How good", 3), ("What it cost", 2), ("Circuit evaluations", 3), ("", 1)]
    return _table("comparison", caption, columns, frame, groups=groups)


def phases_table(frame: pd.DataFrame) -> Table:
    """Return the wall time by phase, seconds."""
    columns: dict[str, Make] = {"Head": lambda row: Cell(row["label"], number=False)}
    for phase in (*PHASES, "total_s"):
        columns[phase_name(phase).capitalize()] = lambda row, phase=phase: _number(row[phase], significant)  # type: ignore[misc] # a default argument binds the loop's value
    caption = "Wall time by phase, seconds: mean over the runs that ended ok. The phases add up to the total."
    return _table("phases", caption, columns, frame)


def phase_name(phase: str) -> str:
    """Return a phase's name for people."""
    return phase.removesuffix("_s").replace("_", " ")


def classes_table(classes: pd.DataFrame, comparison: pd.DataFrame, results: Results) -> Table:
    """Return the paper's Table 1 beside our rows: digits, then accuracy and macro averages."""
    blocks = [paper.LABEL] + [group.label for group in (results.reference, results.linear) if group]
    notes = _Notes()
    rows = []
    for digit in range(10):
        cells = [Cell(str(digit), number=False)]
        for label in blocks:
            found = classes[(classes["label"] == label) & (classes["digit"] == digit)].to_dict("records")
            cells += [notes.cell(_score(found[0][name])) for name in ("precision", "recall", "f1")]
        rows.append(cells)
    accuracy, macro = [Cell("Accuracy", number=False)], [Cell("Macro average", number=False)]
    for label in blocks:
        found = comparison[comparison["label"] == label].to_dict("records") if label != paper.LABEL else []
        value = found[0]["accuracy_mean"] if found else paper.ACCURACY
        accuracy += [Cell(""), Cell(""), notes.cell(_score(value))]
        names = ("macro_precision", "macro_recall", "macro_f1")
        macro += [notes.cell(_score(found[0][name] if found else paper.MACRO)) for name in names]
    caption = (
        "Precision (P), recall (R) and F1 by digit, beside the paper's Table 1. The paper's numbers are quoted, of one run; "
        "ours are means over seeds."
    )
    head = ["Digit"] + ["P", "R", "F1"] * len(blocks)
    groups = [("", 1)] + [(label, 3) for label in blocks]
    return Table("classes", caption, head, [*rows, accuracy, macro], notes.lines(), groups, last_rows=2)


def plain_table(name: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Return a table of texts; ``Missing`` values become dashes with a footnote."""
    notes = _Notes()
    cells = [
        [notes.cell(v if isinstance(v, (Missing, Cell)) else Cell(str(v), number=False)) for v in row] for row in rows
    ]
    return Table(name, caption, list(head), cells, notes.lines())


def _table(
    name: str, caption: str, columns: dict[str, Make], frame: pd.DataFrame, groups: list[tuple[str, int]] | None = None
) -> Table:
    notes = _Notes()
    rows = [[notes.cell(make(row)) for make in columns.values()] for row in frame.to_dict("records")]
    return Table(name, caption, list(columns), rows, notes.lines(), groups or [])


def _number(value: Any, text: Callable[[Any], str]) -> Cell | Missing:
    return value if isinstance(value, Missing) else Cell(text(value))


def _score(value: Any) -> Cell | Missing:
    return _number(value, lambda number: f"{number:.2f}")


def _what(row: Row) -> str:
    parts = [row["head"]]
    if not isinstance(row["circuit"], Missing):
        parts += [row["circuit"], "exact" if row["shots"] == "exact" else f"{row['shots']:,} shots"]
    return " · ".join(parts)


def _seeds(row: Row) -> str:
    if isinstance(row["seeds"], Missing):
        return ""
    return f"seed{'s' if row['runs_ok'] > 1 else ''} {row['seeds'].replace(' ', ', ')}"


def _trained(row: Row) -> Cell:
    if row["scope"] == "full":
        return Cell("fully", number=False)
    return Cell("slice", "" if isinstance(row["steps"], Missing) else f"{count(row['steps'])} steps", number=False)


def _accuracy(row: Row) -> Cell | Missing:
    if isinstance(row["accuracy_mean"], Missing):
        return row["accuracy_mean"]
    mean, least, most = (share(row[f"accuracy_{name}"], row["test_images"]) for name in ("mean", "min", "max"))
    return Cell(mean, f"{least}–{most}" if row["runs_evaluated"] > 1 else "one seed")


def _requested(row: Row) -> Cell | Missing:
    forward, backward, formula = row["forward_evaluations"], row["backward_evaluations"], row["formula_evaluations"]
    if isinstance(forward, Missing):
        return forward
    agrees = abs(forward + backward - formula) <= 1e-6 * formula
    sign = "=" if agrees else "≠"
    return Cell(f"{count(forward)} + {count(backward)}", f"{sign} {row['formula']}")
