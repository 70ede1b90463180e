"""Accuracy against cost: which heads are on the front, and which have no place in a figure of a kind of cost."""

from unit.harness.report.example_records import LINEAR, evaluation, failing, record

from harness.cost.tariffs import load_tariffs
from harness.records.record import PHASES, RunRecord, Times
from harness.report.figures.trade_off import trade_off_figure
from harness.report.numbers.device_costs import device_costs
from harness.report.numbers.grouping import grouped
from harness.report.numbers.names import names_of
from harness.report.numbers.tables import comparison
from harness.report.numbers.trade_off import TradeOff, trade_offs
from harness.spec import DataSpec

SHUFFLED = DataSpec(labels="shuffled")


def found_in(records: list[RunRecord]) -> dict[str, TradeOff]:
    results = grouped(records)
    devices = device_costs(results, load_tariffs()[0])
    return {found.name: found for found in trade_offs(results, comparison(results), devices)}


def heads() -> list[RunRecord]:
    """Return heads with 6 s of training each, but "slow" with 16 s; accuracies 0.95 to 1."""
    slow = record("slow", n_right=9, spec={"shots": 2}, times=Times(**dict.fromkeys(PHASES, 1.0), total_s=18))
    return [
        record("linear", n_right=5, spec=LINEAR),
        record("eq7", n_right=10),
        record("worse", n_right=8, spec={"shots": 1}),
        slow,
        record("shuffled", n_right=1, spec={"data": SHUFFLED}),
        failing("failed", spec={"shots": 3}),
    ]


def test_the_front_is_of_the_heads_that_none_beats_in_both() -> None:
    """The most accurate head of those that cost the same; by evaluations the linear head costs nothing, so it is there too."""
    found = found_in(heads())
    labels = {name: [point.label for point in trade_off.points] for name, trade_off in found.items()}
    front = {name: [point.label for point in one.points if point.on_front] for name, one in found.items()}
    assert labels == {name: ["linear", "eq7", "worse", "slow"] for name in ("seconds", "evaluations")}
    assert front == {"seconds": ["eq7"], "evaluations": ["linear", "eq7"]}
    assert [point.cost for point in found["seconds"].points] == [6, 6, 6, 16]
    assert [point.cost for point in found["evaluations"].points] == [0, 288_000, 288_000, 288_000]
    assert found["seconds"].test_set == "split"


def test_classical_heads_are_compared_in_seconds_alone() -> None:
    """Without a quantum head circuit evaluations are no cost; a head alone is not compared."""
    mlp = {"head": "mlp", "circuit": None, "shots": None}
    assert list(found_in([record("linear", spec=LINEAR), record("mlp", spec=mlp)])) == ["seconds"]
    assert found_in([record("linear", spec=LINEAR)]) == {}
    assert found_in([failing("failed")]) == {}


def test_the_figure_names_every_head_and_says_what_its_marks_are() -> None:
    """Short names at the dots, whole labels where the mouse rests; unit, images and seeds in words."""
    long = "a head with a label that is longer than a figure has room for"
    records = [record(long, seed=seed, n_right=9 + seed) for seed in (0, 1)] + [record("linear", spec=LINEAR)]
    drawn = trade_off_figure(found_in(records)["seconds"], names_of([long, "linear"]))
    assert f"<title>{long}: accuracy 0.995 (95 % 0.931 to 1.000, 2 seeds); 6 seconds</title>" in drawn.svg
    assert "0.995  a head with a label…as room for" in drawn.svg
    assert "seconds of training" in drawn.svg
    assert "n = 1 to 2 seeds, on 100 test images" in drawn.caption
    assert "A triangle" not in drawn.caption


def test_a_head_far_below_is_a_triangle() -> None:
    """A head at chance does not squeeze the others together."""
    bad = record("bad", spec={"shots": 7}, evaluation=evaluation(10).model_copy(update={"accuracy": 0.1}))
    drawn = trade_off_figure(found_in([*heads(), bad])["seconds"], names_of(()))
    assert "A triangle stands for a head below the axis." in drawn.caption
    assert "0.100  bad" in drawn.svg
