"""What each configuration would cost on a device, from the counts of its runs."""

import dataclasses

import pydantic

from backends.errors import CircuitError
from harness.cost.load import Load
from harness.cost.qpu_time import Use
from harness.cost.recorded import recorded_execution, recorded_load
from harness.cost.tariffs import Tariff
from harness.cost.ways import Way, uses
from harness.report.numbers.costs import UNTRAINED
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.recorded_circuit import circuit_from, is_small
from harness.report.numbers.rows import Number
from harness.text import Missing


@dataclasses.dataclass(frozen=True)
class DeviceCostRow:
    """What one run of a configuration would take on a device; money in the currency of the tariff.

    Attributes:
        label: Of the configuration.
        execution_us: One execution of the circuit, the delay before the next included, microseconds.
        device: Whose data that is from; None: it is that of IBM's quick form, since the head is no device.
        training_circuits: Circuits of the training, validation included.
        step_s: QPU time of one training step, seconds; of the training and of the test as well.
        training_price: Of the training.
        testing_price: Of the test.
        alive_price: Of the training without the angles that are proven dead on an ideal device.
        table_price: Of a response table that is measured once, without dead angles, and answers in training and test.
        simulation_s: Seconds inside the head on the machine of the run, in training.
    """

    label: str
    execution_us: Number
    device: str | None
    training_circuits: Number
    step_s: Number
    training_s: Number
    testing_s: Number
    training_price: Number
    testing_price: Number
    alive_price: Number
    table_price: Number
    simulation_s: Number


def device_costs(results: Results, tariff: Tariff) -> list[DeviceCostRow]:
    """Return a row for each configuration of a quantum head."""
    return [_row(group, tariff) for group in results.groups if group.quantum]


def _row(group: Group, tariff: Tariff) -> DeviceCostRow:
    run = next(iter(group.ok), group.first)
    load = _load(group)
    untrained = UNTRAINED if group.first.scope == "evaluation" else "not recorded"
    simulation = run.steps.head_seconds if run.steps else Missing(untrained)
    if isinstance(load, Missing):
        return DeviceCostRow(group.label, load, None, load, load, load, load, load, load, load, load, simulation)
    execution = recorded_execution(run)
    by_way = {use.way: use for use in uses(load, execution_s=execution.seconds, copies=1)}
    planned = by_way[Way.PLANNED]

    def price(use: Use | Missing) -> Number:
        return use if isinstance(use, Missing) else tariff.price(use)

    def qpu_s(use: Use | Missing) -> Number:
        return use if isinstance(use, Missing) else use.qpu_s

    return DeviceCostRow(
        label=group.label,
        execution_us=1e6 * execution.seconds,
        device=execution.device,
        training_circuits=planned.training if isinstance(planned.training, Missing) else planned.training.circuits,
        step_s=qpu_s(planned.step),
        training_s=qpu_s(planned.training),
        testing_s=qpu_s(planned.testing),
        training_price=price(planned.training),
        testing_price=price(planned.testing),
        alive_price=price(by_way[Way.ALIVE].training),
        table_price=price(by_way[Way.TABLE].training),
        simulation_s=simulation,
    )


def _load(group: Group) -> Load | Missing:
    run = next(iter(group.ok), None)
    if run is None:
        return Missing(f"no run ended ok ({group.statuses})")
    data = run.head.circuit if run.head else None
    if data is None:
        return Missing("no circuit recorded")
    try:
        circuit = circuit_from(data)
    except (CircuitError, pydantic.ValidationError):
        return Missing("the recorded circuit cannot be read")
    return recorded_load(run, circuit) if is_small(circuit) else Missing("the circuit is too large to be analysed here")
