"""The large confusion matrix as a table."""

from harness.report.numbers.confusion import confusion_of, main_group
from harness.report.numbers.groups import Results
from harness.report.sections.layout import Cell, Table, plain_table


def confusion_table(results: Results) -> Table | None:
    """Return the numbers of the large matrix; None where no run classified the test images."""
    group = main_group(results)
    if group is None:
        return None
    rows = [
        [Cell(str(digit), number=False), *(Cell(f"{images}") for images in row)]
        for digit, row in enumerate(confusion_of(group))
    ]
    caption = f"Images of {group.label} by true digit (rows) and predicted digit (columns), summed over seeds."
    return plain_table("confusion", caption, ["True", *map(str, range(len(rows)))], rows)
