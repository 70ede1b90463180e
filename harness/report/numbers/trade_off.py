"""Accuracy against cost: which heads are beaten by no other head in both."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from harness.report.numbers.accuracies import MeanAccuracy, TestSet, common_test_set, mean_accuracy
from harness.report.numbers.device_costs import DeviceCostRow
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import ComparisonRow, Number
from harness.text import Missing


@dataclasses.dataclass(frozen=True)
class TradeOffPoint:
    """A head: its accuracy and what its training costs.

    Attributes:
        label: Of the head.
        quantum: Whether it evaluates circuits.
        accuracy: Mean over its seeds.
        cost: In the unit of the trade-off; 0 for a classical head where circuits are counted.
        on_front: No other head is as accurate at a lower cost, or more accurate at the same cost: by the means alone.
    """

    label: str
    quantum: bool
    accuracy: MeanAccuracy
    cost: float
    on_front: bool


@dataclasses.dataclass(frozen=True)
class TradeOff:
    """Accuracy against one kind of cost.

    Attributes:
        name: Part of ids: "seconds", "evaluations", "qpu".
        test_set: Which test images the accuracies are of.
        points: Of the fully trained heads whose cost is known, in the order of the report.
    """

    name: str
    test_set: TestSet
    points: tuple[TradeOffPoint, ...]


def trade_offs(
    results: Results, comparison: Sequence[ComparisonRow], devices: Sequence[DeviceCostRow]
) -> tuple[TradeOff, ...]:
    """Return accuracy against seconds of training, circuit evaluations and modelled QPU seconds.

    Heads that were trained on shuffled labels are left out, and so is a kind of cost that fewer than two heads have.
    Circuit evaluations and QPU seconds are left out where no head is quantum.
    """
    groups = [group for group in results.groups if group.full and group.evaluated and not group.shuffled]
    which = common_test_set(groups)
    if which is None:
        return ()
    rows = {row.label: row.costs for row in comparison}
    qpu = {row.label: row.training_s for row in devices}

    def evaluations(group: Group) -> Number:
        return rows[group.label].training_evaluations if group.quantum else 0.0

    def qpu_s(group: Group) -> Number:
        return qpu[group.label] if group.quantum else 0.0

    kinds: Mapping[str, Callable[[Group], Number]] = {"seconds": lambda group: rows[group.label].training_s}
    if any(group.quantum for group in groups):
        kinds = {**kinds, "evaluations": evaluations, "qpu": qpu_s}
    found = (TradeOff(name, which, _points(groups, which, cost)) for name, cost in kinds.items())
    return tuple(trade_off for trade_off in found if len(trade_off.points) > 1)


def _points(groups: Sequence[Group], which: TestSet, cost_of: Callable[[Group], Number]) -> tuple[TradeOffPoint, ...]:
    found: list[tuple[Group, MeanAccuracy, float]] = []
    for group in groups:
        accuracy, cost = mean_accuracy(group, which), cost_of(group)
        if not (isinstance(accuracy, Missing) or isinstance(cost, Missing)):
            found.append((group, accuracy, cost))
    return tuple(
        TradeOffPoint(
            group.label,
            group.quantum,
            accuracy,
            cost,
            on_front=not any(
                (other_cost <= cost and other.mean >= accuracy.mean)
                and (other_cost < cost or other.mean > accuracy.mean)
                for _, other, other_cost in found
            ),
        )
        for group, accuracy, cost in found
    )
