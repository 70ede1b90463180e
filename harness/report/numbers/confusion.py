"""Confusion matrices, summed over the seeds of a configuration."""

from collections.abc import Sequence

import numpy as np

from harness.report.numbers import paper
from harness.report.numbers.groups import Group, Results
from harness.text import clean, short

_MAX_NAME = 24


def confusion_of(group: Group) -> np.ndarray:
    """Return the number of images of all evaluated seeds, int, shape (true class, predicted class)."""
    confusions = [run.evaluation.confusion for run in group.evaluated if run.evaluation]
    images: np.ndarray = np.array(confusions, dtype=int).sum(axis=0)
    return images


def classes_of(group: Group) -> tuple[str, ...]:
    """Return what the rows and columns of a group's matrix stand for; numbers where the records name other classes."""
    n_classes = len(confusion_of(group))
    names = group.class_names or ()
    return (
        tuple(short(clean(name), _MAX_NAME) for name in names)
        if len(names) == n_classes
        else tuple(map(str, range(n_classes)))
    )


def kind_of(classes: Sequence[str]) -> str:
    """Return what a class is called: a digit where the classes are the paper's."""
    return "digit" if tuple(classes) == paper.CLASS_NAMES else "class"


def main_group(results: Results) -> Group | None:
    """Return the group whose matrix is drawn large: the reference, or the first one that classified the test images."""
    return results.reference or next((group for group in results.groups if group.evaluated), None)
