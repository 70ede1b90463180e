"""The paper's Table 1 beside our rows."""

from collections.abc import Sequence

from harness.report.numbers import paper
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import ClassRow, ComparisonRow, Number, Scores
from harness.report.sections.layout import Cell, Notes, Table
from harness.text import Missing, clean


def classes_table(classes: Sequence[ClassRow], comparison: Sequence[ComparisonRow], results: Results) -> Table:
    """Return the scores of the reference row and of the linear head by class, then accuracy and macro averages.

    The paper's Table 1 stands beside them where the classes are its ten digits.
    """
    names = next((group.class_names for group in _shown(results) if group.class_names), paper.CLASS_NAMES)
    ours = [group.label for group in _shown(results) if group.class_names == names]
    published = [paper.LABEL] if names == paper.CLASS_NAMES else []
    by_digit = {(row.label, row.digit): row for row in classes}
    scores = {row.label: row.scores for row in comparison if not isinstance(row.scores, Missing)}
    notes = Notes()

    def cells(*values: Number) -> list[Cell]:
        return [notes.cell(value if isinstance(value, Missing) else Cell(f"{value:.2f}")) for value in values]

    def with_f1(precision: Number, recall: Number, f1: Number, low: Number, high: Number) -> list[Cell]:
        interval = "" if isinstance(low, Missing) or isinstance(high, Missing) else f"{low:.2f}–{high:.2f}"
        last = f1 if isinstance(f1, Missing) else Cell(f"{f1:.2f}", interval)
        return [*cells(precision, recall), notes.cell(last)]

    rows = []
    for digit, name in enumerate(names):
        found = [by_digit[label, digit] for label in (*published, *ours)]
        scored = (cell for row in found for cell in with_f1(row.precision, row.recall, row.f1, row.f1_low, row.f1_high))
        rows.append([_name(clean(name)), *scored])
    accuracies = [*(paper.ACCURACY for _ in published), *(scores[label].accuracy_mean for label in ours)]
    rows.append([_name("Accuracy"), *(cell for value in accuracies for cell in (Cell(""), Cell(""), *cells(value)))])
    averages = [*(cells(*(paper.MACRO,) * 3) for _ in published), *(with_f1(*_macro(scores[label])) for label in ours)]
    rows.append([_name("Macro average"), *(cell for average in averages for cell in average)])
    beside = (
        "digit, beside the paper's Table 1. The paper's numbers are quoted and are of one run; ours"
        if published
        else "class. They"
    )
    caption = (
        f"Precision (P), recall (R) and F1 by {beside} are means over seeds, on the split's test images. Below F1: its 95 % "
        "interval for new seeds and new images, where five seeds or more classified them."
    )
    head = ["Digit" if published else "Class"] + ["P", "R", "F1"] * (len(published) + len(ours))
    groups = [("", 1)] + [(label, 3) for label in (*published, *ours)]
    return Table("classes", caption, head, rows, notes.lines(), groups, last_rows=2)


def _shown(results: Results) -> list[Group]:
    return [group for group in (results.reference, results.linear) if group]


def _name(text: str) -> Cell:
    return Cell(text, number=False)


def _macro(scores: Scores) -> tuple[Number, Number, Number, Number, Number]:
    return scores.macro_precision, scores.macro_recall, scores.macro_f1, scores.macro_f1_low, scores.macro_f1_high
