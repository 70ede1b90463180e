"""The section on costs on a device: its cells and its texts."""

import dataclasses

from unit.harness.report.example_records import LINEAR, record
from unit.harness.report.numbers.test_device_costs import TARIFF, facts

from backends.circuits.catalogue import circuit_named
from harness.report.numbers.device_costs import device_costs
from harness.report.numbers.grouping import grouped
from harness.report.sections.cost import cost_table


def test_cells_and_reasons() -> None:
    """One row a quantum head; an exact one is dashes with the reason below."""
    device = facts(circuit_named("eq7"), device="manila", duration_s=6e-6)
    runs = [
        record("linear", spec=LINEAR),
        record("a", head=device),
        record("b", head=facts(circuit_named("eq7")), spec={"shots": None}),
    ]
    table = cost_table(device_costs(grouped(runs), TARIFF), TARIFF)
    assert table is not None
    first, second = table.rows

    assert [cell.text for cell in first] == [
        "a", "256", "288,000", "739 s", "20.5 h", "258 s", "118,000", "413", "39,600", "379", "4.00",
    ]  # fmt: skip
    assert first[1].small == "manila"
    assert [cell.text for cell in second[1:-1]] == ["–"] * 9
    assert table.notes == [("a", "exact probabilities: a device only samples")]
    assert "prices of 2026-05-25, which may be out of date" in table.caption


def test_without_a_quantum_head_there_is_no_section() -> None:
    assert cost_table(device_costs(grouped([record("linear", spec=LINEAR)]), TARIFF), TARIFF) is None


def test_texts_of_tariffs_and_devices_are_made_visible() -> None:
    """A name with control characters cannot change the page."""
    tariff = TARIFF.model_copy(update={"name": "a\x1b[31m"})
    head = facts(circuit_named("eq7"), device="x\x1b", duration_s=6e-6)
    rows = device_costs(grouped([record("a", head=head)]), tariff)
    table = cost_table([dataclasses.replace(rows[0])], tariff)
    assert table is not None

    assert "a␛[31m" in table.caption
    assert table.rows[0][1].small == "x␛"
