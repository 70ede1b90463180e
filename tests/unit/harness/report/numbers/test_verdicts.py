"""The verdicts of declared comparisons: which runs are paired, what is refused, what failed runs could change."""

import numpy as np
import pytest
from unit.harness.report.example_records import LINEAR, evaluation, failing, record, scored, study
from unit.harness.report.example_studies import DATASET

from harness.plan.comparison import Declared, Pair
from harness.records.record import RunRecord
from harness.report.numbers.grouping import grouped
from harness.report.numbers.verdicts import DeclaredVerdict, declaration, verdicts
from harness.statistics import Judgement, Verdict, compare, judge
from harness.text import Missing

BEGUN = "2026-01-01T00:00:00Z"  # of the example records


def declared(*pairs: tuple[str, str], margin_pp: float = 0.5, at: str = BEGUN) -> Declared:
    """Return a declaration of pairs."""
    return Declared(
        pairs=[Pair(ours=ours, theirs=theirs) for ours, theirs in pairs], margin_pp=margin_pp, declared_at=at
    )


def verdict_of(records: list[RunRecord], *, labels: dict[str, str] | None = None, **changes: float) -> DeclaredVerdict:
    """Return the verdict of "ours" against "linear"."""
    (found,) = verdicts(grouped(records, labels=labels), declared(("ours", "linear"), **changes))
    return found


def judged(verdict: DeclaredVerdict) -> Judgement:
    """Return the judgement, which must exist."""
    assert isinstance(verdict.judgement, Judgement)
    return verdict.judgement


def arrays(records: list[RunRecord]) -> np.ndarray:
    """Return which images each seed classified rightly."""
    return np.stack([run.evaluation.right() for run in records])


def test_a_declared_pair_is_judged_by_the_statistics() -> None:
    """The answers go to ``compare`` by seed and image, whatever the order of the records."""
    linear, ours = study("linear", 6, 0.8, spec=LINEAR), study("ours", 6, 0.9)
    expected = judge([compare(arrays(ours), arrays(linear), margin_pp=2)])
    found = verdict_of([*ours[::-1], *linear], margin_pp=2)
    assert judged(found) == expected[0]
    assert found.sentence.startswith("ours against linear: +")
    assert found.sentence.endswith("6 seeds x 1,000 images): better.")
    assert found.sensitivity == ""


def test_pairs_that_were_planned_with_too_few_seeds_for_a_test_are_no_tests() -> None:
    """They leave the p-values of the others as they are; a pair that lost its seeds counts, because it was to be tested."""
    linear, ours, few = (
        study("linear", 6, 0.8, spec=LINEAR),
        study("ours", 6, 0.81),
        study("few", 3, 0.9, spec={"shots": 10}),
    )
    results = grouped([*linear, *ours, *few])

    def p_of_ours(seeds_of_few: list[int]) -> float:
        pairs = [Pair(ours="ours", theirs="linear", seeds=[0, 1, 2, 3, 4, 5])]
        pairs += [Pair(ours="few", theirs="linear", seeds=seeds_of_few)]
        first, second = verdicts(results, Declared(pairs=pairs, margin_pp=0.5, declared_at=BEGUN))
        assert judged(second).verdict is Verdict.DESCRIPTIVE
        return judged(first).p_holm

    alone = judge([compare(arrays(ours), arrays(linear))])[0].p_holm
    assert p_of_ours([0, 1, 2]) == alone
    assert p_of_ours([0, 1, 2, 3, 4]) == min(1, 2 * alone)


def test_official_images_count_where_both_have_them() -> None:
    """Ten times as many images say more; where one head has not classified them, those of the split are compared."""
    right = np.random.default_rng(0).random((2, 5, 3000)) < 0.9
    linear = [record("linear", seed=seed, spec=LINEAR, official=scored(row)) for seed, row in enumerate(right[0])]
    ours = [record("ours", seed=seed, official=scored(row)) for seed, row in enumerate(right[1])]
    with_both = verdict_of([*linear, *ours])
    assert (with_both.answers.test_set, judged(with_both).comparison.n_images) == ("official", 3000)
    ours[0] = ours[0].model_copy(update={"official": None})
    without = verdict_of([*linear, *ours])
    assert (without.answers.test_set, judged(without).comparison.n_images) == ("split", 100)


def test_a_renamed_label_and_a_seed_added_later_are_one_comparison() -> None:
    """The plan's label names the group by its runs; a seed that was made under the old label counts."""
    linear, old = study("linear", 5, 0.8, spec=LINEAR), study("old", 5, 0.9)
    labels = {run.run_id: "ours" for run in old[1:]} | {run.run_id: "linear" for run in linear}
    found = verdict_of([*linear, *old], labels=labels)
    assert found.ours == "ours"
    assert found.answers.common == (0, 1, 2, 3, 4)


def test_a_comparison_that_cannot_be_made_counts_among_the_declared() -> None:
    """Holm's correction is over what was declared: a second pair without runs doubles p."""
    records = [*study("linear", 5, 0.8, spec=LINEAR), *study("ours", 5, 0.83)]
    alone = judged(verdict_of(records))
    found = verdicts(grouped(records), declared(("ours", "linear"), ("never run", "linear")))
    assert found[1].sentence == "never run against linear: there is no run of never run."
    assert judged(found[0]).p_holm == pytest.approx(min(1, 2 * alone.p_holm))


def other_images() -> list[RunRecord]:
    """Return a head that was tested on as many images, of other classes."""
    return [record("ours", seed=seed, evaluation=scored(np.ones(100, dtype=bool))) for seed in range(5)]


def other_checksum() -> list[RunRecord]:
    """Return a head that was tested on another version of the data set."""
    facts = DATASET.model_copy(update={"sha256": "2"})
    return [record("ours", seed=seed, dataset=facts) for seed in range(5)]


def without_classes() -> list[RunRecord]:
    """Return runs of an earlier schema."""
    old = evaluation(9).model_copy(update={"labels": None})
    return [record("ours", seed=seed, evaluation=old) for seed in range(5)]


@pytest.mark.parametrize(
    ("ours", "reason"),
    [
        (other_images(), "ours and linear classified different test images: the true classes of their images differ"),
        (study("ours", 5, 0.9), "ours and linear classified different test images: 100 and 1,000 of them"),
        (other_checksum(), "ours and linear classified different test images: the checksums of their data sets differ"),
        (without_classes(), "the true class of each image was not recorded, as in records of schema 4 and before"),
        ([record("ours", seed=7)], "no seed in common: ours has 7 and linear has 0, 1, 2, 3, 4"),
        ([failing("ours", seed=0)], "no seed in common: ours has none that ended ok and linear has 0"),
    ],
    ids=["classes", "number", "checksum", "schema 4", "seeds", "failed"],
)
def test_what_does_not_pair_is_refused_by_name(ours: list[RunRecord], reason: str) -> None:
    """There is a reason in place of a verdict, and it is in the sentence."""
    facts = DATASET.model_copy(update={"sha256": "1"})
    linear = [record("linear", seed=seed, spec=LINEAR, dataset=facts) for seed in range(5)]
    found = verdict_of([*linear, *ours])
    assert isinstance(found.judgement, Missing)
    assert reason in found.judgement.reason
    assert found.sentence == f"ours against linear: {found.judgement.reason}."


def test_a_failed_run_is_counted_and_its_weight_is_told() -> None:
    """Five of six seeds are compared; with the failed run at 10 % accuracy the head is no longer shown to be better."""
    linear, ours = study("linear", 6, 0.8, spec=LINEAR), study("ours", 5, 0.9)
    found = verdict_of([*linear, *ours, failing("ours", seed=5)])
    assert "5 of 6 seeds" in found.sentence
    assert judged(found).verdict is Verdict.INCONCLUSIVE
    assert found.sensitivity.startswith("With the failed runs at chance accuracy: -")
    assert found.sensitivity.endswith("The verdict hangs on the failed runs, so it is inconclusive.")


def test_too_few_common_seeds_stay_descriptive() -> None:
    """With the failed runs there would be enough for a test; the sentence does not call its verdict the same."""
    linear, ours = study("linear", 6, 0.8, spec=LINEAR), study("ours", 4, 0.9)
    found = verdict_of([*linear, *ours, *(failing("ours", seed=seed) for seed in (4, 5))])
    assert judged(found).verdict is Verdict.DESCRIPTIVE
    assert found.sensitivity.startswith("With the failed runs at chance accuracy: -")
    assert found.sensitivity.endswith("points; the verdict stays descriptive, because too few seeds have answers.")


def test_seeds_that_only_one_head_was_asked_for_are_no_failures() -> None:
    """Sixteen seeds of the control and five of a head make five pairs of five."""
    found = verdict_of([*study("linear", 8, 0.8, spec=LINEAR), *study("ours", 5, 0.9)])
    assert (found.answers.seeds, found.answers.common) == ((0, 1, 2, 3, 4),) * 2
    assert "of 8 seeds" not in found.sentence


def test_without_a_declaration_each_head_is_compared_with_its_linear_one() -> None:
    """Merged folders and old records have no plan: the comparisons are the usual ones, and called exploratory."""
    shuffled = record("noise", spec={**LINEAR, "data": record("x").spec.data.model_copy(update={"labels": "shuffled"})})
    results = grouped([*study("linear", 5, 0.8, spec=LINEAR), *study("ours", 5, 0.9), shuffled])
    assert [(found.ours, found.theirs) for found in verdicts(results, None)] == [("ours", "linear")]
    assert declaration(results, None).startswith("Not declared before the runs: exploratory.")


def test_it_is_said_whether_the_declaration_came_first() -> None:
    """An earlier attempt that no longer counts has begun too."""
    results = grouped([record("a")], earlier=[record("a", attempt=0, started_at="2025-12-01T00:00:00Z")])
    pair = ("a", "b")
    assert declaration(results, declared(pair, at="2025-11-30T00:00:00Z")) == (
        "Declared in the plan at 2025-11-30T00:00:00Z, before the first run began."
    )
    late = declaration(results, declared(pair, at=BEGUN))
    assert late.startswith(f"Declared in the plan at {BEGUN}, after the first run began (2025-12-01T00:00:00Z)")
    assert "declares no comparison" in declaration(results, declared())


def test_a_study_that_is_not_complete_is_called_so() -> None:
    """Planned runs of the compared heads count, those of other heads do not."""
    runs = [*study("linear", 5, 0.8, spec=LINEAR), *study("ours", 5, 0.9)]
    labels = {run.run_id: run.label for run in runs} | {"f" * 64: "another head"}
    pair = declared(("ours", "linear"))
    assert declaration(grouped(runs, labels=labels), pair).endswith("before the first run began.")
    assert declaration(grouped(runs[:-2], labels=labels), pair).endswith(
        "before the first run began. The study is not complete: 2 of 10 planned runs of these heads have no record yet, and "
        "verdicts hold for complete studies only."
    )
