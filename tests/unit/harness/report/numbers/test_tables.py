"""The report's numbers, computed by hand beside the tables."""

import statistics

import pytest
from unit.harness.report.example_records import LINEAR, SLICE, evaluation, failing, record

from harness.records.record import RunRecord
from harness.report.numbers import paper
from harness.report.numbers.grouping import grouped
from harness.report.numbers.rows import ComparisonRow, Difference, Scores, Weights
from harness.report.numbers.tables import classes, comparison
from harness.report.sections.comparison_table import comparison_table
from harness.report.sections.statements import statements
from harness.spec import DataSpec, TrainingSpec
from harness.text import Missing


def row_of(*records: RunRecord, label: str | None = None) -> ComparisonRow:
    """Return the comparison's row of a label, by default the only one."""
    rows = comparison(grouped(records))
    return next(row for row in rows if label in (None, row.label))


def scores_of(row: ComparisonRow) -> Scores:
    """Return a row's scores, which it must have."""
    assert isinstance(row.scores, Scores)
    return row.scores


def difference_of(row: ComparisonRow) -> Difference:
    """Return a row's difference from the linear head, which it must have."""
    assert isinstance(row.difference, Difference)
    return row.difference


def test_accuracy_is_the_mean_with_the_range_over_seeds() -> None:
    """Three seeds with 0.98, 0.99 and 1.00: mean 0.99; times are medians, memory the largest."""
    row = row_of(*(record("a", seed=s, n_right=8 + s, seconds=10 * (s + 1)) for s in range(3)))
    scores = scores_of(row)
    assert scores.accuracy_mean == pytest.approx(0.99)
    assert (scores.accuracy_min, scores.accuracy_max, row.seeds) == (0.98, 1.0, (0, 1, 2))
    assert (row.costs.wall_s, row.costs.step_ms, row.costs.peak_rss_mib) == (20, 20, 102)


def test_rate_is_of_requested_evaluations_by_seconds_inside_the_head() -> None:
    """2,880 requested a step in 100 steps and 4 s inside the head are 72,000 a second; executed ones are a column apart."""
    costs = row_of(record("a")).costs
    assert costs.evaluations_per_s == 72_000
    assert costs.executed_evaluations == 2000
    assert costs.formula == "32 × 10 × (1 + 8)"
    cell = comparison_table(comparison(grouped([record("a")]))).rows[0][9]
    assert (cell.text, cell.small) == ("320 + 2,560", "= 32 × 10 × (1 + 8)")


def test_a_request_that_breaks_the_formula_is_shown_as_unequal() -> None:
    """A head that asks for fewer evaluations than the formula says is not hidden behind an equals sign."""
    steps = record("a").steps.model_copy(update={"backward_evaluations": 640})
    cell = comparison_table(comparison(grouped([record("a", steps=steps)]))).rows[0][9]
    assert (cell.text, cell.small) == ("320 + 640", "≠ 32 × 10 × (1 + 8)")


def test_a_head_that_has_not_passed_the_suite_is_marked() -> None:
    """One run with a head that was not checked marks the row and explains the mark; records that do not say it do not."""
    facts = record("a").head
    checked, unchecked, unknown = (facts.model_copy(update={"checked": value}) for value in (True, False, None))
    runs = [
        record("a", head=checked),
        record("a", seed=1, head=unchecked),
        record("b", spec={"shots": 10}, head=checked),
        record("c", spec={"shots": 20}, head=unknown),
    ]
    rows = comparison(grouped(runs))
    table = comparison_table(rows)

    assert [row.checked for row in rows] == [False, True, Missing("not recorded")]
    assert ["not checked" in row[0].small for row in table.rows] == [True, False, False]
    assert "Not checked: when a run was made, the head had not passed qhb check" in table.caption
    assert "Not checked" not in comparison_table(rows[1:]).caption


def test_missing_numbers_have_reasons_and_are_never_zero() -> None:
    """A classical head has no circuits; a slice without weights no accuracy; a failed run nothing."""
    assert row_of(record("l", spec=LINEAR)).costs.evaluations_per_s == Missing("classical head: no circuits")
    alone = row_of(record("s", n_right=None, spec={"training": SLICE}))
    assert alone.scores == Missing("a slice without transferred weights is not evaluated")
    failed = row_of(failing("f"))
    reason = Missing("no run ended ok (1 diverged)")
    assert (failed.scores, failed.phases, failed.seeds, failed.parameters) == (reason,) * 4
    assert (failed.costs.wall_s, failed.costs.step_ms, failed.costs.executed_evaluations) == (reason,) * 3
    exact = row_of(record("e", spec={"shots": None}))
    assert exact.costs.shots_per_step == Missing("exact probabilities: no shots")


def test_what_an_ok_run_did_not_record_is_called_so() -> None:
    """Such as the parts that an outside head does not say: no failed run is blamed for them."""
    row = row_of(record("a", head=None, times=None, steps=None, peak_rss_mib=None))
    missing = Missing("not recorded")

    assert (row.parameters, row.gradient, row.phases) == (missing,) * 3
    assert (row.costs.steps, row.costs.forward_evaluations, row.costs.formula, row.costs.peak_rss_mib) == (missing,) * 4


@pytest.mark.parametrize(
    ("execution", "kind", "expected"),
    [
        ("native", None, "native"),
        ("table", "exact", "table"),
        ("table", "estimate", "estimated table"),
        ("channels", "exact", "channels"),
    ],
)
def test_who_answers_in_a_step_is_said(execution: str, kind: str | None, expected: str) -> None:
    """The backend itself, its exact response table, or one that was estimated from shots; a classical head has neither."""
    head = record("a").head.model_copy(update={"provenance": {"kind": kind} if kind else {}})

    assert row_of(record("a", head=head, spec={"execution": execution})).execution == expected
    assert row_of(record("l", spec=LINEAR)).execution == Missing("classical head: no circuits")


def test_phases_are_means_that_add_up_to_the_total() -> None:
    """Eight phases of 1 s and of 3 s: 2 s each, 16 s in all."""
    first = record("a")
    times = type(first.times)(**{name: 3 * value for name, value in first.times.model_dump().items()})
    phases = row_of(first, record("a", seed=1, times=times)).phases
    assert (phases.setup_s, phases.other_s, phases.total_s) == (2, 2, 16)
    assert sum(vars(phases).values()) == 2 * phases.total_s


def test_a_failed_seed_is_counted_and_left_out_of_the_means() -> None:
    """Two good seeds and a diverged one: the mean is of two, the status says three."""
    row = row_of(record("a", seed=0, n_right=8), record("a", seed=1, n_right=10), failing("a", seed=2))
    assert (row.status, row.runs, row.runs_evaluated) == ("2 ok, 1 diverged", 3, 2)
    assert scores_of(row).accuracy_mean == pytest.approx(0.99)


def test_differences_pair_runs_of_the_same_seed() -> None:
    """Seeds 1 and 2 are common: differences of +2 and -1 points; seed 7 has no partner."""
    linear = [record("lin", seed=s, n_right=8 + (s == 2), spec=LINEAR) for s in (0, 1, 2)]
    quantum = [record("q", seed=s, n_right=n) for s, n in ((1, 10), (2, 8), (7, 3))]
    row = row_of(*linear, *quantum, label="q")
    difference = difference_of(row)
    assert row.pairs == 2
    assert difference.difference_pp_min == pytest.approx(-1)
    assert difference.difference_pp_max == pytest.approx(2)
    assert difference.difference_pp_mean == pytest.approx(0.5)
    assert row_of(*linear, *quantum, label="lin").difference == Missing("the linear head itself")


def test_transferred_weights_are_named_and_never_enter_the_differences() -> None:
    """A slice says whose weights classified the images; an unknown run is named by its id."""
    trained = record("mother", seed=4)
    known = record(
        "s", evaluation=evaluation(9, weights_from=trained.run_id), spec={"training": SLICE, "weights_from": "x"}
    )
    weights = scores_of(row_of(trained, known, label="s")).weights
    assert weights == Weights(("mother, seed 4",))
    assert str(weights) == "transferred from mother, seed 4"
    row = row_of(record("lin", spec=LINEAR), known, label="s")
    assert str(scores_of(row).weights) == "transferred from run mother-4 (not in this report)"
    assert row.difference == Missing("not trained by itself to the end")


def test_reference_is_the_papers_head_else_the_first_quantum_one() -> None:
    """statevector, eq7, 1,000 shots stands beside Table 1 even when another quantum head comes first."""
    exact, own, linear = record("e", spec={"shots": None}), record("own"), record("l", spec=LINEAR)
    assert grouped([linear, exact, own]).reference.label == "own"
    assert grouped([linear, exact]).reference.label == "e"
    assert grouped([linear]).reference is None
    assert grouped([record("s", spec={"training": SLICE}), failing("f")]).reference is None


def test_digit_scores_are_means_over_seeds_beside_table_1() -> None:
    """Digit 0 with recall 0.8 and 1.0: mean 0.9; digit 1's precision 10/12 and 1: mean 11/12."""
    rows = classes(grouped([record("a", seed=0, n_right=8), record("a", seed=1, n_right=10)]))
    assert len(rows) == 20
    ours = {row.digit: row for row in rows if row.label == "a"}
    assert ours[0].recall == pytest.approx(0.9)
    assert ours[1].precision == pytest.approx(11 / 12)
    assert (ours[0].images, ours[0].seeds) == (10, 2)
    assert rows[9].precision == 0.91


def test_table_1_agrees_with_its_own_averages() -> None:
    """The constants, averaged and rounded, give the macro averages printed below them in the paper."""
    for name in ("precision", "recall", "f1"):
        assert round(statistics.fmean(getattr(score, name) for score in paper.TABLE_1), 2) == paper.MACRO


@pytest.mark.parametrize(
    ("checked", "expected"),
    [((True, True), True), ((True, False), False), ((None, False), False), ((True, None), Missing("not recorded"))],
)
def test_a_head_is_checked_if_it_was_for_every_run(checked: tuple[bool | None, ...], expected: bool | Missing) -> None:
    """One run of an unchecked head marks the row and the first screen; what older records do not say is not known."""
    first = record("mine")
    runs = [
        record("mine", seed=seed, head=first.head.model_copy(update={"checked": known}))
        for seed, known in enumerate(checked)
    ]
    results = grouped(runs)
    rows = comparison(results)
    assert rows[0].checked == expected
    marked = comparison_table(rows).rows[0][0].small.endswith("· not checked")
    said = "mine: the head had not passed qhb check" in str(statements(results, rows))
    assert (marked, said) == (expected is False, expected is False)


def test_each_head_is_paired_with_the_linear_head_of_its_own_training() -> None:
    """Two linear heads with different images: each quantum head is compared with the one that saw the same."""
    small, large = DataSpec(n_images=100, official_images=0), DataSpec(n_images=200, official_images=0)
    records = [
        record("linear small", n_right=5, spec={**LINEAR, "data": small}),
        record("linear large", n_right=6, spec={**LINEAR, "data": large}),
        record("quantum large", n_right=9, spec={"data": large}),
        record("quantum alone", n_right=9, spec={"data": DataSpec(n_images=300, official_images=0)}),
    ]

    assert difference_of(row_of(*records, label="quantum large")).difference_pp_mean == pytest.approx(3)
    assert row_of(*records, label="quantum alone").difference == Missing(
        "no linear head trained in full on the same images, network and settings"
    )


def test_seeds_in_a_row_are_a_range() -> None:
    """Sixteen seeds fit a cell."""
    runs = [record("a", seed=seed) for seed in range(5)]
    assert comparison_table(comparison(grouped(runs))).rows[0][1].small == "seeds 0–4"


def test_a_slice_tells_its_steps_and_whose_weights_were_tested() -> None:
    """Its accuracy belongs to weights that another run trained; a full run has its own."""
    trainer = record("mother", seed=4)
    scored = evaluation(9, weights_from=trainer.run_id)
    sliced = record("s", evaluation=scored, spec={"training": SLICE, "weights_from": trainer.run_id})
    only = record("e", evaluation=scored, steps=None, epochs=[], spec={"weights_from": trainer.run_id})
    table = comparison_table(comparison(grouped([trainer, sliced, only])))
    assert [(row[2].text, row[2].small) for row in table.rows] == [
        ("full", ""),
        ("slice", "100 steps, weights transferred from mother, seed 4"),
        ("evaluation", "weights transferred from mother, seed 4"),
    ]


def test_seeds_of_one_trainer_are_told_together() -> None:
    """Five runs that tested the weights of five seeds name the trainer once."""
    trainers = [record("mother", seed=seed) for seed in range(5)]
    tested = [
        record("s", seed=run.spec.seed, evaluation=evaluation(9, weights_from=run.run_id), spec={"weights_from": "x"})
        for run in trainers
    ]
    assert scores_of(row_of(*trainers, *tested, label="s")).weights == Weights(("mother, seeds 0–4",))


def test_both_sets_of_test_images_have_their_own_accuracy() -> None:
    """They are never mixed; without official images there is a reason."""
    row = row_of(record("a", n_right=10, official=evaluation(5)))
    assert (scores_of(row).accuracy_mean, row.official.accuracy_mean) == (1.0, 0.95)
    cells = comparison_table([row]).rows[0]
    assert (cells[4].text, cells[5].text) == ("1.000", "0.950")
    for data, reason in (
        (DataSpec(official_images=0), "not asked for (data.official_images = 0)"),
        (DataSpec(test="official"), "the test images are the data set's own already (data.test)"),
        (DataSpec(), "not recorded"),
    ):
        assert row_of(record("a", spec={"data": data})).official == Missing(reason)
    assert row_of(record("a", spec={"training": SLICE})).official == Missing(
        "a slice does not classify the official test images"
    )


def test_what_is_only_measured_parts_no_head_from_its_linear_one() -> None:
    """Gradients that are compared and official images that are scored change no training."""
    measured = record(
        "q", n_right=9, spec={"training": TrainingSpec(fidelity_every=5), "data": DataSpec(official_images=7)}
    )
    row = row_of(record("linear", n_right=5, spec=LINEAR), measured, label="q")
    assert difference_of(row).difference_pp_mean == pytest.approx(4)
    longer = record("q", spec={"training": TrainingSpec(epochs=3)})
    assert isinstance(row_of(record("linear", spec=LINEAR), longer, label="q").difference, Missing)
