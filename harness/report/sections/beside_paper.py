"""The paper's Table 1 beside our rows."""

from collections.abc import Sequence

from harness.report.numbers import paper
from harness.report.numbers.groups import Results
from harness.report.numbers.rows import ClassRow, ComparisonRow, Number, Scores
from harness.report.sections.layout import Cell, Notes, Table
from harness.spec import N_CLASSES
from harness.text import Missing


def classes_table(classes: Sequence[ClassRow], comparison: Sequence[ComparisonRow], results: Results) -> Table:
    """Return the paper's Table 1 beside the reference row and the linear head: digits, then accuracy and macro averages."""
    ours = [group.label for group in (results.reference, results.linear) if group]
    by_digit = {(row.label, row.digit): row for row in classes}
    scores = {row.label: row.scores for row in comparison if not isinstance(row.scores, Missing)}
    notes = Notes()

    def cells(*values: Number) -> list[Cell]:
        return [notes.cell(value if isinstance(value, Missing) else Cell(f"{value:.2f}")) for value in values]

    rows = []
    for digit in range(N_CLASSES):
        found = [by_digit[label, digit] for label in (paper.LABEL, *ours)]
        rows.append([_name(str(digit)), *(cell for row in found for cell in cells(row.precision, row.recall, row.f1))])
    accuracies = [paper.ACCURACY, *(scores[label].accuracy_mean for label in ours)]
    rows.append([_name("Accuracy"), *(cell for value in accuracies for cell in (Cell(""), Cell(""), *cells(value)))])
    averages = [(paper.MACRO,) * 3, *(_macro(scores[label]) for label in ours)]
    rows.append([_name("Macro average"), *(cell for values in averages for cell in cells(*values))])
    caption = (
        "Precision (P), recall (R) and F1 by digit, beside the paper's Table 1. The paper's numbers are quoted and are of one "
        "run; ours are means over seeds."
    )
    head = ["Digit"] + ["P", "R", "F1"] * (1 + len(ours))
    groups = [("", 1)] + [(label, 3) for label in (paper.LABEL, *ours)]
    return Table("classes", caption, head, rows, notes.lines(), groups, last_rows=2)


def _name(text: str) -> Cell:
    return Cell(text, number=False)


def _macro(scores: Scores) -> tuple[Number, Number, Number]:
    return scores.macro_precision, scores.macro_recall, scores.macro_f1
