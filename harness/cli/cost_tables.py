"""The text of ``qhb cost``: a table for each group of entries, at most 80 columns wide."""

import textwrap
from collections.abc import Callable, Sequence

from harness.cost.estimate import EntryCost, PlanCost, WayCost
from harness.cost.load import Batches
from harness.cost.qpu_time import Use
from harness.cost.tariffs import Tariff
from harness.cost.ways import Way
from harness.text import DASH, Missing, counted, duration, listed, significant

_WIDTH = 80
_LABEL, _CELL = 20, 12  # 20 + 5 x 12 = 80

NOTES = (
    "QPU time is IBM's published estimate: 2 s a job + (250 us + the circuit's duration) x executions. IBM's quick form, "
    "350 us an execution, gives up to 40 % more. Queues are not in it.",
    "A training step is a job of its own, because its angles depend on the step before; jobs of more than 10 million "
    "executions are split. Training includes the validation after each epoch.",
    "Side by side is an upper bound of the saving: neighbouring layouts and crosstalk are not modelled.",
    "The response table is measured once, verified, and then answers in training and testing without the device. The proof "
    "that angles are dead holds for an ideal device.",
)


def paragraphs(found: PlanCost, tariffs: Sequence[Tariff]) -> list[str]:
    """Return the tables, what they leave out, and where the prices come from."""
    texts = [text for entry in found.entries for text in (_title(entry), _table(entry), *_other_table(entry))]
    if found.without:
        texts.append("\n".join(_wrapped(f"Not on a device: {entry.label}: {entry.reason}.") for entry in found.without))
    if not found.entries:
        return texts
    dates = sorted({tariff.figures_of for tariff in tariffs})
    span = str(dates[0]) if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    prices = (
        f"Prices are of {span} and may be out of date; qhb cost --tariffs-template shows their sources. Vendors other than "
        "IBM: seconds by IBM's formula, as a guess."
    )
    return [*texts, "\n".join(_wrapped(f"- {note}") for note in (*NOTES, prices))]


def _title(entry: EntryCost) -> str:
    load, device = entry.load, entry.device
    dead = f", of which {len(load.dead)} proven dead" if load.dead else ""
    return _wrapped(
        f"{listed(list(entry.labels))}: {counted(entry.n_runs, 'run')}; the figures are of one. Circuit {load.circuit.name} "
        f"({counted(load.circuit.n_angles, 'angle')}{dead}; {counted(load.shots, 'shot')}) on {device.device}: "
        f"{len(device.qubits)} of {device.device_qubits} qubits, {significant(1e6 * device.duration_s)} us."
    )


def shown_ways(entry: EntryCost) -> list[Way]:
    """Return the ways with a column of their own: without dead angles there is nothing to leave out."""
    both = [Way.PLANNED, Way.ALIVE, Way.SIDE_BY_SIDE, Way.BOTH, Way.TABLE]
    return both if entry.load.dead else [Way.PLANNED, Way.SIDE_BY_SIDE, Way.TABLE]


def _table(entry: EntryCost) -> str:
    copies = f"{entry.device.copies} copies"
    headings = {
        Way.PLANNED: ("as", "planned"),
        Way.ALIVE: ("dead angles", "left out"),
        Way.SIDE_BY_SIDE: (copies, "at once"),
        Way.BOTH: ("both", "of these"),
        Way.TABLE: ("response", "table"),
    }
    ways = [entry.way(way) for way in shown_ways(entry)]
    lines = [_line("", [headings[cost.use.way][row] for cost in ways]) for row in (0, 1)]
    steps, epochs, images = (sum(some.n for some in part) for part in (entry.load.steps, entry.load.validation, ())), 0, 0
    return "\n".join(lines)


def _line(label: str, cells: Sequence[str]) -> str:
    return f"{label:<{_LABEL}}" + "".join(f"{cell:>{_CELL}}" for cell in cells)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
