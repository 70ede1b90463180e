"""What the runs would cost on a device: QPU time and money."""

from collections.abc import Callable, Sequence

from harness.cost.tariffs import Tariff
from harness.report.numbers.device_costs import DeviceCostRow
from harness.report.numbers.rows import Number
from harness.report.sections.layout import Cell, Table, plain_table
from harness.text import Missing, clean, count, duration, significant


def cost_table(rows: Sequence[DeviceCostRow], tariff: Tariff) -> Table | None:
    """Return the table; None where no run has a quantum head.

    Args:
        rows: One a configuration.
        tariff: By which their money is.
    """
    if not rows:
        return None
    money = clean(tariff.currency)
    head = [
        "Head", "One execution, µs", "Circuits, training", "QPU, a step", "QPU, training", "QPU, test",
        f"Training, {money}", f"Test, {money}", f"Training without dead angles, {money}", f"Response table, {money}",
        "Simulation here, s",
    ]  # fmt: skip
    caption = (
        "What one run would take on a quantum computer. QPU time by IBM's published estimate: 2 s a job + (250 µs + the "
        "circuit's duration) × executions, or its quick form, 350 µs an execution, for a head that is no device; each training step is a job of its own, and training includes the validation after "
        f"each epoch. Money: {clean(tariff.name)}, prices of {tariff.figures_of}, which may be out of date; qhb cost shows other "
        "vendors, and circuits side by side on the chip. Without dead angles: those that the circuit's structure proves dead on "
        "an ideal device. Response table: measured once, it answers in training and test. Simulation here: seconds inside the "
        "head during training on the machine of the run."
    )
    return plain_table("cost", caption, head, [_cells(row) for row in rows])


def _cells(row: DeviceCostRow) -> list[str | Cell | Missing]:
    return [
        row.label,
        _execution(row),
        _number(row.training_circuits, count),
        _number(row.step_s, duration),
        _number(row.training_s, duration),
        _number(row.testing_s, duration),
        _number(row.training_price, significant),
        _number(row.testing_price, significant),
        _number(row.alive_price, significant),
        _number(row.table_price, significant),
        _number(row.simulation_s, significant),
    ]


def _execution(row: DeviceCostRow) -> Cell | Missing:
    if isinstance(row.execution_us, Missing):
        return row.execution_us
    where = "quick form" if row.device is None else clean(row.device)
    return Cell(significant(row.execution_us), where)


def _number(value: Number, text: Callable[[float], str]) -> Cell | Missing:
    return value if isinstance(value, Missing) else Cell(text(value))
