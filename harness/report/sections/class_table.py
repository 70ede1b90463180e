"""F1 by class, of every head."""

from collections.abc import Sequence

from harness.report.numbers.confusion import classes_of, kind_of
from harness.report.numbers.groups import Results
from harness.report.numbers.rows import ClassRow, ComparisonRow
from harness.report.sections.layout import Cell, Notes, Table
from harness.text import Missing

_MAX_CLASSES = 20


def f1_table(results: Results, classes: Sequence[ClassRow], comparison: Sequence[ComparisonRow]) -> Table | None:
    """Return F1 of each head by class; None where no run classified the test images.

    Heads whose test images have other classes than those of the first head are left out.
    """
    evaluated = [group for group in results.groups if group.evaluated]
    if not evaluated:
        return None
    names = classes_of(evaluated[0])
    shown = [group.label for group in evaluated if classes_of(group) == names]
    f1 = {(row.label, row.digit): row.f1 for row in classes}
    macro = {row.label: row.scores.macro_f1 for row in comparison if not isinstance(row.scores, Missing)}
    notes = Notes()

    def cell(value: float | Missing) -> Cell:
        return notes.cell(value if isinstance(value, Missing) else Cell(f"{value:.3f}"))

    drawn = range(min(len(names), _MAX_CLASSES))
    rows = [
        [Cell(label, number=False), *(cell(f1[label, number]) for number in drawn), cell(macro[label])]
        for label in shown
    ]
    caption = f"F1 by {kind_of(names)}, and their unweighted mean over all classes: means over seeds, on the split's test images."
    if len(names) > _MAX_CLASSES:
        caption += f" The first {_MAX_CLASSES} of {len(names)} classes; all are in classes.csv."
    if len(shown) < len(evaluated):
        caption += f" {len(evaluated) - len(shown)} heads have other classes; they are in classes.csv."
    return Table("f1", caption, ["Head", *(names[number] for number in drawn), "Macro"], rows, notes.lines())
