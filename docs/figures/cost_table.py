"""Writes what the paper's protocol would cost on a device into README.md and docs/cost.md.

python -m docs.figures.cost_table
"""

from pathlib import Path

from docs.figures import between_marks
from harness.cost.estimate import DEFAULT_DEVICE, EntryCost, WayCost, plan_cost
from harness.cost.qpu_time import QUICK_EXECUTION_S, Use
from harness.cost.tariffs import load_tariffs
from harness.cost.ways import Way, WayUse, uses
from harness.data.load import facts_of
from harness.plan.expand import expand
from harness.plan.plan import load_preset
from harness.text import Missing, count, duration, significant

_HERE = Path(__file__).resolve().parents[2]
README, PAGE = _HERE / "README.md", _HERE / "docs" / "cost.md"
PRESET, ENTRY = "paper", "statevector eq7 1000 shots"


def estimated() -> EntryCost:
    """Return what one run of the paper's protocol would cost."""
    plan = load_preset(PRESET)
    facts = facts_of(plan.data)
    runs = expand(plan, facts=facts)
    chosen = [run for run in runs if run.label == ENTRY]
    return plan_cost(chosen, facts, load_tariffs(), device=DEFAULT_DEVICE).entries[0]


def sentence(entry: EntryCost) -> str:
    """Return the headline of the README: every number is one of the estimate."""
    tariff = load_tariffs()[0]
    planned = entry.way(Way.PLANNED)
    step, training = _use(planned.use.step), _use(planned.use.training)
    measured, whole = entry.way(Way.TABLE), entry.way(Way.TABLE_OF_ALL_ANGLES)
    return (
        f"By IBM's published formula, one training step of the paper's protocol ({count(step.circuits)} circuits of "
        f"{count(entry.load.shots)} shots)\n"
        f"takes **{duration(step.qpu_s)}** of QPU time on a {entry.device.device_qubits}-qubit device "
        f"({duration(_use(_quickly(entry).step).qpu_s)} by IBM's quick form), and the whole training\n"
        f"**{duration(training.qpu_s)}**: **{_training(planned)} {tariff.currency}** by {tariff.name} at prices of "
        f"{tariff.figures_of}, which may be out of date.\n"
        f"Without the angles that cannot matter on an ideal device it is {_training(entry.way(Way.ALIVE))} "
        f"{tariff.currency}; with circuits side by side on\n"
        f"the chip as well, at best {_training(entry.way(Way.BOTH))} {tariff.currency}. A response table that is measured once takes "
        f"{_circuits(measured)} circuits and **{_training(measured)} {tariff.currency}**\n"
        f"({_circuits(whole)} circuits and {_training(whole)} {tariff.currency} with all angles), and then answers in training "
        "and testing.\n"
    )


def table(entry: EntryCost) -> str:
    """Return the table of docs/cost.md: one column a way, training alone."""
    names = [cost.use.way.value.replace("side by side", f"{entry.device.copies} side by side") for cost in entry.ways]
    trained = [_use(cost.use.training) for cost in entry.ways]
    rows = {
        "circuits": [count(use.circuits) for use in trained],
        "million executions": [significant(use.executions / 1e6) for use in trained],
        "jobs": [count(use.jobs) for use in trained],
        "QPU time": [duration(use.qpu_s) for use in trained],
    }
    for prices in zip(*(cost.prices for cost in entry.ways), strict=True):
        rows[f"{prices[0].tariff}, {prices[0].currency}"] = [_money(price.training) for price in prices]
    testing = _use(entry.way(Way.PLANNED).use.testing)
    lines = [
        f"| training | {' | '.join(names)} |",
        f"|---|{'---:|' * len(names)}",
        *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()),
        "",
        f"Circuit eq7, {count(entry.load.shots)} shots, on {entry.device.device}: {len(entry.device.qubits)} of "
        f"{entry.device.device_qubits} qubits, {significant(1e6 * entry.device.duration_s)} µs, data of "
        f"{entry.device.calibrated_at[:10]}. Testing with {count(testing.circuits)}",
        f"circuits takes {duration(testing.qpu_s)} more, unless the table answers. IBM's quick form, 350 µs an execution, gives "
        f"{duration(_use(_quickly(entry).training).qpu_s)} for the",
        "training as planned.",
    ]
    return "\n".join(lines) + "\n"


def with_figures(readme: str, page: str) -> tuple[str, str]:
    """Return both documents with the figures in their places."""
    entry = estimated()
    return between_marks(readme, "cost", sentence(entry)), between_marks(page, "cost", table(entry))


def _training(cost: WayCost) -> str:
    return _money(cost.prices[0].training)


def _circuits(cost: WayCost) -> str:
    return count(_use(cost.use.training).circuits)


def _money(price: float | Missing) -> str:
    return str(price) if isinstance(price, Missing) else significant(price)


def _use(use: Use | Missing) -> Use:
    assert isinstance(use, Use)
    return use


def _quickly(entry: EntryCost) -> WayUse:
    return uses(entry.load, execution_s=QUICK_EXECUTION_S, copies=1)[0]


def main() -> None:
    """Write both documents."""
    new = with_figures(README.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8"))
    for path, text in zip((README, PAGE), new, strict=True):
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
