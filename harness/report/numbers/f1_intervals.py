"""Intervals of F1, by class and of their mean, where the records hold the true class of each image."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from harness.errors import StatisticsError
from harness.records.record import Evaluation
from harness.report.numbers.rows import Number
from harness.statistics import F1Scores, f1_scores
from harness.text import Missing, clean

Ends = tuple[Number, Number]


class F1Intervals(NamedTuple):
    """95 % intervals for new seeds and new images; the reason where there are none."""

    found: F1Scores | Missing

    @property
    def macro(self) -> Ends:
        """Ends of the interval of the mean over the classes."""
        return (
            (self.found, self.found)
            if isinstance(self.found, Missing)
            else (self.found.macro.low, self.found.macro.high)
        )

    def of_class(self, label: int) -> Ends:
        """Return the ends of the interval of one class."""
        if isinstance(self.found, Missing):
            return self.found, self.found
        if not 0 <= label < len(self.found.classes):
            why = Missing(f"{label} is no class of the data set")
            return why, why
        return self.found.classes[label].low, self.found.classes[label].high


def f1_intervals(evaluations: Sequence[Evaluation]) -> F1Intervals:
    """Return the intervals of one configuration.

    Args:
        evaluations: Of its seeds, on one set of test images.
    """
    classes = [true for evaluation in evaluations if (true := evaluation.true_classes()) is not None]
    if not evaluations or len(classes) < len(evaluations):
        return F1Intervals(Missing("the true class of each image was not recorded"))
    if any(not np.array_equal(classes[0], true) for true in classes[1:]):
        return F1Intervals(Missing("its seeds classified different images"))
    predictions = np.stack([evaluation.predicted() for evaluation in evaluations])
    try:
        return F1Intervals(f1_scores(classes[0], predictions, n_classes=len(evaluations[0].classes)))
    except StatisticsError as error:  # a record that was made elsewhere may hold any class
        return F1Intervals(Missing(clean(error)))
