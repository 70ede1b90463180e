"""What the entries of a plan would cost: which stand together, on which device, and by which price."""

import pytest
from data_facts import mnist_facts

from backends.errors import ConfigError
from harness.cost.estimate import NoCost, PlanCost, plan_cost
from harness.cost.qpu_time import REP_DELAY_S, SUB_JOB_S
from harness.cost.tariffs import Tariff, load_tariffs
from harness.cost.ways import Way
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.text import Missing

PLAN = """
name = "p"
seeds = [0, 1]
[[runs]]
head = "linear"
[[runs]]
head = "statevector"
circuit = "eq7"
shots = 1000
[[runs]]
head = "aer_shots"
circuit = "eq7"
shots = 1000
seeds = [0]
[[runs]]
head = "fake_ibm"
circuit = "eq7"
shots = 1000
options = { device = "manila", layout = [1, 2, 3] }
[[runs]]
head = "pennylane"
circuit = "eq7"
"""


def estimated(**settings: object) -> PlanCost:
    return plan_cost(expand(parse(PLAN, where="p"), facts=mnist_facts()), mnist_facts(), load_tariffs(), **settings)


def test_entries_on_their_devices() -> None:
    """Entries that send the same stand together; a fake device and its layout are kept, all others are on sherbrooke."""
    together, manila = estimated().entries

    assert together.labels == ("statevector eq7 1000 shots", "aer_shots eq7 1000 shots")
    assert (together.n_runs, together.device.device, together.device.device_qubits) == (3, "sherbrooke", 127)
    assert (manila.n_runs, manila.device.device, manila.device.qubits) == (2, "manila", (1, 2, 3))


def test_entries_without_a_cost() -> None:
    """Classical heads, and exact probabilities as long as no shots are given."""
    assert estimated().without == (
        NoCost("linear", "classical head: no circuits"),
        NoCost("pennylane[default.qubit] eq7 exact", "exact probabilities: a device only samples; give --shots N"),
    )
    everything = estimated(shots=10, device="torino")
    assert [entry.labels[0] for entry in everything.entries] == ["statevector eq7 1000 shots"]
    assert everything.entries[0].n_runs == 7
    assert (everything.entries[0].load.shots, everything.entries[0].device.device) == (10, "torino")


def test_the_formula_of_a_step() -> None:
    """2,880 circuits of 1,000 shots: 2 s, and for each execution the delay and the circuit's duration on the device."""
    entry = estimated().entries[0]
    step = entry.way(Way.PLANNED).use.step

    assert step.executions == 2_880_000
    assert step.qpu_s == pytest.approx(SUB_JOB_S + 2_880_000 * (REP_DELAY_S + entry.device.duration_s))


def test_prices() -> None:
    """Money is the tariff's of the use; side by side has a price only where the tariff is for devices of that size."""
    tariffs: list[Tariff] = load_tariffs()
    entry = estimated().entries[0]
    planned, side = entry.way(Way.PLANNED), entry.way(Way.SIDE_BY_SIDE)

    assert [price.training for price in planned.prices] == [tariff.price(planned.use.training) for tariff in tariffs]
    assert [price.testing for price in planned.prices] == [tariff.price(planned.use.testing) for tariff in tariffs]
    assert [isinstance(price.training, Missing) for price in side.prices] == [
        not tariff.side_by_side for tariff in tariffs
    ]
    assert side.prices[0].training == tariffs[0].price(side.use.training)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown device 'sherbroke'; did you mean 'sherbrooke'"):
        estimated(device="sherbroke")
