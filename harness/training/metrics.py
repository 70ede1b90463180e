"""Accuracy, precision, recall, F1 and the confusion matrix: paper Eq. (10)-(13)."""

import numpy as np

from harness.records.record import ClassScore


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, *, n_classes: int) -> np.ndarray:
    """Return counts of images, int, shape (true class, predicted class)."""
    flat = np.bincount(labels * n_classes + predictions, minlength=n_classes**2)
    return flat.reshape(n_classes, n_classes)


def class_scores(confusion: np.ndarray) -> list[ClassScore]:
    """Return the scores of each class; a score with nothing to divide by is None, not 0."""
    hits = np.diag(confusion)
    scores = []
    for label in range(len(confusion)):
        hit, predicted, support = int(hits[label]), int(confusion[:, label].sum()), int(confusion[label].sum())
        scores.append(
            ClassScore(
                label=label,
                precision=hit / predicted if predicted else None,
                recall=hit / support if support else None,
                f1=2 * hit / (predicted + support) if predicted + support else None,
                support=support,
            )
        )
    return scores


def macro(values: list[float | None]) -> float | None:
    """Return the mean over the classes that have a value, None where none has."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
