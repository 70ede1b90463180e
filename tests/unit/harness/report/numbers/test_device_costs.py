"""Costs on a device from recorded counts, by hand."""

import dataclasses
import json

import pytest
from unit.harness.report.example_records import LINEAR, failing, record

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit, Gate
from harness.cost.tariffs import Tariff, load_tariffs
from harness.records.record import HeadFacts, RunRecord
from harness.report.numbers.device_costs import DeviceCostRow, device_costs
from harness.report.numbers.grouping import grouped
from harness.text import Missing

TARIFF: Tariff = load_tariffs()[0]


def facts(circuit: Circuit | dict[str, object] | None, **provenance: object) -> HeadFacts:
    """Return the facts of a head of ten circuits."""
    data = json.loads(json.dumps(dataclasses.asdict(circuit))) if isinstance(circuit, Circuit) else circuit
    return HeadFacts(
        summary="", n_parameters=5, n_head_parameters=0, gradient="parameter-shift", n_circuits=10, n_angles=4,
        circuit=data, provenance=provenance,
    )  # fmt: skip


def row_of(run: RunRecord) -> DeviceCostRow:
    """Return the one row of one run."""
    (row,) = device_costs(grouped([run]), TARIFF)
    return row


def test_counts_become_seconds_and_money() -> None:
    """100 recorded steps of 320 + 2,560 evaluations, 1,000 shots, on a device whose circuit takes 6 us; 100 test images."""
    row = row_of(record("a", head=facts(circuit_named("eq7"), device="manila", duration_s=6e-6)))

    assert (row.execution_us, row.device) == (pytest.approx(256), "manila")
    assert row.training_circuits == 288_000
    assert row.step_s == pytest.approx(2 + 2_880_000 * 256e-6)
    assert row.training_s == pytest.approx(100 * row.step_s)
    assert row.testing_s == pytest.approx(2 + 1_000_000 * 256e-6)
    assert row.training_price == pytest.approx(1.6 * row.training_s)
    assert row.testing_price == pytest.approx(1.6 * row.testing_s)
    assert row.alive_price == pytest.approx(1.6 * 100 * (2 + 960_000 * 256e-6))
    assert row.table_price == pytest.approx(1.6 * (2 + 7 * 2**17 * 256e-6))
    assert row.simulation_s == 4


def test_a_head_that_is_no_device_has_the_quick_form() -> None:
    row = row_of(record("a", head=facts(circuit_named("eq7"))))

    assert row.execution_us == 350
    assert row.device is None


def test_reasons() -> None:
    """Exact runs, failed runs, and circuits that cannot be read or are too large have reasons, classical heads no row."""
    many = Circuit("c", 1, 0, (Gate("h", (0,)),) * 1001)
    eq7 = facts(circuit_named("eq7"))

    assert device_costs(grouped([record("linear", spec=LINEAR)]), TARIFF) == []
    for run, reason in (
        (record("a", head=eq7, spec={"shots": None}), "exact probabilities: a device only samples"),
        (failing("a"), "no run ended ok (1 diverged)"),
        (record("a"), "no circuit recorded"),
        (record("a", head=facts({"name": "x"})), "the recorded circuit cannot be read"),
        (record("a", head=facts(many)), "the circuit is too large to be analysed here"),
    ):
        assert row_of(run).training_s == row_of(run).table_price == Missing(reason)
