"""The tables of sweeps, of heads tested on other heads' weights, and of gradients from shots."""

from collections.abc import Sequence

from harness.report.numbers.accuracies import MeanAccuracy
from harness.report.numbers.fidelities import FidelityRow
from harness.report.numbers.rows import ComparisonRow
from harness.report.numbers.sweeps import Sweep
from harness.report.numbers.transfers import Transfers
from harness.report.sections.layout import Cell, Notes, Table, aligned
from harness.report.sections.price import PRICE_COLUMNS, price_cells
from harness.text import Missing, count, counted, share, significant


def sweeps_table(found: Sequence[Sweep], comparison: Sequence[ComparisonRow]) -> Table | None:
    """Return the accuracy at each value of each setting; None where no two configurations differ in one setting alone."""
    if not found:
        return None
    rows = {row.label: row for row in comparison}
    notes = Notes()
    cells = [
        [
            Cell(sweep.setting, sweep.subject, number=False),
            Cell(point.value, number=sweep.numeric),
            Cell(point.label, number=False),
            accuracy_cell(point.accuracy),
            *(notes.cell(cell) for cell in price_cells(rows[point.label])),
        ]
        for sweep in found
        for point in sweep.points
    ]
    caption = (
        "Configurations that differ in exactly one setting. Accuracy: mean over seeds, on the official test images where "
        "all configurations of the sweep have them, else on those of the split; below it the 95 % t interval over seeds, which "
        "holds on these test images."
    )
    head = ["Setting", "Value", "Head", "Accuracy", *PRICE_COLUMNS]
    return Table("sweeps", caption, head, aligned(cells), notes.lines())


def transfers_table(found: Transfers | None) -> Table | None:
    """Return who trained the weights (rows) by who classified the images (columns); None where nothing was moved."""
    if found is None:
        return None
    notes = Notes()
    rows = [
        [
            Cell(label, number=False),
            *(
                notes.cell(value if isinstance(value, Missing) else accuracy_cell(value))
                for value in found.accuracies[index]
            ),
        ]
        for index, label in enumerate(found.trained_on)
    ]
    caption = (
        "Trained on one head (rows), tested on another (columns): mean accuracy over seeds, on the official test images where "
        "all have them, else on those of the split; below it the 95 % t interval over seeds, which holds on these test images."
    )
    return Table(
        "transfers",
        caption,
        ["Trained on", *found.tested_on],
        rows,
        notes.lines(),
        [("", 1), ("Tested on", len(found.tested_on))],
    )


def fidelities_table(rows: Sequence[FidelityRow], comparison: Sequence[ComparisonRow]) -> Table | None:
    """Return the agreement of sampled with exact gradients; None where no run recorded it."""
    if not rows:
        return None
    compared = {row.label: row for row in comparison}
    notes = Notes()
    cells = [
        [
            Cell(row.label, f"{counted(row.seeds, 'seed')}, {counted(row.steps, 'step')}", number=False),
            Cell(row.shots if isinstance(row.shots, str) else count(row.shots)),
            Cell(f"{row.cosine:.3f}", f"least {row.cosine_least:.3f}"),
            Cell(significant(row.signal_to_noise), f"least {significant(row.signal_to_noise_least)}"),
            *(notes.cell(cell) for cell in price_cells(compared[row.label])),
        ]
        for row in rows
    ]
    caption = (
        "The gradient from shots beside the exact gradient of the same head, at the same weights and images: median over the "
        "steps at which it was recorded, all seeds together. Cosine: of the angle between the two; 1 is the same direction. "
        "Signal to noise: squared length of the exact gradient over that of the difference."
    )
    head = ["Head", "Shots", "Cosine", "Signal to noise", *PRICE_COLUMNS]
    return Table("fidelities", caption, head, aligned(cells), notes.lines())


def accuracy_cell(accuracy: MeanAccuracy) -> Cell:
    """Return a mean accuracy with its interval over seeds, or that there is one seed."""
    text = share(accuracy.mean, accuracy.images)
    if isinstance(accuracy.low, Missing) or isinstance(accuracy.high, Missing):
        return Cell(text, "one seed")
    return Cell(text, f"{share(accuracy.low, accuracy.images)}–{share(accuracy.high, accuracy.images)}")
