"""The first screen in plain sentences: what was trained, what was only timed, what went wrong, on which machine."""

import dataclasses
import math

import pandas as pd

from harness.records.record import STATUSES, RunRecord
from harness.report import paper
from harness.report.groups import Group, Results
from harness.report.tables import Row
from harness.text import Missing, clean, counted, share


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


def statements(results: Results, comparison: pd.DataFrame) -> list[Statement]:
    """Return what the page says first; every number is one of the comparison's."""
    if not results.runs:
        return [Statement("Runs", ["None. There is no record to report on."])]
    rows: dict[str, Row] = {row["label"]: row for row in comparison.to_dict("records")}
    full = [group for group in results.groups if group.full]
    others = [group for group in results.groups if group.ok and not group.full]
    found = [
        Statement("Runs", [f"{_statuses(results)}.", *_interrupted(results)]),
        Statement("Trained fully", [_full(rows[group.label]) for group in full] or ["No head."]),
    ]
    if others:
        found.append(Statement("Not trained fully", [_other(rows[group.label]) for group in others]))
    differences = [_difference(row) for row in rows.values() if row["pairs"]]
    if differences:
        found.append(Statement("Against linear", differences))
    if full:
        found.append(Statement("Reading", [*_reading([rows[group.label] for group in full]), *_protocol(full)]))
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


def _interrupted(results: Results) -> list[str]:
    """Say which runs went on from a checkpoint, and what was noted of a run on the way."""
    lines = []
    for run in results.runs:
        who = f"{results.label_of[run.run_id]}, seed {run.spec.seed}"
        if run.resumed_at is not None:
            lines.append(
                f"{who}: went on from a checkpoint at step {run.resumed_at}; its times are sums over its processes"
            )
        lines += [f"{who}: {clean(note)}" for note in run.notes]
    return lines


def _full(row: Row) -> str:
    text = f"{row['label']}: {counted(row['runs_ok'], 'seed')}"
    if not row["runs_evaluated"]:
        return f"{text}, not evaluated"
    mean, least, most = (share(row[f"accuracy_{name}"], row["test_images"]) for name in ("mean", "min", "max"))
    several = row["runs_evaluated"] > 1
    return f"{text}, mean accuracy {mean} ({least}–{most})" if several else f"{text}, accuracy {mean}"


def _other(row: Row) -> str:
    if row["scope"] == "full":
        text = f"{row['label']}: trained, but classified with weights {row['weights']}"
    else:
        steps = "some steps" if isinstance(row["steps"], Missing) else counted(round(row["steps"]), "step")
        text = f"{row['label']}: a slice of {steps}, for its cost"
        if row["runs_evaluated"]:
            text += f"; weights {row['weights']}"
    if not row["runs_evaluated"]:
        return f"{text}; not evaluated"
    return f"{text}: accuracy {share(row['accuracy_mean'], row['test_images'])}"


def _difference(row: Row) -> str:
    mean, least, most = (f"{row[f'difference_pp_{name}']:+.2f}".replace("-", "−") for name in ("mean", "min", "max"))
    pairs = f"mean of {row['pairs']} pairs with the same seed, {least} to {most}" if row["pairs"] > 1 else "one pair"
    return f"{row['label']}: {mean} percentage points ({pairs})"


def _reading(rows: list[Row]) -> list[str]:
    seeds = sorted({row["runs_ok"] for row in rows})
    number = counted(seeds[0], "seed") if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} seeds"
    text = f"Descriptive only, no test: with {number} a head, means and ranges are shown as they are."
    row = next((row for row in rows if row["runs_evaluated"]), None)
    if row is None:
        return [text]
    accuracy, n_images = row["accuracy_mean"], row["test_images"]
    error = 100 * math.sqrt(accuracy * (1 - accuracy) / n_images)
    return [
        text,
        f"Other {n_images:,} test images would move an accuracy of {share(accuracy, n_images)} by about ±{error:.1f} "
        "percentage points (one standard error, binomial), whatever the seeds.",
    ]


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
        return [
            "As many images and epochs as the paper's: 3,200 / 800 / 1,000 of MNIST, 20 epochs. Which images is our choice."
        ]
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
