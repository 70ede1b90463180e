"""Sentences about heads that were trained on shuffled labels: they must end at chance."""

import math
from collections.abc import Sequence

from harness.records.record import Evaluation
from harness.report.numbers.accuracies import common_test_set, evaluations_on
from harness.report.numbers.groups import Group, Results
from harness.text import counted, share

_TWO_SIDED_99_9 = 3.29


def sanity(results: Results) -> list[str]:
    """Return a sentence for each such head: its accuracy, and whether that is chance."""
    return [_sentence(group) for group in results.groups if group.shuffled and group.full and group.evaluated]


def _sentence(group: Group) -> str:
    which = common_test_set([group]) or "split"
    found = evaluations_on(group, which)
    accuracies = [scored.accuracy for scored in found]
    n_images = found[0].n_images
    most = chance_bound(found)
    at_chance = max(accuracies) <= most
    text = f"{group.label}, trained on shuffled labels ({counted(len(found), 'seed')}): accuracy at most {share(max(accuracies), n_images)}"
    if at_chance:
        return f"{text}, which is chance (up to {share(most, n_images)} with {n_images:,} test images)."
    return (
        f"{text}, which is above chance (up to {share(most, n_images)} with {n_images:,} test images): test labels may have "
        "leaked into the training."
    )


def chance_bound(found: Sequence[Evaluation]) -> float:
    """Return the largest accuracy that is still chance: that of the most common class, plus 3.29 binomial errors.

    A head that learns nothing may name the same class always, and is then right on all images of that class.
    """
    n_images = found[0].n_images
    largest = max(score.support for score in found[0].classes) / n_images
    return largest + _TWO_SIDED_99_9 * math.sqrt(largest * (1 - largest) / n_images)
