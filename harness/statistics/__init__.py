"""Verdicts on heads: arrays of right and wrong answers in, typed results out. Nothing here knows circuits or records.

docs/statistics.md has the method in words, and its measured error rates.
"""

from harness.statistics.comparison import MARGIN_PP, Comparison, Interval, compare
from harness.statistics.crossed import Components
from harness.statistics.difference import FEWEST_SEEDS, Number
from harness.statistics.planning import Planned, plan
from harness.statistics.scores import F1Scores, Score, accuracy_score, f1_differences, f1_scores
from harness.statistics.sensitivity import Attempts, Sensitivity, sensitivity
from harness.statistics.verdicts import Judgement, Verdict, conclusion, judge, points, sentence

__all__ = [
    "FEWEST_SEEDS",
    "MARGIN_PP",
    "Attempts",
    "Comparison",
    "Components",
    "F1Scores",
    "Interval",
    "Judgement",
    "Number",
    "Planned",
    "Score",
    "Sensitivity",
    "Verdict",
    "accuracy_score",
    "compare",
    "conclusion",
    "f1_differences",
    "f1_scores",
    "judge",
    "plan",
    "points",
    "sensitivity",
    "sentence",
]
