"""Sample images: of each class the first that all seeds have right, and the one that most have wrong."""

import numpy as np
import pytest
from unit.harness.report.example_records import evaluation, record

from harness.data.load import load
from harness.records.packed import pack
from harness.records.record import DatasetFacts, Evaluation, RunRecord
from harness.report.figures.samples import samples_figure
from harness.report.numbers.grouping import grouped
from harness.report.numbers.samples import Samples, samples
from harness.spec import DataSpec

DATASET = load(DataSpec())
TRUE = DATASET.test.labels
PLACES = [np.flatnonzero(digit == TRUE) for digit in range(10)]


def classified(changes: dict[int, int]) -> Evaluation:
    """Return the official test images, all right but those that are named, by place and predicted class."""
    predicted = TRUE.copy()
    for place, taken_for in changes.items():
        predicted[place] = taken_for
    packed = {"predictions": pack(predicted), "labels": pack(TRUE, beside=predicted)}
    return evaluation(10).model_copy(update={"n_images": len(TRUE), **packed})


def run(seed: int, changes: dict[int, int], *, sha256: str = DATASET.facts.sha256) -> RunRecord:
    facts = DatasetFacts(
        name="mnist-5000", sha256=sha256, shape=DATASET.facts.shape, class_names=DATASET.facts.class_names,
        n_train=3200, n_validation=800, n_test=1000,
    )  # fmt: skip
    return record("eq7", seed=seed, official=classified(changes), dataset=facts)


def found_in(records: list[RunRecord]) -> Samples:
    found = samples(grouped(records))
    assert found is not None
    return found


def test_the_rule_chooses_the_images() -> None:
    """The first 3 is wrong for one seed, the second for two; of the sevens none is wrong."""
    first, second, third = PLACES[3][:3]
    found = found_in([run(0, {first: 5, second: 8}), run(1, {second: 8}), run(2, {third: 2})])
    easy, hard = found.easy[3], found.hard[3]
    assert (easy.number, easy.true, easy.taken_for, easy.n_wrong) == (PLACES[3][3], "3", "3", 0)
    assert (hard.number, hard.true, hard.taken_for, hard.n_wrong) == (second, "3", "8", 2)
    assert np.array_equal(hard.image, DATASET.test.values[second, 0] / 255)
    assert (found.easy[7].number, found.hard[7]) == (PLACES[7][0], None)
    assert (found.test_set, found.n_seeds, found.n_images) == ("official", 3, 10_000)


def test_the_figure_says_what_each_image_was_taken_for() -> None:
    """Images are in the page itself; a class without a wrong image says so."""
    drawn = samples_figure(grouped([run(0, {PLACES[3][0]: 5})]))
    assert drawn is not None
    assert drawn.svg.count('href="data:image/png;base64,') == 11
    assert "3 as 5 (1 of 1)" in drawn.svg
    assert drawn.svg.count(">none<") == 9
    assert "the first of the 10,000 official test images that all n = 1 seed have right" in drawn.caption


@pytest.mark.parametrize(
    "records", [[], [record("eq7")], [run(0, {}, sha256="0" * 64)]], ids=["none", "unknown", "other images"]
)
def test_images_that_are_not_those_of_the_runs_are_not_shown(records: list[RunRecord]) -> None:
    """Without a record, without facts of the data set, and where the images here are others."""
    assert samples(grouped(records)) is None
    assert samples_figure(grouped(records)) is None
