"""The report's numbers, computed by hand beside the tables."""

import csv
import io
import statistics

import numpy as np
import pytest

from harness.records.record import Epoch, Evaluation, Failure, HeadFacts, RunRecord, Steps, Times
from harness.report import paper
from harness.report.costs import PHASES
from harness.report.groups import grouped
from harness.report.layout import comparison_table
from harness.report.tables import COLUMNS, classes, comparison, csv_text, epochs
from harness.spec import DataSpec, RunSpec, TrainingSpec
from harness.text import Missing
from harness.training.metrics import class_scores, macro

SLICE = TrainingSpec(max_steps=10)


def evaluation(n_right: int, *, weights_from: str | None = None) -> Evaluation:
    """Return 100 images, ten a digit; ``n_right`` of those of digit 0 are right, the others are taken for 1."""
    confusion = [[10 if row == column else 0 for column in range(10)] for row in range(10)]
    confusion[0][0], confusion[0][1] = n_right, 10 - n_right
    scores = class_scores(np.array(confusion))
    return Evaluation(
        weights_from=weights_from, n_images=100, accuracy=(90 + n_right) / 100, loss=1.5,
        macro_precision=macro([score.precision for score in scores]), macro_recall=macro([score.recall for score in scores]),
        macro_f1=macro([score.f1 for score in scores]), classes=scores, confusion=confusion, predictions=[],
        seconds=1, circuit_evaluations=0, shots=0,
    )  # fmt: skip


def record(label: str, *, seed: int = 0, n_right: int | None = 10, seconds: float = 10, **changes: object) -> RunRecord:
    """Return a record of a quantum head of 10 circuits with 4 angles, batch 32, unless changed."""
    spec = {"head": "statevector", "circuit": "eq7", "shots": 1000, **changes.pop("spec", {})}
    quantum = spec["circuit"] is not None
    n = 1 if quantum else 0
    known = {
        "run_id": f"{label}-{seed}", "label": label, "spec": RunSpec(seed=seed, **spec), "attempt": 1, "status": "ok",
        "started_at": "2026-01-01T00:00:00Z", "seconds": seconds,
        "head": HeadFacts(summary="", n_parameters=5, n_head_parameters=0, gradient="parameter-shift", n_circuits=10 * n,
                          n_angles=4 * n, circuit=None, provenance={}),
        "epochs": [Epoch(epoch=1, train_loss=2, train_accuracy=0.5, validation_loss=1.9, validation_accuracy=0.6)],
        "steps": Steps(n_steps=100, batch_size=32, step_s_median=seconds / 1000, step_s_p10=0, step_s_p90=1,
                       forward_evaluations=320 * n, backward_evaluations=2560 * n, executed_evaluations=2000 * n,
                       formula_evaluations=2880 * n, shots=2_880_000 * n, head_seconds=4 * n),
        "times": Times(**dict.fromkeys(PHASES, 1.0), total_s=8),
        "evaluation": evaluation(n_right) if n_right is not None else None, "peak_rss_mib": 100 + seed,
    }  # fmt: skip
    known |= changes
    known["scope"] = known["spec"].scope
    return RunRecord(**known)


LINEAR = {"head": "linear", "circuit": None, "shots": None}


def row_of(*records: RunRecord, label: str | None = None) -> dict[str, object]:
    """Return the comparison's row of a label, by default the only one."""
    rows = comparison(grouped(records)).to_dict("records")
    return next(row for row in rows if label in (None, row["label"]))


def test_accuracy_is_the_mean_with_the_range_over_seeds() -> None:
    """Three seeds with 0.98, 0.99 and 1.00: mean 0.99; times are medians, memory the largest."""
    row = row_of(*(record("a", seed=s, n_right=8 + s, seconds=10 * (s + 1)) for s in range(3)))
    assert row["accuracy_mean"] == pytest.approx(0.99)
    assert (row["accuracy_min"], row["accuracy_max"], row["seeds"]) == (0.98, 1.0, "0 1 2")
    assert (row["wall_s"], row["step_ms"], row["peak_rss_mib"]) == (20, 20, 102)


def test_rate_is_of_requested_evaluations_by_seconds_inside_the_head() -> None:
    """2,880 requested a step in 100 steps and 4 s inside the head are 72,000 a second; what was executed stands apart."""
    row = row_of(record("a"))
    assert row["evaluations_per_s"] == 72_000
    assert row["executed_evaluations"] == 2000
    assert row["formula"] == "32 × 10 × (1 + 8)"
    cell = comparison_table(comparison(grouped([record("a")]))).rows[0][8]
    assert (cell.text, cell.small) == ("320 + 2,560", "= 32 × 10 × (1 + 8)")


def test_a_request_that_breaks_the_formula_is_shown_as_unequal() -> None:
    """A head that asks for fewer evaluations than the formula says is not hidden behind an equals sign."""
    steps = record("a").steps.model_copy(update={"backward_evaluations": 640})
    cell = comparison_table(comparison(grouped([record("a", steps=steps)]))).rows[0][8]
    assert (cell.text, cell.small) == ("320 + 640", "≠ 32 × 10 × (1 + 8)")


def test_missing_numbers_have_reasons_and_are_never_zero() -> None:
    """A classical head has no circuits; a slice without weights no accuracy; a failed run nothing."""
    assert row_of(record("l", spec=LINEAR))["evaluations_per_s"] == Missing("classical head: no circuits")
    alone = row_of(record("s", n_right=None, spec={"training": SLICE}))
    assert alone["accuracy_mean"] == Missing("a slice without transferred weights is not evaluated")
    failed = row_of(failing("f"))
    for column in ("accuracy_mean", "macro_f1", "wall_s", "step_ms", "executed_evaluations", "total_s", "weights"):
        assert failed[column] == Missing("no run ended ok (1 diverged)"), column
    exact = row_of(record("e", spec={"shots": None}))
    assert exact["shots_per_step"] == Missing("exact probabilities: no shots")


def failing(label: str, seed: int = 0) -> RunRecord:
    """Return a run that diverged before it was measured."""
    failure = Failure(kind="DivergedError", message="the loss is nan", traceback="", log_tail=[])
    gone = dict.fromkeys(("head", "steps", "times", "evaluation", "peak_rss_mib"))
    return record(label, seed=seed, n_right=None, status="diverged", failure=failure, epochs=[], **gone)


def test_a_failed_seed_is_counted_and_left_out_of_the_means() -> None:
    """Two good seeds and a diverged one: the mean is of two, the status says three."""
    row = row_of(record("a", seed=0, n_right=8), record("a", seed=1, n_right=10), failing("a", seed=2))
    assert (row["status"], row["runs"], row["runs_evaluated"]) == ("2 ok, 1 diverged", 3, 2)
    assert row["accuracy_mean"] == pytest.approx(0.99)


def test_differences_pair_runs_of_the_same_seed() -> None:
    """Seeds 1 and 2 are common: differences of +2 and -1 points; seed 7 has no partner."""
    linear = [record("lin", seed=s, n_right=8 + (s == 2), spec=LINEAR) for s in (0, 1, 2)]
    quantum = [record("q", seed=s, n_right=n) for s, n in ((1, 10), (2, 8), (7, 3))]
    row = row_of(*linear, *quantum, label="q")
    assert (row["pairs"], row["difference_pp_min"], row["difference_pp_max"]) == (
        2,
        pytest.approx(-1),
        pytest.approx(2),
    )
    assert row["difference_pp_mean"] == pytest.approx(0.5)
    assert row_of(*linear, *quantum, label="lin")["difference_pp_mean"] == Missing("the linear head itself")


def test_transferred_weights_are_named_and_never_enter_the_differences() -> None:
    """A slice says whose weights classified the images; an unknown run is named by its id."""
    trained = record("mother", seed=4)
    known = record(
        "s", evaluation=evaluation(9, weights_from=trained.run_id), spec={"training": SLICE, "weights_from": "x"}
    )
    assert row_of(trained, known, label="s")["weights"] == "transferred from mother, seed 4"
    row = row_of(record("lin", spec=LINEAR), known, label="s")
    assert row["weights"] == "transferred from run mother-4 (not in this report)"
    assert row["difference_pp_mean"] == Missing("not trained by itself to the end")


def test_the_last_attempt_counts_and_the_earlier_one_is_kept() -> None:
    """A run that failed and then went well is one run, ok; its first attempt is still reported."""
    first, second = failing("a"), record("a", attempt=2)
    for records in ([first, second], [second, first]):
        results = grouped(records)
        assert [run.status for run in results.runs] == ["ok"]
        assert [run.status for run in results.earlier] == ["diverged"]


def test_one_label_with_two_configurations_is_two_rows() -> None:
    """Numbers of different settings are never averaged because their labels are equal."""
    records = [record("a"), record("a", run_id="b", spec={"training": TrainingSpec(batch_size=64)})]
    labels = [group.label for group in grouped(records).groups]
    assert len(set(labels)) == 2
    assert all(label.startswith("a [") for label in labels)


def test_a_label_cannot_pass_for_the_paper() -> None:
    """A run labelled as the paper's row gets a suffix, so that the paper's numbers stay the paper's."""
    assert grouped([record(paper.LABEL)]).groups[0].label != paper.LABEL


def test_reference_is_the_papers_head_else_the_first_quantum_one() -> None:
    """statevector, eq7, 1,000 shots stands beside Table 1 even when another quantum head comes first."""
    exact, own, linear = record("e", spec={"shots": None}), record("own"), record("l", spec=LINEAR)
    assert grouped([linear, exact, own]).reference.label == "own"
    assert grouped([linear, exact]).reference.label == "e"
    assert grouped([linear]).reference is None
    assert grouped([record("s", spec={"training": SLICE}), failing("f")]).reference is None


def test_digit_scores_are_means_over_seeds_beside_table_1() -> None:
    """Digit 0 with recall 0.8 and 1.0: mean 0.9; digit 1's precision 10/12 and 1: mean 11/12."""
    frame = classes(grouped([record("a", seed=0, n_right=8), record("a", seed=1, n_right=10)]))
    assert len(frame) == 20
    ours = frame[frame["label"] == "a"].set_index("digit")
    assert ours.loc[0, "recall"] == pytest.approx(0.9)
    assert ours.loc[1, "precision"] == pytest.approx(11 / 12)
    assert frame.iloc[9]["precision"] == 0.91


def test_table_1_agrees_with_its_own_averages() -> None:
    """The constants, averaged and rounded, give the macro averages printed below them in the paper."""
    for name in ("precision", "recall", "f1"):
        assert round(statistics.fmean(getattr(score, name) for score in paper.TABLE_1), 2) == paper.MACRO


def test_csv_has_empty_cells_with_reasons_and_no_formulas() -> None:
    """A spreadsheet sees text, not a formula; a missing number is an empty cell, explained in the last column."""
    text = csv_text(comparison(grouped([record("=cmd()", spec=LINEAR), record("@x"), failing("+1")])))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["label"] for row in rows] == ["'=cmd()", "'@x", "'+1"]
    assert rows[0]["evaluations_per_s"] == ""
    assert "evaluations_per_s: classical head: no circuits" in rows[0]["missing"]
    assert not any(cell.lower() in ("nan", "none") for row in rows for cell in row.values())


def test_no_records_give_headings_and_no_rows() -> None:
    """The columns are there for whoever reads the files by program."""
    results = grouped([])
    assert csv_text(comparison(results)).splitlines() == [",".join((*COLUMNS, "missing"))]
    assert len(epochs(results)) == 0
    assert len(classes(results)) == 10


def test_each_head_is_paired_with_the_linear_head_of_its_own_training() -> None:
    """Two linear heads with different images: each quantum head is compared with the one that saw the same."""
    small, large = DataSpec(n_images=100), DataSpec(n_images=200)
    records = [
        record("linear small", n_right=5, spec={**LINEAR, "data": small}),
        record("linear large", n_right=6, spec={**LINEAR, "data": large}),
        record("quantum large", n_right=9, spec={"data": large}),
        record("quantum alone", n_right=9, spec={"data": DataSpec(n_images=300)}),
    ]

    assert row_of(*records, label="quantum large")["difference_pp_mean"] == pytest.approx(3)
    assert row_of(*records, label="quantum alone")["difference_pp_mean"] == Missing(
        "no linear head trained in full on the same images, network and settings"
    )
