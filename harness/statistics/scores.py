"""Accuracy and F1 with their intervals for new seeds and new images, of one head and of the difference of two."""

import dataclasses

import numpy as np
from scipy import special

from harness.errors import StatisticsError
from harness.statistics.crossed import MeanSquares
from harness.statistics.difference import FEWEST_SEEDS, Number
from harness.text import Missing, counted


@dataclasses.dataclass(frozen=True)
class Score:
    """A score, or a difference of two, with its 95 % interval. A score is between 0 and 1.

    Attributes:
        value: The mean over the seeds.
        low: Lower end of the interval for new seeds and new images.
        high: Its upper end.
    """

    value: Number
    low: Number
    high: Number


@dataclasses.dataclass(frozen=True)
class F1Scores:
    """F1 of each class, and their mean."""

    classes: tuple[Score, ...]
    macro: Score


def accuracy_score(right: np.ndarray) -> Score:
    """Return the accuracy of one head.

    Args:
        right: True where an image was classified rightly, bool, shape (n_seeds, n_images).
    """
    return _of_one_head(np.asarray(right, dtype=np.float64))


def f1_scores(labels: np.ndarray, predictions: np.ndarray, *, n_classes: int = 10) -> F1Scores:
    """Return F1 of one head.

    Args:
        labels: The true classes, int, shape (n_images,).
        predictions: The predicted classes, int, shape (n_seeds, n_images).
        n_classes: Classes of the data set.

    Raises:
        StatisticsError: the arrays do not fit, or a class is not below n_classes.

    Source: paper Eq. (13); influence values as in Hampel, Journal of the American Statistical Association 69, 383 (1974).
    """
    classes, macro = _influences(labels, predictions, n_classes)
    return F1Scores(tuple(_of_one_head(values) for values in classes), _of_one_head(macro))


def f1_differences(labels: np.ndarray, ours: np.ndarray, theirs: np.ndarray, *, n_classes: int = 10) -> F1Scores:
    """Return F1 of our head minus F1 of the other one, paired by seed and image; arguments as of ``f1_scores``."""
    if ours.shape != theirs.shape:
        raise StatisticsError(
            f"f1_differences: expected predictions of the same seeds and images, got the shapes {ours.shape} and {theirs.shape}"
        )
    (classes, macro), (their_classes, their_macro) = (
        _influences(labels, predictions, n_classes) for predictions in (ours, theirs)
    )
    pairs = zip(classes, their_classes, strict=True)
    return F1Scores(tuple(_of_difference(*pair) for pair in pairs), _of_difference(macro, their_macro))


Influences = np.ndarray | Missing


def _influences(labels: np.ndarray, predictions: np.ndarray, n_classes: int) -> tuple[list[Influences], Influences]:
    """Return, for each class and for macro F1, values of shape (n_seeds, n_images) whose mean over images is F1.

    Each value is F1 plus the influence of the image on it, so that means and spreads are those of F1 to first order.
    """
    _check_classes(labels, predictions, n_classes)
    classes = [_influence(labels == label, predictions == label, label) for label in range(n_classes)]
    found = [values for values in classes if not isinstance(values, Missing)]
    absent = next((values for values in classes if isinstance(values, Missing)), None)
    return classes, absent or np.mean(found, axis=0)


def _influence(true: np.ndarray, predicted: np.ndarray, label: int) -> Influences:
    n_true = np.count_nonzero(true)
    if not n_true:
        return Missing(f"no image is of class {label}")
    hits = predicted & true
    total = predicted.sum(axis=1, keepdims=True) + n_true
    f1 = 2 * hits.sum(axis=1, keepdims=True) / total
    return np.asarray(f1 + len(true) / total * (2.0 * hits - f1 * (predicted + 1.0 * true)))


def _check_classes(labels: np.ndarray, predictions: np.ndarray, n_classes: int) -> None:
    if predictions.ndim != 2 or labels.shape != predictions.shape[1:] or not predictions.size:
        raise StatisticsError(
            f"f1: expected labels of shape (n_images,) and predictions of shape (n_seeds, n_images), got {labels.shape} and "
            f"{predictions.shape}"
        )
    for name, values in (("labels", labels), ("predictions", predictions)):
        if values.dtype.kind not in "iu" or values.min() < 0 or values.max() >= n_classes:
            raise StatisticsError(
                f"f1: expected {name} to be whole numbers from 0 to {n_classes - 1}, got {values.dtype} from "
                f"{values.min()} to {values.max()}; give n_classes of the data set"
            )


def _of_one_head(values: Influences) -> Score:
    """Return the mean with an interval that is symmetric on the logit scale, and so stays between 0 and 1."""
    if isinstance(values, Missing):
        return Score(values, values, values)
    mean = float(values.mean())
    if isinstance(squares := _squares(values, mean), Missing):
        return Score(mean, squares, squares)
    estimate = squares.estimate()
    if not 0 < mean < 1 or not estimate.se > 0:
        why = Missing(
            "all answers are right" if mean == 1 else "no answer is right" if mean == 0 else "there is no spread"
        )
        return Score(mean, why, why)
    scaled = estimate._replace(mean=special.logit(mean), se=estimate.se / (mean * (1 - mean)))
    low, high = (float(special.expit(end)) for end in scaled.interval())
    return Score(mean, low, high)


def _of_difference(ours: Influences, theirs: Influences) -> Score:
    for values in (ours, theirs):
        if isinstance(values, Missing):
            return Score(values, values, values)
    difference = np.asarray(ours) - np.asarray(theirs)
    mean = float(difference.mean())
    if isinstance(squares := _squares(difference, mean), Missing):
        return Score(mean, squares, squares)
    estimate = squares.estimate()
    if not estimate.se > 0:
        return Score(mean, *[Missing("the heads differ in no answer of this class")] * 2)
    low, high = (float(end) for end in estimate.interval())
    return Score(mean, low, high)


def _squares(values: np.ndarray, mean: float) -> MeanSquares | Missing:
    n_seeds, n_images = values.shape
    if n_seeds < FEWEST_SEEDS or n_images < 2:
        few = counted(n_seeds, "seed") if n_seeds < FEWEST_SEEDS else counted(n_images, "image")
        return Missing(f"{few}: an interval needs at least {FEWEST_SEEDS} seeds and two images")
    return MeanSquares.of(values - mean)._replace(mean=np.asarray(mean))
