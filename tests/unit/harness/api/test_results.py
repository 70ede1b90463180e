"""Results as Python sees them: the report's verdicts and labels, tidy tables, and HTML in which every text is escaped."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from unit.harness.report.example_records import evaluation, failing, record
from unit.harness.report.example_studies import DATASET, answered, answers

from harness.api.results import StudyResults, load_results
from harness.errors import MissingExtraError, StatisticsError, StoreError
from harness.plan.comparison import Declared, Pair
from harness.plan.last_plan import LastPlan, write_last_plan
from harness.records.export import columns
from harness.records.store import Store
from harness.report.numbers.grouping import grouped
from harness.report.numbers.verdicts import verdicts
from harness.spec import Run
from harness.text import Missing

_SEEDS = list(range(6))
_SHARES = {"linear": 0.90, "cosine": 0.93, "eq7": 0.95}


@pytest.fixture(scope="module")
def study() -> StudyResults:
    """Return three heads with six seeds each; the plan declares two of the three comparisons."""
    records = [
        run
        for number, (label, share) in enumerate(_SHARES.items())
        for run in answered(label, answers([share] * len(_SEEDS), seed=number), spec={"head": label})
    ]
    pairs = [Pair(ours=ours, theirs="linear", seeds=_SEEDS) for ours in ("cosine", "eq7")]
    declared = Declared(pairs=pairs, margin_pp=0.5, declared_at="2026-01-01T00:00:00Z")
    return StudyResults(Path("results/runs/p"), grouped(records), declared, frozenset(run.run_id for run in records))


def test_a_declared_comparison_is_the_reports(study: StudyResults) -> None:
    """Its text is the report's sentence, and its p-value is adjusted for both declared comparisons."""
    (_, expected) = verdicts(study.results, study.declared)
    found = study.compare("eq7", "linear")

    assert found.declared
    assert str(found) == found.sentence == expected.sentence
    assert found.judgement == expected.judgement
    assert found.verdict == "better"
    assert found.effect_pp == pytest.approx(5.0)
    assert found.interval.low_pp < 5.0 < found.interval.high_pp
    assert study.verdicts()[1] == found


def test_the_other_way_round_it_is_the_same_comparison(study: StudyResults) -> None:
    """The effect changes its sign; the adjusted p-value, and that it was declared, stay."""
    found, mirrored = study.compare("eq7", "linear"), study.compare("linear", "eq7")

    assert mirrored.declared
    assert mirrored.verdict == "worse"
    assert mirrored.effect_pp == pytest.approx(-found.effect_pp)
    assert mirrored.judgement.p_holm == pytest.approx(found.judgement.p_holm)


def test_an_undeclared_comparison_is_exploratory(study: StudyResults) -> None:
    """It is judged by itself, and its text says that it was not declared."""
    found = study.compare("eq7", "cosine")

    assert not found.declared
    assert found.judgement.p_holm == found.judgement.comparison.p
    assert (
        str(found)
        == f"{found.sentence} Not declared before the runs: exploratory, and p-values are not adjusted for other comparisons."
    )
    assert "exploratory" in found._repr_html_()


def test_without_a_plan_heads_are_compared_with_the_linear_one(study: StudyResults) -> None:
    """The verdicts are those of a report without a plan: adjusted for both comparisons, and not declared."""
    without = dataclasses.replace(study, declared=None)
    reported = verdicts(without.results, None)

    assert [found.sentence for found in without.verdicts()] == [found.sentence for found in reported]
    assert len(reported) == 2
    for found in without.verdicts():
        again = without.compare(found.ours, found.theirs)
        assert again == found
        assert not again.declared


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        ("eq8", "linear", "no head has the label 'eq8'; did you mean 'eq7'?; expected one of: linear, cosine, eq7"),
        ("eq7", "eq7", "'eq7' is compared with itself; give the labels of two heads"),
    ],
)
def test_labels_that_cannot_be_compared(study: StudyResults, ours: str, theirs: str, message: str) -> None:
    """The message names the label that was meant, and the labels that there are."""
    with pytest.raises(StatisticsError, match=re.escape(message)):
        study.compare(ours, theirs)


def test_heads_that_do_not_pair_have_the_reason(study: StudyResults) -> None:
    """Heads without a common seed have no verdict and no numbers: each is the reason, as in the report."""
    records = [*answered("a", answers([0.9] * 5)), *answered("b", answers([0.9] * 5), first_seed=7, spec={"shots": 5})]
    found = StudyResults(Path("x"), grouped(records), None, frozenset(run.run_id for run in records)).compare("a", "b")

    assert isinstance(found.verdict, Missing)
    assert found.verdict == found.effect_pp == found.interval
    assert found.verdict.reason in str(found)
    assert "<b>No verdict.</b>" in found._repr_html_()


def test_a_row_for_each_run(study: StudyResults) -> None:
    """It has the columns of the export, in the order of the plan, with types that do not depend on the runs."""
    table = study.frame()

    assert list(table.columns) == [column.name for column in columns() if column.name != "counts"]
    assert list(table["label"]) == [label for label in _SHARES for _ in _SEEDS]
    assert list(table["seed"]) == _SEEDS * 3
    assert table.groupby("label")["evaluation.accuracy"].mean().to_dict() == pytest.approx(_SHARES)
    empty = dataclasses.replace(study, results=grouped([])).frame()
    assert dict(empty.dtypes) == dict(table.dtypes)


def test_a_row_for_each_epoch_and_each_class() -> None:
    """A run that failed has neither; a run with two sets of test images has rows for both; types stay without rows."""
    runs = [record("a"), record("a", seed=1, n_right=5, official=evaluation(8)), failing("b", spec={"shots": 7})]
    found = StudyResults(Path("x"), grouped(runs), None, frozenset(run.run_id for run in runs))
    epochs, classes = found.epochs(), found.classes()

    assert list(epochs[["label", "seed", "epoch"]].itertuples(index=False, name=None)) == [("a", 0, 1), ("a", 1, 1)]
    assert epochs["validation_accuracy"].tolist() == [0.6, 0.6]
    recall = classes[classes["class"] == 0][["seed", "test_set", "recall"]]
    assert list(recall.itertuples(index=False, name=None)) == [
        (0, "split", 1.0),
        (1, "split", 0.5),
        (1, "official", 0.8),
    ]
    assert len(classes) == 30
    for table in ("epochs", "classes"):
        empty = getattr(dataclasses.replace(found, results=grouped([])), table)()
        assert empty.empty
        assert dict(empty.dtypes) == dict(getattr(found, table)().dtypes)


def test_classes_have_the_names_of_the_data_set() -> None:
    """Where a record does not know the data set, its classes are numbers."""
    named = DATASET.model_copy(update={"class_names": tuple("abcdefghij")})
    runs = [record("a", dataset=named), record("b", spec={"shots": 7})]
    classes = StudyResults(Path("x"), grouped(runs), None, frozenset(run.run_id for run in runs)).classes()

    assert "".join(classes[classes["label"] == "a"]["class_name"]) == "abcdefghij"
    assert "".join(classes[classes["label"] == "b"]["class_name"]) == "0123456789"


def test_official_test_images_that_are_the_only_ones_are_called_so() -> None:
    """Where the test images are the data set's own, the column says "official"."""
    runs = [record("a", spec={"data": {"test": "official"}})]

    assert set(
        StudyResults(Path("x"), grouped(runs), None, frozenset(run.run_id for run in runs)).classes()["test_set"]
    ) == {"official"}


def test_every_text_in_html_is_escaped() -> None:
    """A label that is HTML is shown as text, in results and in verdicts."""
    evil = "<img src=x onerror=alert(1)>\x1b[31m"
    records = [*answered("linear", answers([0.9] * 5)), *answered(evil, answers([0.9] * 5, seed=1))]
    found = StudyResults(Path("<b>"), grouped(records), None, frozenset(run.run_id for run in records))
    ours = next(label for label in found.labels if label != "linear")

    for text in (found._repr_html_(), found.compare(ours, "linear")._repr_html_()):
        assert "&lt;img" in text
        assert "<img" not in text
        assert "\x1b" not in text
    assert "&lt;b&gt;" in found._repr_html_()
    assert "\x1b" not in str(found)


def test_a_notebook_shows_the_table_of_the_terminal(study: StudyResults) -> None:
    """A heading and a row for each head, then the sentences of the verdicts, and when they were declared."""
    shown = study._repr_html_()

    assert shown.count("<tr>") == 4
    for found in study.verdicts():
        assert found.sentence in shown
        assert found.sentence in str(study)
    assert "Declared in the plan at 2026-01-01T00:00:00Z, before the first run began." in shown


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a folder whose plan has three runs, of which one is ok, one failed, and one is not made yet."""
    store = Store(tmp_path / "results")
    ids = ["1" * 64, "2" * 64, "3" * 64]
    with store.opened():
        store.write(record("old", run_id=ids[0]))
        store.write(failing("old", seed=1, run_id=ids[1]))
        runs = [Run(run_id, "renamed", record("old", seed=seed).spec) for seed, run_id in enumerate(ids)]
        write_last_plan(store.root, LastPlan(name="p", command="qhb run", key=None, runs=runs))
    return store


def test_a_results_folder_is_loaded(store: Store) -> None:
    """Runs have the plan's labels; a run that is not ok, or not made, makes the results incomplete."""
    found = load_results(str(store.root))

    assert found.labels == ["renamed"]
    assert [run.status for run in found.records] == ["ok", "diverged"]
    assert {run.label for run in found.records} == {"renamed"}
    assert found.n_missing == 1
    assert not found.complete
    assert repr(found) == f"StudyResults({str(store.root)!r}: 1 ok, 1 diverged, 1 not made yet)"


def test_a_damaged_record_is_left_out_with_a_warning(store: Store) -> None:
    """The warning names the file; the other runs are there."""
    path = store.record_of("2" * 64, 1)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.warns(UserWarning, match=re.escape(str(path))):
        found = load_results(store.root)
    assert [run.status for run in found.records] == ["ok"]
    assert found.n_missing == 2


def test_a_damaged_plan_costs_only_its_labels(store: Store) -> None:
    """The warning names the file, and labels are those of the records."""
    (store.root / ".plan.json").write_text("{")

    with pytest.warns(UserWarning, match=r"\.plan\.json"):
        assert load_results(store.root).labels == ["old"]


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    """The message says what was expected there."""
    with pytest.raises(StoreError, match="is not a results folder: expected"):
        load_results(tmp_path)


def test_a_missing_package_is_named_with_its_command(study: StudyResults, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables need pandas, verdicts scipy: the message names the extra."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for ask, package in (
        (study.frame, "pandas"),
        (study.epochs, "pandas"),
        (study.classes, "pandas"),
        (study.verdicts, "scipy"),
    ):
        with pytest.raises(
            MissingExtraError, match=rf"needs {package}, not installed: pip install 'quantum-head-bench\[report\]'"
        ):
            ask()


def test_frames_are_pandas(study: StudyResults) -> None:
    """Numbers that a run lacks are NA, not an error and not zero."""
    table = study.frame()

    assert isinstance(table, pd.DataFrame)
    assert table["official.accuracy"].isna().all()
    assert np.isfinite(table["evaluation.accuracy"].to_numpy(float)).all()
