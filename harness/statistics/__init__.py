"""Verdicts on heads: arrays of right and wrong answers in, typed results out. Nothing here knows circuits or records.

docs/statistics.md has the method in words, and its measured error rates.
"""

from harness.statistics.comparison import FEWEST_SEEDS, MARGIN_PP, Comparison, Interval, compare
from harness.statistics.crossed import Components
from harness.statistics.verdicts import Judgement, Verdict, conclusion, judge, points, sentence

__all__ = [
    "FEWEST_SEEDS",
    "MARGIN_PP",
    "Comparison",
    "Components",
    "Interval",
    "Judgement",
    "Verdict",
    "compare",
    "conclusion",
    "judge",
    "points",
    "sentence",
]
