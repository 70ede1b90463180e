"""Some classes of a data set, as if it had no others: threes against fives."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from backends.errors import did_you_mean
from harness.data.dataset import Dataset, Samples
from harness.errors import PlanError


def with_classes(dataset: Dataset, classes: Sequence[int | str]) -> Dataset:
    """Return the samples of some classes of a data set, in their order; its checksum stays that of all samples.

    Args:
        dataset: The data set.
        classes: Names of at least two of its classes; they become the classes 0, 1, ...

    Raises:
        PlanError: there is no class of such a name, or one is named twice.
    """
    names = [str(name) for name in classes]
    known = dataset.facts.class_names
    for name in names:
        if name not in known:
            raise PlanError(
                f"data.classes: data set {dataset.name!r} has no class {name!r}: expected some of {', '.join(known)}"
                f"{did_you_mean(name, known)}"
            )
    if len(set(names)) < len(names):
        raise PlanError(f"data.classes: expected each class once, got {', '.join(names)}")
    numbers = [known.index(name) for name in names]
    training, test = (_chosen(samples, numbers) for samples in (dataset.training, dataset.test))
    facts = dataclasses.replace(
        dataset.facts, class_names=tuple(names), n_training=len(training.labels), n_test=len(test.labels)
    )
    return dataclasses.replace(dataset, training=training, test=test, facts=facts)


def _chosen(samples: Samples, numbers: Sequence[int]) -> Samples:
    """Return the samples of some classes, numbered anew from 0."""
    kept = np.isin(samples.labels, numbers)
    order = np.argsort(numbers)
    labels = order[np.searchsorted(np.asarray(numbers)[order], samples.labels[kept])]
    return Samples(samples.values[kept], labels.astype(samples.labels.dtype))
