"""What a head costs, in three columns of every table that compares heads."""

from harness.report.numbers.rows import ComparisonRow
from harness.report.sections.layout import Cell
from harness.text import Missing, compact, count

PRICE_COLUMNS = ("Parameters", "Training, s", "Evaluations")


def price_cells(row: ComparisonRow) -> list[Cell | Missing]:
    """Return trainable parameters, seconds of training, and circuit evaluations that the training requests."""
    costs = row.costs
    return [
        row.parameters if isinstance(row.parameters, Missing) else Cell(count(row.parameters)),
        costs.training_s if isinstance(costs.training_s, Missing) else Cell(f"{costs.training_s:,.1f}"),
        costs.training_evaluations
        if isinstance(costs.training_evaluations, Missing)
        else Cell(compact(costs.training_evaluations)),
    ]
