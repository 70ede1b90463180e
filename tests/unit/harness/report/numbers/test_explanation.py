"""The chain linear, bounded, cosine, quantum, and the sentences about it, which claim no more than the verdicts."""

import pytest
from unit.harness.report.example_records import LINEAR, study

from harness.plan.comparison import Declared, Pair
from harness.records.record import RunRecord
from harness.report.numbers.explanation import Chain, chain
from harness.report.numbers.grouping import grouped
from harness.report.numbers.verdicts import verdicts
from harness.report.sections.explanation import explanation
from harness.spec import TrainingSpec
from harness.text import Missing

COSINE, BOUNDED = {**LINEAR, "head": "cosine"}, {**LINEAR, "head": "bounded"}


def chain_of(records: list[RunRecord]) -> Chain:
    """Return the chain, which must exist."""
    found = chain(grouped(records), margin_pp=0.5)
    assert isinstance(found, Chain)
    return found


def sentences(records: list[RunRecord], *pairs: tuple[str, str], margin_pp: float = 5) -> list[str]:
    """Return the sentences, with these pairs declared."""
    declared = Declared(
        pairs=[Pair(ours=ours, theirs=theirs) for ours, theirs in pairs], margin_pp=margin_pp, declared_at="2026"
    )
    results = grouped(records)
    return explanation(chain(results, margin_pp=margin_pp), verdicts(results, declared))


@pytest.fixture(scope="module")
def records() -> list[RunRecord]:
    """Return a study in which the bound makes the whole difference: 80 %, then three times 90 %."""
    return [
        *study("linear", 7, 0.8, spec=LINEAR),
        *study("bounded", 5, 0.9, spec=BOUNDED),
        *study("cosine", 6, 0.9, spec=COSINE),
        *study("eq7", 6, 0.9),
    ]


def test_the_steps_add_up_to_the_whole(records: list[RunRecord]) -> None:
    """All steps are on the seeds that all heads have, so their differences and their shares add up."""
    found = chain_of(records)
    assert [(step.theirs, step.ours) for step in found.steps] == [
        ("linear", "bounded"), ("bounded", "cosine"), ("cosine", "eq7"),
    ]  # fmt: skip
    assert {step.comparison.n_seeds for step in (found.whole, *found.steps)} == {5}
    assert sum(step.comparison.effect_pp for step in found.steps) == pytest.approx(found.whole.comparison.effect_pp)
    assert sum(map(found.share, found.steps)) == pytest.approx(1)


def test_only_the_steps_that_a_study_has(records: list[RunRecord]) -> None:
    """Without bounded the chain is shorter; without both, or with another training, there is none."""
    assert [step.ours for step in chain_of([run for run in records if run.label != "bounded"]).steps] == [
        "cosine",
        "eq7",
    ]
    alone = [run for run in records if run.label in ("linear", "eq7")]
    assert isinstance(chain(grouped(alone), margin_pp=0.5), Missing)
    other = study("cosine", 6, 0.9, spec={**COSINE, "training": TrainingSpec(batch_size=8)})
    assert isinstance(chain(grouped([*alone, *other]), margin_pp=0.5), Missing)
    assert explanation(Missing("no chain"), []) == []


def test_shares_are_told_where_a_difference_is_established(records: list[RunRecord]) -> None:
    """The verdict is better, so the shares of the gain are given; cosine and eq7 are equivalent within five points."""
    whole, shares, circuit = sentences(records, ("eq7", "linear"), ("eq7", "cosine"))
    assert whole.startswith("From linear to eq7: +")
    assert "linear to bounded (outputs between 0 and 1) +" in whole
    assert "cosine to eq7 (a circuit) " in whole
    assert whole.count("95 % CI") == 4
    assert shares.startswith("Of the gain of eq7 over linear, the step to bounded ")
    assert circuit == "cosine, which has no circuit, and eq7 are equivalent within 5 points."


def test_without_a_verdict_nothing_is_explained(records: list[RunRecord]) -> None:
    """A pair that was not declared has no verdict, and an inconclusive one has no gain to divide."""
    _, shares, circuit = sentences(records)
    assert shares == "eq7 against linear has no verdict, so the steps are not weighed against each other."
    assert circuit == "eq7 against cosine has no verdict, so whether the circuit changes anything is open."
    equal = [run for run in records if run.label in ("bounded", "cosine", "eq7")]
    equal += study("linear", 6, 0.9, spec=LINEAR)
    _, shares, circuit = sentences(equal, ("eq7", "linear"), ("eq7", "cosine"), margin_pp=0.01)
    assert (
        shares
        == "The verdict of eq7 against linear is inconclusive, so there is no established difference that the steps could explain."
    )
    assert circuit == "Whether the circuit changes anything against cosine is open: inconclusive."


def test_shares_need_a_difference_on_the_seeds_of_the_steps() -> None:
    """The verdict is about 15 seeds, the steps about five of them, on which both heads give the same answers."""
    linear, eq7 = study("linear", 15, 0.8, spec=LINEAR), study("eq7", 15, 0.9)
    eq7[:5] = [run.model_copy(update={"evaluation": linear[run.spec.seed].evaluation}) for run in eq7[:5]]
    between = [*study("bounded", 5, 0.9, spec=BOUNDED), *study("cosine", 5, 0.9, spec=COSINE)]
    whole, shares, _ = sentences([*linear, *between, *eq7], ("eq7", "linear"))
    assert whole.startswith("From linear to eq7: +0.00 points")
    assert shares.startswith(
        "The verdict of eq7 against linear is better, but the seeds that all heads of these steps have "
    )


def test_fewer_than_five_seeds_are_described_only(records: list[RunRecord]) -> None:
    """Differences are shown without intervals, and no step explains anything."""
    few = [run for run in records if run.spec.seed < 3]
    whole, shares, _ = sentences(few, ("eq7", "linear"))
    assert "95 % CI" not in whole
    assert "The verdict of eq7 against linear is descriptive" in shares


def test_a_worse_circuit_is_called_worse(records: list[RunRecord]) -> None:
    """The last step takes its words from its own verdict."""
    worse = [run for run in records if run.label != "eq7"] + study("eq7", 6, 0.7)
    _, shares, circuit = sentences(worse, ("eq7", "linear"), ("eq7", "cosine"))
    assert shares.startswith("Of the loss of eq7 ")
    assert circuit == "eq7 is worse than cosine, which has no circuit."
