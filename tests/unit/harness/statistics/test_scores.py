"""Accuracy and F1 with intervals."""

import numpy as np
import pytest
from scipy import special
from sklearn.metrics import f1_score

from harness.errors import StatisticsError
from harness.statistics import Score, accuracy_score, compare, f1_differences, f1_scores
from harness.statistics.scores import _influence
from harness.text import Missing

_RNG = np.random.default_rng(0)
_LABELS = _RNG.integers(0, 4, size=600)


def _predictions(share: float, n_seeds: int = 6) -> np.ndarray:
    right = _RNG.random((n_seeds, 600)) < share
    return np.where(right, _LABELS, _RNG.integers(0, 4, size=(n_seeds, 600)))


_OURS, _THEIRS = _predictions(0.9), _predictions(0.8)


def test_values_are_those_of_sklearn() -> None:
    """F1 of a class and macro F1 are the means of sklearn's over the seeds, and so are differences."""
    each, macros = (
        [np.mean([f1_score(_LABELS, row, average=average) for row in rows], axis=0) for rows in (_OURS, _THEIRS)]
        for average in (None, "macro")
    )
    scores, differences = f1_scores(_LABELS, _OURS, n_classes=4), f1_differences(_LABELS, _OURS, _THEIRS, n_classes=4)

    assert [score.value for score in scores.classes] == pytest.approx(each[0], rel=1e-12)
    assert scores.macro.value == pytest.approx(macros[0], rel=1e-12)
    assert [score.value for score in differences.classes] == pytest.approx(each[0] - each[1], rel=1e-10)
    assert differences.macro.value == pytest.approx(macros[0] - macros[1], rel=1e-10)


def test_influence_values_are_derivatives() -> None:
    """An influence value is the derivative of F1 to the weight of its image, times the number of images."""
    true, predicted = _LABELS == 2, _OURS[:1] == 2
    values = _influence(true, predicted, 2)
    assert isinstance(values, np.ndarray)

    def f1(weights: np.ndarray) -> float:
        return float(2 * (weights * (predicted & true)).sum() / (weights * (predicted + 1 * true)).sum())

    for image in [
        int(np.argmax(predicted & true)),
        int(np.argmax(predicted & ~true)),
        int(np.argmax(true & ~predicted[0])),
    ]:
        step = np.zeros(600)
        step[image] = 1e-4
        slope = (f1(1 + step) - f1(1 - step)) / 2e-4
        assert slope != 0
        assert values[0, image] - f1(np.ones(600)) == pytest.approx(600 * slope, rel=1e-6)


def test_the_interval_of_a_macro_f1_covers_repeated_studies() -> None:
    """Of 300 studies with known macro F1, 95 % intervals miss it in at most 5 %, but for chance: 1 in 1,000 that it is more.

    All classes are alike, so F1 of a large sample is F1 of the mean confusion: an answer is right with chance 0.85.
    """
    rng = np.random.default_rng(1)
    missed = 0
    for _ in range(300):
        labels = rng.integers(0, 3, size=400)
        right = rng.random((5, 400)) < 0.85
        predictions = np.where(right, labels, (labels + rng.integers(1, 3, size=(5, 400))) % 3)
        macro = f1_scores(labels, predictions, n_classes=3).macro
        assert not isinstance(macro.low, Missing)
        missed += not macro.low <= 0.85 <= macro.high  # type: ignore[operator]

    assert special.bdtrc(missed - 1, 300, 0.05) > 1e-3


def test_the_interval_of_an_accuracy_is_on_the_logit_scale() -> None:
    """Ends of the interval lie equally far from the value on the logit scale, and between 0 and 1."""
    right = _OURS == _LABELS
    score = accuracy_score(right)
    logit = special.logit([score.low, score.value, score.high])

    assert score.value == right.mean()
    assert logit[2] - logit[1] == pytest.approx(logit[1] - logit[0], rel=1e-9)
    assert 0 < score.low < score.value < score.high < 1  # type: ignore[operator]


def test_a_difference_in_accuracy_by_either_way() -> None:
    """With two classes that are predicted alike often, the interval of macro F1 is close to that of accuracy."""
    labels = np.arange(2000) % 2
    rng = np.random.default_rng(2)
    ours, theirs = (np.where(rng.random((6, 2000)) < share, labels, 1 - labels) for share in (0.9, 0.85))
    macro = f1_differences(labels, ours, theirs, n_classes=2).macro
    accuracy = compare(ours == labels, theirs == labels)

    assert [100 * end for end in (macro.value, macro.low, macro.high)] == pytest.approx(  # type: ignore[operator]
        [accuracy.effect_pp, accuracy.low_pp, accuracy.high_pp], rel=0.01
    )


def test_words_in_place_of_numbers() -> None:
    """Few seeds, all right, all wrong, no image of a class, no difference: words, never NaN."""
    assert accuracy_score(np.ones((5, 9), bool)) == Score(1.0, *[Missing("all answers are right")] * 2)
    assert accuracy_score(np.zeros((5, 9), bool)) == Score(0.0, *[Missing("no answer is right")] * 2)
    few = Missing("4 seeds: an interval needs at least 5 seeds and two images")
    assert accuracy_score(_OURS[:4] == _LABELS) == Score((_OURS[:4] == _LABELS).mean(), few, few)

    scores = f1_scores(_LABELS, _OURS, n_classes=5)
    absent = Missing("no image is of class 4")
    assert scores.classes[4] == scores.macro == Score(absent, absent, absent)
    same = f1_differences(_LABELS, _OURS, _OURS, n_classes=4)
    assert same.macro == Score(0.0, *[Missing("the heads differ in no answer of this class")] * 2)
    assert f1_differences(_LABELS, _OURS, _THEIRS, n_classes=5).macro == Score(absent, absent, absent)


def test_what_is_refused() -> None:
    """Arrays of other shapes, and classes that do not exist, are refused."""
    with pytest.raises(StatisticsError, match=r"got \(600,\) and \(6, 599\)"):
        f1_scores(_LABELS, _OURS[:, 1:], n_classes=4)
    with pytest.raises(StatisticsError, match="labels to be whole numbers from 0 to 2, got int64 from 0 to 3"):
        f1_scores(_LABELS, _OURS, n_classes=3)
    with pytest.raises(StatisticsError, match="predictions to be whole numbers from 0 to 3, got float64"):
        f1_scores(_LABELS, _OURS.astype(float), n_classes=4)
    with pytest.raises(StatisticsError, match=r"the shapes \(6, 600\) and \(5, 600\)"):
        f1_differences(_LABELS, _OURS, _THEIRS[:5], n_classes=4)
