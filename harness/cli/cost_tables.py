"""The text of ``qhb cost``: a table for each group of entries, at most 80 columns wide."""

from collections.abc import Callable, Sequence

from harness.cost.estimate import EntryCost, PlanCost, Price, WayCost
from harness.cost.qpu_time import Use
from harness.cost.tariffs import Tariff
from harness.cost.ways import Way
from harness.text import DASH, Missing, counted, duration, listed, significant, wrapped

_LABEL, _CELL = 20, 12  # 20 + 5 x 12 = WIDTH

NOTES = (
    "QPU time is IBM's published estimate: 2 s a job + (250 us + the circuit's duration) x executions. IBM's quick form, "
    "350 us an execution, gives up to 40 % more. Queues are not in it.",
    "A training step is a job of its own, because its angles depend on the step before; jobs of more than 10 million "
    "executions are split. Training includes the validation after each epoch.",
    "Side by side is an upper bound of the saving: neighbouring layouts and crosstalk are not modelled, and other vendors' "
    "devices have other sizes.",
    "The response table is measured once, verified, and then answers in training and testing without the device. The proof "
    "that angles are dead holds for an ideal device.",
)


def paragraphs(found: PlanCost, tariffs: Sequence[Tariff]) -> list[str]:
    """Return the tables, what they leave out, and where the prices come from."""
    texts = []
    for entry in found.entries:
        texts += [_title(entry), f"{_table(entry)}\n{_dashes(entry)}", *_table_of_all_angles(entry)]
    if found.without:
        texts.append("\n".join(wrapped(f"Not on a device: {entry.label}: {entry.reason}.") for entry in found.without))
    if not found.entries:
        return texts
    dates = sorted({tariff.figures_of for tariff in tariffs})
    span = str(dates[0]) if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    prices = (
        f"Prices are of {span} and may be out of date; qhb cost --tariffs-template shows their sources. Vendors other than "
        "IBM: QPU time by IBM's formula is a guess."
    )
    return [*texts, _whole_plan(found.entries), "\n".join(wrapped(f"- {note}") for note in (*NOTES, prices))]


def _title(entry: EntryCost) -> str:
    load, device = entry.load, entry.device
    dead = f", of which {len(load.dead)} proven dead" if load.dead else ""
    return wrapped(
        f"{listed(list(entry.labels))}: {counted(entry.n_runs, 'run')}; the figures are of one. Circuit {load.circuit.name} "
        f"({counted(load.circuit.n_angles, 'angle')}{dead}; {counted(load.shots, 'shot')}) on {device.device}: "
        f"{len(device.qubits)} of {device.device_qubits} qubits, {significant(1e6 * device.duration_s)} us."
    )


def _shown(entry: EntryCost) -> list[WayCost]:
    """Return the ways with a column of their own: those that change something."""
    ways = [Way.PLANNED]
    ways += [Way.ALIVE] if entry.load.dead else []
    if entry.device.copies > 1:
        ways += [Way.SIDE_BY_SIDE, Way.BOTH] if entry.load.dead else [Way.SIDE_BY_SIDE]
    return [entry.way(way) for way in [*ways, Way.TABLE]]


def _table(entry: EntryCost) -> str:
    copies = f"{entry.device.copies} copies"
    headings = {
        Way.PLANNED: ("as", "planned"),
        Way.ALIVE: ("dead angles", "left out"),
        Way.SIDE_BY_SIDE: (copies, "at once"),
        Way.BOTH: ("both", "of these"),
        Way.TABLE: ("response", "table"),
    }
    ways = _shown(entry)
    load = entry.load
    steps, validations = (sum(batches.n for batches in part) for part in (load.steps, load.validation))
    n_tested = round(sum(batches.n * batches.images for batches in load.test))
    lines = [_line("", [headings[cost.use.way][row] for cost in ways]) for row in (0, 1)]
    lines.append(_line("One step, QPU time", [_of(cost.use.step, lambda use: duration(use.qpu_s)) for cost in ways]))
    lines.append(f"Training: {counted(steps, 'step')}, {counted(validations, 'validation')}")
    lines += _counts([cost.use.training for cost in ways])
    lines += _money(ways, lambda price: price.training)
    lines.append(f"Testing: {counted(n_tested, 'image')}")
    lines += _counts([cost.use.testing for cost in ways])
    lines += _money(ways, lambda price: price.testing)
    return "\n".join(lines)


def _counts(uses: Sequence[Use | Missing]) -> list[str]:
    rows: list[tuple[str, Callable[[Use], str]]] = [
        ("circuits", lambda use: _number(use.circuits)),
        ("million executions", lambda use: significant(use.executions / 1e6)),
        ("jobs", lambda use: _number(use.jobs)),
        ("QPU time", lambda use: duration(use.qpu_s)),
    ]
    return [_line(f"  {name}", [_of(use, text) for use in uses]) for name, text in rows]


def _money(ways: Sequence[WayCost], asked: Callable[[Price], float | Missing]) -> list[str]:
    """Return a row for each tariff, below a line with its currency."""
    lines: list[str] = []
    by_tariff = list(zip(*(cost.prices for cost in ways), strict=True))
    for currency in dict.fromkeys(prices[0].currency for prices in by_tariff):
        lines.append(f"  {currency}")
        lines += [
            _line(prices[0].tariff, [_amount(asked(price)) for price in prices])
            for prices in by_tariff
            if prices[0].currency == currency
        ]
    return lines


def _of(use: Use | Missing, text: Callable[[Use], str]) -> str:
    return str(use) if isinstance(use, Missing) else text(use)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value < 1e9 else f"{value:.3g}"


def _amount(value: float | Missing) -> str:
    if isinstance(value, Missing):
        return str(value)
    return significant(value) if value < 1e9 else f"{value:.3g}"


def _dashes(entry: EntryCost) -> str:
    """Return the reasons of the numbers that do not exist."""
    ways = _shown(entry)
    uses = [value for cost in ways for value in (cost.use.training, cost.use.testing)]
    prices = [value for cost in ways for price in cost.prices for value in (price.training, price.testing)]
    reasons = dict.fromkeys(value.reason for value in (*uses, *prices) if isinstance(value, Missing))
    return wrapped(f"{DASH} {'; '.join(reasons)}.")


def _table_of_all_angles(entry: EntryCost) -> list[str]:
    """Return what a response table costs without the proof that angles are dead."""
    cost = entry.way(Way.TABLE_OF_ALL_ANGLES)
    use, price = cost.use.training, cost.prices[0]
    if not entry.load.dead or isinstance(entry.way(Way.TABLE).use.training, Missing):
        return []
    if isinstance(use, Missing):
        return [wrapped(f"Without the proof that angles are dead, {use.reason}.")]
    return [
        wrapped(
            f"Without the proof that angles are dead, the response table takes {counted(use.circuits, 'circuit')}, "
            f"{duration(use.qpu_s)}, {price.currency} {_amount(price.training)} ({price.tariff})."
        )
    ]


def _whole_plan(entries: Sequence[EntryCost]) -> str:
    """Return what all runs of the entries shown would cost as planned, by the first tariff."""
    uses = [(entry.way(Way.PLANNED), entry.n_runs) for entry in entries]
    parts = [(part, n) for cost, n in uses for part in (cost.use.training, cost.use.testing)]
    qpu_s = sum(part.qpu_s * n for part, n in parts if not isinstance(part, Missing))
    prices = [(price, n) for cost, n in uses for price in (cost.prices[0].training, cost.prices[0].testing)]
    money = sum(price * n for price, n in prices if not isinstance(price, Missing))
    first = uses[0][0].prices[0]
    n_runs = sum(n for _, n in uses)
    return wrapped(
        f"{counted(n_runs, 'run')} as planned, in all: {duration(qpu_s)} of QPU time, {first.currency} {_amount(money)} "
        f"({first.tariff})."
    )


def _line(label: str, cells: Sequence[str]) -> str:
    return f"{label:<{_LABEL}}" + "".join(f"{cell:>{_CELL}}" for cell in cells)
