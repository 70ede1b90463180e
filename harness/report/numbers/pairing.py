"""Two configurations' answers to the same test images, paired by seed; refused with a reason where they do not pair."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from harness.records.record import Evaluation, RunRecord
from harness.report.numbers.accuracies import TestSet, evaluation_on
from harness.report.numbers.groups import Group
from harness.statistics import Attempts
from harness.text import Missing, listed

_NO_CLASSES = "the true class of each image was not recorded, as in records of schema 4 and before; qhb run --fresh makes the runs again"


@dataclasses.dataclass(frozen=True)
class Answers:
    """Which test images two configurations classified rightly, by seed, the images in the same order.

    Attributes:
        attempts: The answers, one entry for each of ``seeds``; None where a run failed.
        seeds: Seeds that were asked of both configurations.
        common: Seeds of which both have answers; at least one.
        test_set: Which test images.
    """

    attempts: Attempts
    seeds: tuple[int, ...]
    common: tuple[int, ...]
    test_set: TestSet

    def arrays(self, seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return our answers and theirs for some of the common seeds, bool, shape (n_seeds, n_images)."""
        sides = (dict(zip(self.seeds, side, strict=True)) for side in (self.attempts.ours, self.attempts.theirs))
        ours, theirs = (np.stack([found for seed in seeds if (found := side[seed]) is not None]) for side in sides)
        return ours, theirs


def paired(ours: Group, theirs: Group) -> Answers | Missing:
    """Return the answers of two configurations to the official test images, or to the split's where these were not scored.

    Args:
        ours: The configuration that is compared.
        theirs: What it is compared with.
    Returns:
        The answers, or the reason why the two cannot be compared image by image.
    """
    asked = sorted({run.spec.seed for run in ours.runs} & {run.spec.seed for run in theirs.runs})
    sides = [{run.spec.seed: run for run in group.evaluated if run.spec.seed in asked} for group in (ours, theirs)]
    common = tuple(seed for seed in asked if all(seed in side for side in sides))
    if not common:
        has = [f"{group.label} has {_seeds(group)}" for group in (ours, theirs)]
        return Missing(f"no seed in common: {listed(has)}")
    runs = [run for side in sides for run in side.values()]
    test_set: TestSet = "official" if all(run.official for run in runs) else "split"
    scored = [evaluation for run in runs if (evaluation := evaluation_on(run, test_set))]
    if problem := _other_images(scored, runs):
        return Missing(f"{ours.label} and {theirs.label} classified different test images: {problem}")
    n_classes = len(scored[0].classes)
    if n_classes < 2:
        return Missing(f"the records tell {n_classes} classes, expected at least 2")
    right = [answers for evaluation in scored if (answers := evaluation.right()) is not None]
    if len(right) < len(scored):
        return Missing(_NO_CLASSES)
    of_run = dict(zip((run.run_id for run in runs), right, strict=True))
    mine, yours = ([of_run[side[seed].run_id] if seed in side else None for seed in asked] for side in sides)
    return Answers(Attempts(mine, yours, n_classes), tuple(asked), common, test_set)


def _seeds(group: Group) -> str:
    return ", ".join(str(seed) for seed in sorted(run.spec.seed for run in group.evaluated)) or "none that ended ok"


def _other_images(scored: Sequence[Evaluation], runs: Sequence[RunRecord]) -> str:
    """Say how the test images of some runs differ; empty where they are the same as far as the records say."""
    images = sorted({evaluation.n_images for evaluation in scored})
    if len(images) > 1 or 0 in images:
        return f"{listed([f'{number:,}' for number in images])} of them"
    if len({run.dataset.sha256 for run in runs if run.dataset}) > 1:
        return "the checksums of their data sets differ"
    classes = [true for evaluation in scored if (true := evaluation.true_classes()) is not None]
    if any(not np.array_equal(classes[0], true) for true in classes[1:]):
        return "the true classes of their images differ"
    return ""
