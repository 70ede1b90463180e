"""The table of epochs, circuit evaluations and shots to validation accuracies."""

import math
from collections.abc import Callable, Sequence

from harness.report.numbers.rows import ComparisonRow
from harness.report.numbers.time_to_accuracy import TARGETS, Reached, Spread, TimeToAccuracyRow
from harness.report.sections.layout import Cell, Notes, Table, aligned
from harness.report.sections.price import PRICE_COLUMNS, price_cells
from harness.text import Missing, compact, count, counted


def time_to_accuracy_table(rows: Sequence[TimeToAccuracyRow], comparison: Sequence[ComparisonRow]) -> Table | None:
    """Return the table; None where no head was trained in full."""
    if not rows:
        return None
    by_label = {row.label: row for row in comparison}
    notes = Notes()
    cells = [
        [
            Cell(row.label, f"{counted(row.seeds, 'seed')}, {counted(row.epochs, 'epoch')}", number=False),
            *(notes.cell(_epochs(row, reached)) for reached in row.reached),
            *(notes.cell(_counts(reached.evaluations)) for reached in row.reached),
            *(notes.cell(_counts(reached.shots)) for reached in row.reached),
            *(notes.cell(cell) for cell in price_cells(by_label[row.label])),
        ]
        for row in rows
    ]
    targets = [f"{100 * target:.0f} %" for target in TARGETS]
    caption = (
        "Training until the validation accuracy first reached 95, 97 and 98 %: median over seeds (smallest–largest). A run that "
        "never reached it counts as infinitely long, also one that diverged. Circuit evaluations and shots are those that the "
        "training steps request; validation is not counted. The last columns are of the whole training."
    )
    groups = [("", 1), ("Epochs to", 3), ("Circuit evaluations to", 3), ("Shots to", 3), ("Whole training", 3)]
    return Table(
        "time-to-accuracy",
        caption,
        ["Head", *targets * 3, *PRICE_COLUMNS],
        aligned(cells),
        notes.lines(),
        groups,
    )


def _epochs(row: TimeToAccuracyRow, reached: Reached) -> Cell:
    if math.isinf(reached.epochs.median):
        some = f"{reached.n_reached} of {counted(row.seeds, 'seed')} did" if reached.n_reached else ""
        return Cell(f"not within {row.epochs}", some)
    return _cell(reached.epochs, count)


def _counts(spread: Spread | Missing) -> Cell | Missing:
    return spread if isinstance(spread, Missing) else _cell(spread, compact)


def _cell(spread: Spread, text: Callable[[float], str]) -> Cell:
    median, least, most = (
        "never" if math.isinf(value) else text(value) for value in (spread.median, spread.least, spread.most)
    )
    return Cell(median, "" if least == most else f"{least}–{most}")
