"""The first screen in plain sentences: what was trained, what was only timed, what went wrong, on which machine."""

import dataclasses
import math
import statistics

from harness.record import RunRecord
from harness.report import paper
from harness.report.groups import STATUSES, Group, Results
from harness.report.text import clean, counted, listed, share


@dataclasses.dataclass(frozen=True)
class Statement:
    """A term and what there is to say about it, plain text."""

    term: str
    lines: list[str]


@dataclasses.dataclass(frozen=True)
class Problem:
    """A run that is not ok, or an attempt that was not before a later one."""

    status: str
    who: str
    reason: str
    details: str


def statements(results: Results) -> list[Statement]:
    """Return what the page says first."""
    if not results.runs:
        return [Statement("Runs", ["None. There is no record to report on."])]
    full = [group for group in results.groups if group.full]
    slices = [group for group in results.groups if group.ok and not group.full]
    found = [
        Statement("Runs", [f"{_statuses(results)}."]),
        Statement("Trained fully", [_full(group) for group in full] or ["No head."]),
    ]
    if slices:
        found.append(Statement("Not trained fully", [_slice(group, results) for group in slices]))
    if full:
        found.append(Statement("Reading", [_reading(full), *_protocol(full)]))
    return [*found, Statement("Machine", _machines(results))]


def problems(results: Results) -> list[Problem]:
    """Return every run that is not ok, in the order of the statuses, then earlier attempts."""
    found = [
        _problem(run, f"{group.label}, seed {run.spec.seed}")
        for status in STATUSES[1:]
        for group in results.groups
        for run in group.runs
        if run.status == status
    ]
    for run in results.earlier:
        who = f"{results.label_of[run.run_id]}, seed {run.spec.seed}, attempt {run.attempt} (tried again)"
        if run.status != "ok":
            found.append(_problem(run, who))
    return found


def _problem(run: RunRecord, who: str) -> Problem:
    if run.failure is None:
        return Problem(run.status, who, "no reason was recorded", "")
    log = "\n".join(["", "last lines printed:", *run.failure.log_tail]) if run.failure.log_tail else ""
    reason = clean(f"{run.failure.kind}: {run.failure.message}")
    return Problem(run.status, who, reason, clean(run.failure.traceback + log, lines=True).strip())


def _statuses(results: Results) -> str:
    counts = {status: sum(run.status == status for run in results.runs) for status in STATUSES}
    parts = [f"{number} {status}" for status, number in counts.items() if number]
    return f"{counted(len(results.runs), 'run')} of {counted(len(results.groups), 'head')}: {', '.join(parts)}"


def _full(group: Group) -> str:
    text = f"{group.label}: {counted(len(group.ok), 'seed')}"
    accuracies = [run.evaluation.accuracy for run in group.evaluated if run.evaluation]
    if not accuracies:
        return f"{text}, not evaluated"
    n_images = _n_images(group)
    if len(accuracies) == 1:
        return f"{text}, accuracy {share(accuracies[0], n_images)}"
    low, high = share(min(accuracies), n_images), share(max(accuracies), n_images)
    return f"{text}, mean accuracy {share(statistics.fmean(accuracies), n_images)} ({low}–{high})"


def _slice(group: Group, results: Results) -> str:
    steps = next((run.steps.n_steps for run in group.ok if run.steps), None)
    text = f"{group.label}: "
    if group.first.scope == "slice":
        text += "a slice of " + (counted(steps, "step") if steps is not None else "the training") + ", for its cost"
    else:
        text += "trained, but not classified with its own weights"
    accuracies = [run.evaluation.accuracy for run in group.evaluated if run.evaluation]
    if not accuracies:
        return text + "; not evaluated"
    sources = {run.evaluation.weights_from for run in group.evaluated if run.evaluation}
    who = listed(sorted(results.trainer(source) for source in sources if source is not None))
    value = share(statistics.fmean(accuracies), _n_images(group))
    return f"{text}; its accuracy {value} is that of weights trained by {who or 'itself, so far as it went'}"


def _reading(full: list[Group]) -> str:
    n_seeds = min(len(group.ok) for group in full)
    text = f"Descriptive only, no test: with {counted(n_seeds, 'seed')} a head, means and ranges are shown as they are."
    group = next((group for group in full if group.evaluated), None)
    if group is None:
        return text
    n_images = _n_images(group)
    accuracy = statistics.fmean(run.evaluation.accuracy for run in group.evaluated if run.evaluation)
    error = 100 * math.sqrt(accuracy * (1 - accuracy) / n_images)
    return (
        f"{text} Which {n_images:,} images are the test images moves an accuracy of {share(accuracy, n_images)} by "
        f"±{error:.1f} percentage points (one standard error), seeds aside."
    )


def _protocol(full: list[Group]) -> list[str]:
    """Say where the runs depart from the paper's data and epochs."""
    apart = []
    for group in full:
        spec, images = group.first.spec, group.ok[0].dataset
        parts = [] if spec.data.name == paper.DATASET else [f"data set {spec.data.name}"]
        if images and (images.n_train, images.n_validation, images.n_test) != (
            paper.N_TRAIN,
            paper.N_VALIDATION,
            paper.N_TEST,
        ):
            parts.append(f"{images.n_train:,} / {images.n_validation:,} / {images.n_test:,} images")
        if spec.training.epochs != paper.EPOCHS:
            parts.append(counted(spec.training.epochs, "epoch"))
        if parts and ", ".join(parts) not in apart:
            apart.append(", ".join(parts))
    if not apart:
        return ["Images and epochs are the paper's: 3,200 / 800 / 1,000 MNIST images, 20 epochs."]
    return [
        f"Not the paper's protocol ({'; '.join(apart)} instead of 3,200 / 800 / 1,000 MNIST images, 20 epochs): accuracies "
        "do not compare with the published ones."
    ]


def _machines(results: Results) -> list[str]:
    lines = []
    by_machine: dict[str, list[float]] = {}
    cores: dict[str, int] = {}
    for run in results.runs:
        found = run.environment
        if found is None:
            continue
        threads = counted(found.torch_threads, "torch thread")
        device = "" if found.torch_device == "cpu" else f", torch on {clean(found.torch_device)}"
        name = f"{clean(found.cpu)}, {counted(found.n_cores, 'core')}, {threads} a run{device}"
        by_machine.setdefault(name, []).append(found.load_average)
        cores[name] = found.n_cores
    for name, loads in by_machine.items():
        line = f"{name}. Load when the runs began: {min(loads):.2f} to {max(loads):.2f}"
        if max(loads) > cores[name]:
            line += ", above the number of cores: other work slowed these runs, and their times are upper bounds"
        lines.append(line + ".")
    return lines or ["Not recorded."]


def _n_images(group: Group) -> int:
    return next(run.evaluation.n_images for run in group.evaluated if run.evaluation)
