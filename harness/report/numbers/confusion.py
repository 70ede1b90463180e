"""Confusion matrices, summed over the seeds of a configuration."""

import numpy as np

from harness.report.numbers.groups import Group, Results


def confusion_of(group: Group) -> np.ndarray:
    """Return the number of images of all evaluated seeds, int, shape (true class, predicted class)."""
    confusions = [run.evaluation.confusion for run in group.evaluated if run.evaluation]
    images: np.ndarray = np.array(confusions, dtype=int).sum(axis=0)
    return images


def main_group(results: Results) -> Group | None:
    """Return the group whose matrix is drawn large: the reference, or the first one that classified the test images."""
    return results.reference or next((group for group in results.groups if group.evaluated), None)
