"""Which runs make a row, under which label, and which attempts no longer count."""

import dataclasses

from unit.harness.report.example_records import SLICE, environment, evaluation, failing, record
from unit.harness.report.example_studies import DATASET

from backends.circuits.catalogue import CIRCUITS
from harness.records.record import HeadFacts, RunRecord
from harness.report.numbers import paper
from harness.report.numbers.grouping import grouped
from harness.report.numbers.groups import Results
from harness.spec import TrainingSpec

LATER = "2026-01-02T00:00:00Z"


def rows_of(results: Results) -> dict[str, list[str]]:
    """Return the run ids of each row by label."""
    return {group.label: [run.run_id for run in group.runs] for group in results.groups}


def test_a_seed_added_after_a_renaming_joins_the_same_row() -> None:
    """The newest record's label is shown where no plan says another."""
    old, new = record("old", seed=0), record("new", seed=1, started_at=LATER)
    assert rows_of(grouped([old, new])) == {"new": ["old-0", "new-1"]}
    assert rows_of(grouped([new, old])) == {"new": ["new-1", "old-0"]}


def test_the_latest_plans_label_counts() -> None:
    """A run that was not made again is shown under its new name."""
    records = [record("old", seed=0), record("old", seed=1, started_at=LATER)]
    assert rows_of(grouped(records, labels={"old-0": "renamed"})) == {"renamed": ["old-0", "old-1"]}
    assert rows_of(grouped(records, labels={"another": "renamed"})) == {"old": ["old-0", "old-1"]}


def test_one_label_with_two_configurations_is_two_rows() -> None:
    """Numbers of different settings are never averaged because their labels are equal."""
    records = [record("a"), record("a", run_id="b", spec={"training": TrainingSpec(batch_size=64)})]
    labels = [group.label for group in grouped(records).groups]
    assert len(set(labels)) == 2
    assert all(label.startswith("a [") for label in labels)


def test_a_label_cannot_pass_for_the_paper() -> None:
    """A run labelled as the paper's row gets a suffix, so that the paper's numbers stay the paper's."""
    assert grouped([record(paper.LABEL)]).groups[0].label != paper.LABEL


def test_slices_with_weights_of_different_heads_are_two_rows() -> None:
    """Two slices that differ only in who trained their weights are not averaged; seeds of one trainer are."""

    def sliced(label: str, seed: int, trainer: RunRecord) -> RunRecord:
        spec = {"training": SLICE, "weights_from": trainer.run_id}
        return record(label, seed=seed, evaluation=evaluation(9, weights_from=trainer.run_id), spec=spec)

    shots = [record("shots", seed=seed) for seed in (0, 1)]
    exact = record("exact", spec={"shots": None})
    slices = [sliced("of shots", 0, shots[0]), sliced("of shots", 1, shots[1]), sliced("of exact", 0, exact)]
    assert rows_of(grouped([*shots, exact, *slices])) == {
        "shots": ["shots-0", "shots-1"],
        "exact": ["exact-0"],
        "of shots": ["of shots-0", "of shots-1"],
        "of exact": ["of exact-0"],
    }


def known(seed: int, *, version: str = "0.1.0", sha256: str = "1", **circuit: object) -> RunRecord:
    """Return a record that holds what its names stood for."""
    facts = HeadFacts(
        summary="", n_parameters=5, n_head_parameters=0, gradient="parameter-shift", n_circuits=10, n_angles=4,
        circuit={**dataclasses.asdict(CIRCUITS["eq7"]), **circuit}, provenance={},
    )  # fmt: skip
    dataset = DATASET.model_copy(update={"sha256": sha256})
    where = environment(versions={"quantum-head-bench": version})
    return record("a", seed=seed, head=facts, dataset=dataset, environment=where)


def test_runs_of_other_images_circuits_or_code_are_not_averaged() -> None:
    """One configuration, but what a name stood for has changed: a row each. Names of a circuit do not matter."""
    assert len(grouped([known(0), known(1)]).groups) == 1
    assert len(grouped([known(0), known(1, sha256="2")]).groups) == 2
    assert len(grouped([known(0), known(1, version="0.2.0")]).groups) == 2
    assert len(grouped([known(0), known(1, measured=(1,))]).groups) == 2
    assert len(grouped([known(0), known(1, name="b", source="a file that moved", angle_names=["x"])]).groups) == 1


def test_a_run_that_ended_early_joins_its_configuration() -> None:
    """Before its head was built it could not know what the names stood for."""
    assert rows_of(grouped([failing("a", seed=0), known(1)])) == {"a": ["a-0", "a-1"]}


def test_circuits_of_files_count_by_what_they_compute() -> None:
    """A file that moved is the same configuration; one that was edited is another."""
    circuit = CIRCUITS["eq7"]
    moved, edited = dataclasses.replace(circuit, source="b"), dataclasses.replace(circuit, measured=(1,))
    first = record("a", seed=0, spec={"circuit": "f.toml", "own_circuit": circuit})
    for other, n_rows in ((moved, 1), (edited, 2)):
        second = record("a", seed=1, spec={"circuit": "f.toml", "own_circuit": other})
        assert len(grouped([first, second]).groups) == n_rows


def test_the_last_attempt_counts_and_the_earlier_one_is_kept() -> None:
    """A run that failed and then went well is one run, ok; its first attempt is listed, wherever it comes from."""
    first, second = failing("a"), record("a", attempt=2)
    for results in (grouped([first, second]), grouped([second, first]), grouped([second], earlier=[first])):
        assert [run.status for run in results.runs] == ["ok"]
        (attempt,) = results.earlier
        assert (attempt.run.status, attempt.label, attempt.counts_instead) == ("diverged", "a", 2)


def test_records_that_were_started_over_are_listed_without_a_run() -> None:
    """After --fresh a record no longer counts although none replaces it; it is shown with its configuration's label."""
    other_seed = record("renamed", seed=1, started_at=LATER)
    results = grouped([other_seed], earlier=[record("old", seed=0)])
    assert [run.run_id for run in results.runs] == ["renamed-1"]
    (attempt,) = results.earlier
    assert (attempt.label, attempt.counts_instead) == ("renamed", None)
    (alone,) = grouped([], earlier=[record("old")]).earlier
    assert alone.label == "old"


def test_an_attempt_is_listed_once() -> None:
    """An attempt that is passed both among the records and as an earlier one is not listed twice."""
    first, second = failing("a"), record("a", attempt=2)
    results = grouped([first, second], earlier=[first, second])
    assert [attempt.run.attempt for attempt in results.earlier] == [1]
