"""Scores against scikit-learn, which shares no code with ours."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import precision_recall_fscore_support

from harness.training.metrics import class_scores, confusion_matrix, macro


def test_scores_equal_scikit_learn():
    """Precision, recall, F1, support and the confusion matrix of 1,000 random answers equal scikit-learn's."""
    rng = np.random.default_rng(0)
    labels, predictions = rng.integers(0, 10, 1000), rng.integers(0, 10, 1000)

    confusion = confusion_matrix(labels, predictions, n_classes=10)
    scores = class_scores(confusion)

    assert (confusion == sklearn_confusion(labels, predictions)).all()
    ours = np.array([(score.precision, score.recall, score.f1, score.support) for score in scores]).T
    assert ours == pytest.approx(np.array(precision_recall_fscore_support(labels, predictions)), abs=1e-15)


def test_a_perfect_classifier_scores_one_everywhere():
    """Each class is predicted as often as it occurs, and every score is 1."""
    labels = np.repeat(np.arange(3), (1, 2, 5))
    scores = class_scores(confusion_matrix(labels, labels, n_classes=3))

    assert [(s.label, s.precision, s.recall, s.f1, s.support) for s in scores] == [
        (0, 1.0, 1.0, 1.0, 1),
        (1, 1.0, 1.0, 1.0, 2),
        (2, 1.0, 1.0, 1.0, 5),
    ]


def test_nothing_to_divide_by_is_none():
    """A class that is never predicted has no precision, one that never occurs no recall; neither counts as 0."""
    scores = class_scores(confusion_matrix(np.array([0, 0]), np.array([0, 2]), n_classes=4))

    assert [(score.precision, score.recall, score.f1) for score in scores] == [
        (1.0, 0.5, pytest.approx(2 / 3)),
        (None, None, None),
        (0.0, None, 0.0),
        (None, None, None),
    ]
    assert macro([score.precision for score in scores]) == 0.5
    assert macro([1.0, None, 0.0, 0.5]) == 0.5
    assert macro([None, None]) is None
