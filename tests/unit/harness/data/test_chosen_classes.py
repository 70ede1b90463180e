"""[data] classes: some classes of a data set, numbered anew."""

import numpy as np
import pytest
from data_facts import mnist_facts

from harness.data.chosen_classes import with_classes
from harness.data.dataset import Dataset, Samples
from harness.data.load import facts_of, load
from harness.errors import PlanError
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.spec import DataSpec

_LABELS = np.array([0, 3, 1, 2, 3, 0], dtype=np.uint8)
_VALUES = np.arange(6, dtype=np.float32)[:, None]
_DATASET = Dataset.of("mine", Samples(_VALUES, _LABELS), None, class_names=("a", "b", "c", "d"))


@pytest.mark.parametrize(
    ("classes", "values", "labels"),
    [
        (["d", "a"], [0, 1, 4, 5], [1, 0, 0, 1]),
        (["a", "d"], [0, 1, 4, 5], [0, 1, 1, 0]),
        (["c", "b", "d"], [1, 2, 3, 4], [2, 1, 0, 2]),
    ],
)
def test_samples_of_other_classes_are_gone(classes, values, labels):
    """Those that stay keep their order; the classes are counted in the order in which they are named."""
    found = with_classes(_DATASET, classes)

    assert found.training.values[:, 0].tolist() == values
    assert found.training.labels.tolist() == labels
    assert found.training.labels.dtype == np.uint8
    assert (found.facts.class_names, found.facts.n_training, found.facts.n_test) == (tuple(classes), len(values), 0)
    assert found.facts.sha256 == _DATASET.facts.sha256


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (["a", "e"], "data set 'mine' has no class 'e': expected some of a, b, c, d"),
        ([0, 1], "data set 'mine' has no class '0'"),
        (["a", "b", "a"], "expected each class once, got a, b, a"),
    ],
)
def test_classes_that_are_not_there(classes, message):
    """Names count, not numbers."""
    with pytest.raises(PlanError, match=message):
        with_classes(_DATASET, classes)


def test_threes_and_fives_of_mnist():
    """Numbers name the digits; both files have these alone, and the checksum is that of all ten."""
    dataset, whole = load(DataSpec(classes=[3, 5])), load(DataSpec())
    of_test = np.isin(whole.test.labels, [3, 5])

    assert dataset.facts == facts_of(DataSpec(classes=["3", "5"]))
    assert dataset.facts.class_names == ("3", "5")
    assert dataset.facts.sha256 == whole.facts.sha256
    assert np.array_equal(dataset.test.values, whole.test.values[of_test])
    assert np.array_equal(dataset.test.labels, whole.test.labels[of_test] == 5)


def test_the_classes_are_the_plans_and_count_in_the_id():
    """No entry has others; a run on two digits is another run, and its head has two values."""
    text = 'name = "p"\n{}\n[[runs]]\nhead = "statevector"\ncircuit = "eq7"\n{}'
    with pytest.raises(PlanError, match=r"data\.classes: all runs of a plan use one data set"):
        expand(parse(text.format("", "data = { classes = [3, 5] }"), where="p"), facts=mnist_facts())
    asked = parse(text.format("[data]\nclasses = [3, 5]", ""), where="p")
    ids = [expand(plan, facts=facts_of(plan.data))[0].run_id for plan in (asked, parse(text.format("", ""), where="p"))]

    assert len(set(ids)) == 2
