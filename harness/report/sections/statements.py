"""What was run, in plain sentences: what was trained, what was only timed, and how to read it."""

import dataclasses
import math
from collections.abc import Sequence

from harness.report.numbers import paper
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import ComparisonRow, Scores
from harness.report.sections.sanity import sanity
from harness.text import Missing, clean, counted, share


@dataclasses.dataclass(frozen=True)
class Statement:
    """A term and the sentences about it, plain text."""

    term: str
    lines: list[str]


def statements(results: Results, comparison: Sequence[ComparisonRow]) -> list[Statement]:
    """Return what was run; every number is one of the comparison's."""
    if not results.runs:
        return []
    rows = {row.label: row for row in comparison}
    full = [group for group in results.groups if group.full]
    others = [group for group in results.groups if group.ok and not group.full]
    found = [Statement("Trained fully", [_full(rows[group.label]) for group in full] or ["No head."])]
    if interrupted := _interrupted(results):
        found.append(Statement("Interrupted", interrupted))
    unchecked = [row.label for row in comparison if row.checked is False]
    if unchecked:
        found.insert(0, Statement("Not checked", [_unchecked(label) for label in unchecked]))
    if others:
        found.append(Statement("Not trained fully", [_other(rows[group.label]) for group in others]))
    if checks := sanity(results):
        found.append(Statement("Sanity", checks))
    if full:
        found.append(Statement("Reading", [*_reading([rows[group.label] for group in full]), *_protocol(full)]))
    return found


def _unchecked(label: str) -> str:
    return f"{label}: the head had not passed qhb check when its runs were made, so its answers may be wrong."


def _interrupted(results: Results) -> list[str]:
    """Return which runs went on from a checkpoint, and the notes that runs recorded."""
    lines = []
    for run in results.runs:
        who = f"{results.label_of[run.run_id]}, seed {run.spec.seed}"
        if run.resumed_at is not None:
            lines.append(
                f"{who}: went on from a checkpoint at step {run.resumed_at}; its times are sums over its processes"
            )
        lines += [f"{who}: {clean(note)}" for note in run.notes]
    return lines


def _full(row: ComparisonRow) -> str:
    text = f"{row.label}: {counted(row.runs_ok, 'seed')}"
    scores = row.scores
    if isinstance(scores, Missing):
        return f"{text}, not evaluated"
    mean, least, most = _accuracies(scores)
    text += f", mean accuracy {mean} ({least}–{most})" if row.runs_evaluated > 1 else f", accuracy {mean}"
    if isinstance(row.official, Missing):
        return text
    return f"{text}; on {row.official.test_images:,} official test images {_accuracies(row.official)[0]}"


def _other(row: ComparisonRow) -> str:
    scores, steps = row.scores, row.costs.steps
    if row.scope == "evaluation":
        text = f"{row.label}: trained nothing, only classified the test images"
    else:
        text = (
            f"{row.label}: a slice of {'some steps' if isinstance(steps, Missing) else counted(round(steps), 'step')}"
        )
        text += ", run for its cost"
    if isinstance(scores, Missing):
        return f"{text}; not evaluated"
    return f"{text}; weights {scores.weights}: accuracy {_accuracies(scores)[0]}"


def _accuracies(scores: Scores) -> tuple[str, str, str]:
    """Return the mean, the smallest and the largest accuracy as text."""
    mean, least, most = (
        share(value, scores.test_images) for value in (scores.accuracy_mean, scores.accuracy_min, scores.accuracy_max)
    )
    return mean, least, most


def _reading(rows: list[ComparisonRow]) -> list[str]:
    scores = next((row.scores for row in rows if not isinstance(row.scores, Missing) and not row.shuffled), None)
    if scores is None:
        return []
    accuracy, n_images = scores.accuracy_mean, scores.test_images
    error = 100 * math.sqrt(accuracy * (1 - accuracy) / n_images)
    return [
        f"Other {n_images:,} test images would move an accuracy of {share(accuracy, n_images)} by about ±{error:.1f} "
        "percentage points (one standard error, binomial), whatever the seeds."
    ]


def _protocol(full: list[Group]) -> list[str]:
    """Say where the runs depart from the paper's data and epochs."""
    apart: list[str] = []
    for group in full:
        spec, images = group.first.spec, group.ok[0].dataset
        parts = [] if spec.data.name == paper.DATASET else [f"data set {spec.data.name}"]
        published = (paper.N_TRAIN, paper.N_VALIDATION, paper.N_TEST)
        if images and (images.n_train, images.n_validation, images.n_test) != published:
            parts.append(f"{images.n_train:,} / {images.n_validation:,} / {images.n_test:,} images")
        if spec.model.features != "paper":
            parts.append(f"features {spec.model.features}")
        if spec.model.readout != "probability":
            parts.append(f"{spec.model.readout} readout")
        if spec.training.epochs != paper.EPOCHS:
            parts.append(counted(spec.training.epochs, "epoch"))
        if parts and ", ".join(parts) not in apart:
            apart.append(", ".join(parts))
    if not apart:
        return [
            "As many images and epochs as in the paper: 3,200 / 800 / 1,000 of MNIST, 20 epochs. Which images is our choice."
        ]
    return [
        f"Not the paper's protocol ({'; '.join(apart)} instead of 3,200 / 800 / 1,000 MNIST images, 20 epochs): these "
        "accuracies cannot be compared with the published ones."
    ]
