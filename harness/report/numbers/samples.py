"""Test images to look at, chosen by a rule: of each class one that is easy and one that is hard for a head."""

import dataclasses

import numpy as np

from harness.data.dataset import Dataset
from harness.data.division import divide
from harness.data.load import load
from harness.errors import HarnessError
from harness.report.numbers.accuracies import TestSet, common_test_set, evaluations_on
from harness.report.numbers.confusion import classes_of, main_group
from harness.report.numbers.groups import Group, Results

MAX_CLASSES = 20


@dataclasses.dataclass(frozen=True)
class Sample:
    """A test image and what the seeds of a head took it for.

    Attributes:
        image: Float, from 0 to 1, shape (height, width) or (height, width, 3).
        number: Its place among the test images, from 0.
        true: Name of its class.
        taken_for: Name of the class that most of the seeds that have it wrong take it for; its own where none has.
        n_wrong: Seeds that have it wrong.
    """

    image: np.ndarray
    number: int
    true: str
    taken_for: str
    n_wrong: int


@dataclasses.dataclass(frozen=True)
class Samples:
    """The samples of one head.

    Attributes:
        label: Of the head.
        test_set: Which test images.
        n_seeds: Seeds that classified them.
        n_images: Test images.
        easy: Of each class the first test image that every seed has right; None where there is none.
        hard: Of each class the test image that most seeds have wrong, the first of several; None where all are right.
    """

    label: str
    test_set: TestSet
    n_seeds: int
    n_images: int
    easy: list[Sample | None]
    hard: list[Sample | None]


def samples(results: Results) -> Samples | None:
    """Return samples of the head whose confusion matrix is shown large.

    None where the true classes were not recorded, where the data set is no images, or where it cannot be loaded here: a data
    set of torchvision's is in a folder that the report does not know.
    """
    group = main_group(results)
    which = common_test_set([group]) if group else None
    if group is None or which is None:
        return None
    scored = evaluations_on(group, which)
    images = _test_images(group, which)
    true = scored[0].true_classes()
    if images is None or true is None or len(images) < len(true):
        return None
    names, predicted = classes_of(group), np.stack([evaluation.predicted() for evaluation in scored])
    wrong = (predicted != true).sum(axis=0)

    def sample(number: int) -> Sample:
        mistaken = predicted[:, number][predicted[:, number] != true[number]]
        taken_for = np.bincount(mistaken).argmax() if len(mistaken) else true[number]
        return Sample(images[number], number, names[true[number]], names[taken_for], int(wrong[number]))

    easy, hard = [], []
    for number in range(min(len(names), MAX_CLASSES)):
        of_class = np.flatnonzero(true == number)
        right = of_class[wrong[of_class] == 0]
        worst = of_class[wrong[of_class].argmax()] if wrong[of_class].any() else None
        easy.append(sample(right[0]) if len(right) else None)
        hard.append(None if worst is None else sample(worst))
    return Samples(group.label, which, len(scored), len(true), easy, hard)


def _test_images(group: Group, which: TestSet) -> np.ndarray | None:
    """Return the test images of a group's runs, from 0 to 1; None where they cannot be had or are no images."""
    spec, recorded = group.ok[0].spec, group.ok[0].dataset
    try:
        dataset = load(spec.data)
        if recorded is None or dataset.facts.sha256 != recorded.sha256 or len(dataset.facts.shape) != 3:
            return None
        values = _values(dataset, group, which)
    except (HarnessError, OSError):
        return None
    if values.shape[1] not in (1, 3) or not len(values):
        return None
    scaled = (values - values.min()) / (float(values.max()) - float(values.min()) or 1.0)
    images: np.ndarray = scaled[:, 0] if values.shape[1] == 1 else np.moveaxis(scaled, 1, -1)
    return images


def _values(dataset: Dataset, group: Group, which: TestSet) -> np.ndarray:
    spec = group.ok[0].spec
    if which == "official" or spec.data.test == "official":
        return dataset.test.values
    of_split: np.ndarray = dataset.training.values[divide(dataset, spec.data, seed=spec.seed).test]
    return of_split
