"""The large confusion matrix as a table."""

from harness.report.numbers.confusion import classes_of, confusion_of, kind_of, main_group
from harness.report.numbers.groups import Results
from harness.report.sections.layout import Cell, Table, plain_table


def confusion_table(results: Results) -> Table | None:
    """Return the numbers of the large matrix; None where no run classified the test images."""
    group = main_group(results)
    if group is None:
        return None
    names = classes_of(group)
    kind = kind_of(names)
    rows = [
        [Cell(name, number=False), *(Cell(f"{images}") for images in row)]
        for name, row in zip(names, confusion_of(group), strict=True)
    ]
    caption = f"Images of {group.label} by true {kind} (rows) and predicted {kind} (columns), summed over seeds."
    return plain_table("confusion", caption, ["True", *names], rows)
