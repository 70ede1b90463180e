"""Sentences about heads that were trained on shuffled labels: they must end at chance."""

import numpy as np

from harness.report.numbers.accuracies import common_test_set, evaluations_on
from harness.report.numbers.groups import Group, Results
from harness.statistics.chance import chance
from harness.text import counted, share

# Ours, of all heads of a study together. At most 5 % are to be called above chance by mistake; a nominal 1 % is 3 % of small
# networks trained on shuffled MNIST (docs/statistics.md), whose most frequent digit is also the one with the most alike images.
_FALSE_ALARMS = 0.01


def sanity(results: Results) -> list[str]:
    """Return a sentence for each such head: its mean accuracy, and whether that is chance."""
    groups = [group for group in results.groups if group.shuffled and group.full and group.evaluated]
    return [_sentence(group, false_alarms=_FALSE_ALARMS / len(groups)) for group in groups]


def _sentence(group: Group, *, false_alarms: float) -> str:
    found = evaluations_on(group, common_test_set([group]) or "split")
    n_images = found[0].n_images
    is_chance = chance(np.array([scored.confusion for scored in found]), false_alarms=false_alarms)
    mean, expected, most = (
        share(value, n_images) for value in (is_chance.accuracy, is_chance.expected, is_chance.most)
    )
    text = f"{group.label}, trained on shuffled labels ({counted(len(found), 'seed')}): mean accuracy {mean}"
    limit = f"{expected} is expected, up to {most} is chance, on {n_images:,} test images"
    if is_chance.above:
        return f"{text}, which is above chance ({limit}): test labels may have leaked into the training."
    return f"{text}, which is chance ({limit})."
