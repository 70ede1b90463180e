"""Writes what the paper's protocol would cost on a device into README.md and docs/cost.md.

python -m docs.figures.cost_table
"""

from pathlib import Path

from docs.figures import between_marks
from harness.cost.estimate import DEFAULT_DEVICE, EntryCost, WayCost, plan_cost
from harness.cost.qpu_time import QUICK_EXECUTION_S, Use
from harness.cost.tariffs import load_tariffs
from harness.cost.ways import Way, uses
from harness.plan.expand import expand
from harness.plan.plan import load_preset
from harness.text import Missing, count, duration, significant

_HERE = Path(__file__).resolve().parents[2]
README, PAGE = _HERE / "README.md", _HERE / "docs" / "cost.md"
PRESET, ENTRY = "paper", "statevector eq7 1000 shots"


def estimated() -> EntryCost:
    """Return what one run of the paper's protocol would cost."""
    runs = expand(load_preset(PRESET), dataset_sha256="0" * 64)
    chosen = [run for run in runs if run.label == ENTRY]
    return plan_cost(chosen, load_tariffs(), device=DEFAULT_DEVICE).entries[0]


def sentence(entry: EntryCost) -> str:
    """Return the headline of the README: every number is one of the estimate."""
    tariff = load_tariffs()[0]
    planned = entry.way(Way.PLANNED)
    step, training = _use(planned.use.step), _use(planned.use.training)
    return (
        f"By IBM's published formula, one training step of the paper's protocol ({count(step.circuits)} circuits, "
        f"{count(entry.load.shots)} shots each)\n"
        f"takes **{duration(step.qpu_s)}** of QPU time on a {entry.device.device_qubits}-qubit device, and the whole training "
        f"**{duration(training.qpu_s)}**: **{_training(planned)} {tariff.currency}** by\n"
        f"{tariff.name}, at prices of {tariff.figures_of}, which may be out of date. Without the angles that cannot matter it is "
        f"{_training(entry.way(Way.ALIVE))} {tariff.currency};\n"
        f"with circuits side by side on the chip as well, at best {_training(entry.way(Way.BOTH))} {tariff.currency}. A response "
        f"table, measured once, takes {count(_use(entry.way(Way.TABLE).use.training).circuits)} circuits\n"
        f"and **{_training(entry.way(Way.TABLE))} {tariff.currency}**, and answers in training and testing.\n"
    )


def table(entry: EntryCost) -> str:
    """Return the table of docs/cost.md: one row a way, training alone."""
    tariffs = load_tariffs()
    names = " | ".join(f"{tariff.name}, {tariff.currency}" for tariff in tariffs)
    lines = [
        f"| training | circuits | million executions | jobs | QPU time | {names} |",
        "|---|" + "---:|" * (4 + len(tariffs)),
    ]
    for cost in entry.ways:
        use = _use(cost.use.training)
        name = cost.use.way.value.replace("side by side", f"{entry.device.copies} side by side")
        cells = [count(use.circuits), significant(use.executions / 1e6), count(use.jobs), duration(use.qpu_s)]
        cells += [
            str(price.training) if isinstance(price.training, Missing) else significant(price.training)
            for price in cost.prices
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    testing, quick = _use(entry.way(Way.PLANNED).use.testing), _quick(entry)
    lines += [
        "",
        f"Circuit eq7, {count(entry.load.shots)} shots, on {entry.device.device}: {len(entry.device.qubits)} of "
        f"{entry.device.device_qubits} qubits, {significant(1e6 * entry.device.duration_s)} µs, data of "
        f"{entry.device.calibrated_at[:10]}. Testing with {count(testing.circuits)}",
        f"circuits takes {duration(testing.qpu_s)} more, unless the table answers. IBM's quick form, 350 µs an execution, gives "
        f"{duration(quick.qpu_s)} for the training as planned.",
    ]
    return "\n".join(lines) + "\n"


def with_figures(readme: str, page: str) -> tuple[str, str]:
    """Return both documents with the figures in their places."""
    entry = estimated()
    return between_marks(readme, "cost", sentence(entry)), between_marks(page, "cost", table(entry))


def _training(cost: WayCost) -> str:
    price = cost.prices[0].training
    assert not isinstance(price, Missing)
    return significant(price)


def _use(use: Use | Missing) -> Use:
    assert isinstance(use, Use)
    return use


def _quick(entry: EntryCost) -> Use:
    return _use(uses(entry.load, execution_s=QUICK_EXECUTION_S, copies=1)[0].training)


def main() -> None:
    """Write both documents."""
    new = with_figures(README.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8"))
    for path, text in zip((README, PAGE), new, strict=True):
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
