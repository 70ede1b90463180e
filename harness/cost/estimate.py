"""What the entries of a plan would cost on a device, by way and by tariff."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from backends.adapters.durations import OnDevice, on_device
from backends.adapters.fake_devices import devices
from harness.cost.load import Load, planned_load
from harness.cost.qpu_time import REP_DELAY_S, Use
from harness.cost.tariffs import Tariff
from harness.cost.ways import Way, WayUse, uses
from harness.data.dataset import DataFacts
from harness.spec import Run, RunSpec
from harness.text import Missing

DEFAULT_DEVICE = "sherbrooke"
"""Of entries whose options name no fake IBM device; it has 127 qubits."""


@dataclasses.dataclass(frozen=True)
class Price:
    """What a tariff asks for one run, in its currency."""

    tariff: str
    currency: str
    training: float | Missing
    testing: float | Missing


@dataclasses.dataclass(frozen=True)
class WayCost:
    """One way to use the device, and its price by each tariff, in the tariffs' order."""

    use: WayUse
    prices: tuple[Price, ...]


@dataclasses.dataclass(frozen=True)
class EntryCost:
    """What each run of some entries would cost: entries that send the same to the same device stand together.

    Attributes:
        labels: Of the entries.
        n_runs: Runs of all these entries.
        load: What one run sends.
        device: The circuit on the device.
        ways: In the order of ``Way``.
    """

    labels: tuple[str, ...]
    n_runs: int
    load: Load
    device: OnDevice
    ways: tuple[WayCost, ...]

    def way(self, way: Way) -> WayCost:
        """Return one of the ways."""
        return next(cost for cost in self.ways if cost.use.way == way)


@dataclasses.dataclass(frozen=True)
class NoCost:
    """An entry that sends nothing to a device, and why."""

    label: str
    reason: str


@dataclasses.dataclass(frozen=True)
class PlanCost:
    """The entries of a plan, in its order."""

    entries: tuple[EntryCost, ...]
    without: tuple[NoCost, ...]


def plan_cost(
    runs: Sequence[Run],
    facts: DataFacts,
    tariffs: Sequence[Tariff],
    *,
    device: str | None = None,
    shots: int | None = None,
) -> PlanCost:
    """Return what the runs of a plan would cost on a device. Nothing is run.

    Args:
        runs: As ``harness.plan.plan.expand`` returns them.
        facts: Of their data set.
        tariffs: Price lists.
        device: For all entries, instead of the fake IBM device in an entry's options, or ``DEFAULT_DEVICE``.
        shots: Of each evaluation, for all entries.

    Raises:
        ConfigError: a circuit does not fit the device.
        MissingPackageError: qiskit-ibm-runtime is not installed.
    """
    by_label: dict[str, list[Run]] = {}
    for run in runs:
        by_label.setdefault(run.label, []).append(run)
    without: list[NoCost] = []
    alike: dict[_Asked, list[str]] = {}
    for label, same in by_label.items():
        load = planned_load(same[0].spec, facts, shots=shots)
        if isinstance(load, Missing):
            without.append(NoCost(label, load.reason))
        else:
            alike.setdefault(_Asked(load, *_place(same[0].spec, device)), []).append(label)
    entries = []
    for asked, labels in alike.items():
        placed = on_device(asked.load.circuit, asked.device, layout=asked.layout)
        found = uses(asked.load, execution_s=REP_DELAY_S + placed.duration_s, copies=placed.copies)
        ways = tuple(WayCost(use, prices(use, tariffs)) for use in found)
        n_runs = sum(len(by_label[label]) for label in labels)
        entries.append(EntryCost(tuple(labels), n_runs, asked.load, placed, ways))
    return PlanCost(tuple(entries), tuple(without))


class _Asked(NamedTuple):
    """What an entry sends, and where it goes; the layout is None where the transpiler chooses."""

    load: Load
    device: str
    layout: tuple[int, ...] | None


def prices(use: WayUse, tariffs: Sequence[Tariff]) -> tuple[Price, ...]:
    """Return the prices of a way by each tariff."""
    return tuple(
        Price(tariff.name, tariff.currency, _price(use.way, use.training, tariff), _price(use.way, use.testing, tariff))
        for tariff in tariffs
    )


def _price(way: Way, use: Use | Missing, tariff: Tariff) -> float | Missing:
    if isinstance(use, Missing):
        return use
    if way in (Way.SIDE_BY_SIDE, Way.BOTH) and not tariff.side_by_side:
        return Missing("the vendor's devices have other sizes")
    return tariff.price(use)


def _place(spec: RunSpec, device: str | None) -> tuple[str, tuple[int, ...] | None]:
    """Return the device of an entry, and the layout that it asks for there."""
    own = spec.options.get("device")
    if device is not None or own not in devices():
        return device or DEFAULT_DEVICE, None
    layout = spec.options.get("layout")
    return own, tuple(layout) if layout else None
