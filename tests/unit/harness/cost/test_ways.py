"""Ways to use a device, with numbers computed by hand for the paper's circuit."""

import dataclasses

from backends.circuits.catalogue import circuit_named
from harness.cost.load import Batches, Load
from harness.cost.qpu_time import Use
from harness.cost.ways import Way, WayUse, uses
from harness.text import Missing

LOAD = Load(
    circuit=circuit_named("eq7"), shots=1000, n_circuits=10, n_shifts=8, dead=frozenset({1, 2, 3}),
    steps=(Batches(2, 32),), validation=(Batches(1, 80),), test=(Batches(1, 100),),
)  # fmt: skip


def by_way(load: Load, *, copies: int = 42) -> dict[Way, WayUse]:
    return {use.way: use for use in uses(load, execution_s=1e-3, copies=copies)}


def test_natively() -> None:
    """A step is 32 x 10 x 9 circuits, 32 x 10 x 3 without dead angles; 42 at once divide each job, rounded up."""
    found = by_way(LOAD)

    assert found[Way.PLANNED].step == Use(2880, 2_880_000, 1, 2882.0)
    assert found[Way.PLANNED].training == Use(6560, 6_560_000, 3, 6566.0)
    assert found[Way.PLANNED].testing == Use(1000, 1_000_000, 1, 1002.0)
    assert found[Way.ALIVE].training.circuits == 2 * 960 + 800
    assert found[Way.SIDE_BY_SIDE].step.circuits == 69
    assert found[Way.SIDE_BY_SIDE].testing.circuits == 24
    assert found[Way.BOTH].training.circuits == 2 * 23 + 20


def test_response_tables() -> None:
    """3 points and 4 to verify them with 131,072 shots each; with all angles 81 and 4, with a share of 2^22 shots each."""
    found = by_way(LOAD)

    assert (found[Way.TABLE].training.circuits, found[Way.TABLE].training.executions) == (7, 7 * 2**17)
    whole = found[Way.TABLE_OF_ALL_ANGLES].training
    assert (whole.circuits, whole.executions) == (85, 85 * (2**22 // 81))
    assert found[Way.TABLE].testing == found[Way.TABLE].step == Missing("the response table answers")


def test_too_many_angles_for_a_table() -> None:
    """The reason stands in every number of that way, in training and in testing."""
    wide = dataclasses.replace(
        LOAD, circuit=circuit_named("hardware_efficient(n_qubits=4, n_layers=3)"), dead=frozenset()
    )
    table, reason = by_way(wide)[Way.TABLE], Missing("the circuit has too many angles for a response table")

    assert (table.step, table.training, table.testing) == (reason, reason, reason)


def test_without_steps_or_test() -> None:
    """A run that only classifies has no training; a slice has no test."""
    only_test = by_way(dataclasses.replace(LOAD, steps=(), validation=()))[Way.PLANNED]
    no_test = by_way(dataclasses.replace(LOAD, test=()))[Way.PLANNED]

    assert only_test.training == Missing("the run trains nothing")
    assert only_test.testing.circuits == 1000
    assert no_test.testing == Missing("the run does not classify the test images")


def test_without_a_shift_rule() -> None:
    """Training has the reason, testing its cost."""
    reason = Missing("no parameter shift: why")
    found = by_way(dataclasses.replace(LOAD, n_shifts=reason))[Way.PLANNED]

    assert (found.step, found.training) == (reason, reason)
    assert found.testing.circuits == 1000
