"""Sweeps, tests on other heads' weights, gradients from shots, and means with intervals."""

import math

import pytest
import scipy.stats
from unit.harness.report.example_records import LINEAR, evaluation, record, study

from harness.records.record import GradientFidelity, RunRecord
from harness.report.numbers.accuracies import MeanAccuracy, mean_accuracy
from harness.report.numbers.fidelities import fidelities
from harness.report.numbers.grouping import grouped
from harness.report.numbers.sweeps import sweeps
from harness.report.numbers.tables import comparison
from harness.report.numbers.transfers import transfers
from harness.report.sections.sweeps import fidelities_table, sweeps_table, transfers_table
from harness.spec import TrainingSpec
from harness.text import Missing


def test_the_mean_has_a_t_interval_over_seeds() -> None:
    """Scipy's interval of the same numbers; one seed has none, and no image set without runs has a mean."""
    (group,) = grouped([record("a", seed=seed, n_right=n) for seed, n in enumerate((7, 8, 10))]).groups
    found = mean_accuracy(group, "split")
    values = [0.97, 0.98, 1.0]
    low, high = scipy.stats.t.interval(0.95, 2, loc=sum(values) / 3, scale=scipy.stats.sem(values))
    assert isinstance(found, MeanAccuracy)
    assert high > 1
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-12), 1)
    assert (found.seeds, found.images) == (3, 100)
    (alone,) = grouped([record("a")]).groups
    assert mean_accuracy(alone, "split").low == Missing("one seed: no interval")
    assert isinstance(mean_accuracy(alone, "official"), Missing)


def shots(value: int | None, **changes: object) -> RunRecord:
    """Return a run with some shots."""
    return record(f"s{value}", spec={"shots": value, **changes})


def test_heads_that_differ_in_one_setting_make_a_sweep() -> None:
    """Shots in their order, exact last; a head that differs in two settings belongs to no sweep of these."""
    records = [
        shots(None),
        shots(1000),
        shots(10),
        shots(100, training=TrainingSpec(batch_size=64)),
        record("l", spec=LINEAR),
    ]
    (found,) = sweeps(grouped(records))
    assert (found.setting, found.subject) == ("shots", "statevector eq7")
    assert [(point.value, point.number) for point in found.points] == [("10", 10), ("1,000", 1000), ("exact", math.inf)]


def test_what_is_measured_besides_is_no_difference() -> None:
    """Exact probabilities record no fidelity of gradients and still end the sweep of shots; the linear head is still alike."""
    fidelity = TrainingSpec(fidelity_every=10)
    results = grouped(
        [shots(10, training=fidelity), shots(1000, training=fidelity), shots(None), record("l", spec=LINEAR)]
    )
    (found,) = sweeps(results)
    assert [point.value for point in found.points] == ["10", "1,000", "exact"]
    linear = results.groups[-1]
    assert [results.linear_for(group) for group in results.groups[:3]] == [linear] * 3


def test_words_keep_the_order_of_the_report() -> None:
    """Devices have no place on an axis."""
    records = [
        record(device, spec={"head": "fake_ibm", "options": {"device": device}}) for device in ("manila", "lima")
    ]
    (found,) = sweeps(grouped(records))
    assert [point.value for point in found.points] == ["manila", "lima"]
    assert not found.numeric
    table = sweeps_table([found], comparison(grouped(records)))
    assert [[cell.text for cell in row[:4]] for row in table.rows] == [
        ["device", "manila", "manila", "1.000"],
        ["device", "lima", "lima", "1.000"],
    ]


def test_shuffled_labels_and_execution_make_no_sweep() -> None:
    """A sanity check is no value of a setting, and who answers changes no accuracy."""
    shuffled = record("x").spec.data.model_copy(update={"labels": "shuffled"})
    assert sweeps(grouped([record("a"), record("b", spec={"data": shuffled})])) == []
    assert sweeps(grouped([record("a"), record("b", spec={"execution": "table"})])) == []
    assert sweeps_table([], []) is None


def classified(label: str, trainer: RunRecord, **spec: object) -> RunRecord:
    """Return a run that only classified the test images with another run's weights."""
    scored = evaluation(5, weights_from=trainer.run_id)
    return record(label, epochs=[], steps=None, evaluation=scored, spec={**spec, "weights_from": trainer.run_id})


def test_weights_tested_on_another_head_make_a_matrix() -> None:
    """Rows trained, columns tested; a head's own accuracy is on the diagonal, and what was not tested has a reason."""
    ideal, noisy = record("ideal", n_right=10), record("noisy", n_right=7, spec={"head": "fake_ibm"})
    results = grouped([ideal, noisy, classified("ideal on noisy", ideal, head="fake_ibm")])
    found = transfers(results)
    assert found is not None
    assert (found.trained_on, found.tested_on) == (("ideal", "noisy"), ("noisy", "ideal"))
    means = [[getattr(cell, "mean", None) for cell in row] for row in found.accuracies]
    assert means == [[0.95, 1.0], [0.97, None]]
    table = transfers_table(found)
    assert [cell.text for cell in table.rows[1]] == ["noisy", "0.970", "–"]
    assert table.notes == [("a", "no run tested these weights on this head")]
    assert transfers(grouped([ideal, noisy])) is None
    assert comparison(results)[2].costs.training_s == Missing("it trained nothing")


def test_fidelity_is_told_by_head_and_shots() -> None:
    """Medians and smallest values over the steps of all seeds."""
    runs = [
        record(
            "a",
            seed=seed,
            fidelity=[GradientFidelity(step=1, cosine=cosine, signal_to_noise=ratio) for cosine, ratio in pairs],
        )
        for seed, pairs in enumerate((((0.5, 1.0), (0.9, 8.0)), ((0.7, 2.0),)))
    ]
    results = grouped([*runs, record("without", spec=LINEAR)])
    (row,) = fidelities(results)
    assert (row.label, row.shots, row.steps, row.seeds) == ("a", 1000, 3, 2)
    assert (row.cosine, row.cosine_least, row.signal_to_noise, row.signal_to_noise_least) == (0.7, 0.5, 2.0, 1.0)
    table = fidelities_table([row], comparison(results))
    assert [(cell.text, cell.small) for cell in table.rows[0][1:4]] == [
        ("1,000", ""),
        ("0.700", "least 0.500"),
        ("2.00", "least 1.00"),
    ]
    assert fidelities_table([], []) is None


def test_the_official_images_are_used_where_all_have_them() -> None:
    """A sweep is on one set of images."""
    ten, hundred = study("ten", 2, 0.5, spec={"shots": 10}), study("hundred", 2, 0.6, spec={"shots": 100})
    both = [
        run.model_copy(update={"official": run.evaluation.model_copy(update={"accuracy": 0.25})})
        for run in (*ten, *hundred)
    ]
    (official,) = sweeps(grouped(both))
    assert {point.accuracy.mean for point in official.points} == {0.25}
    (split,) = sweeps(grouped([*both[:2], *hundred]))
    assert 0.25 not in {point.accuracy.mean for point in split.points}
