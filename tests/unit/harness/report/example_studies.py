"""Studies whose answers to each test image a test decides."""

from collections.abc import Mapping

import numpy as np
from unit.harness.report.example_records import LINEAR, environment, record

from harness.records.packed import pack
from harness.records.record import DatasetFacts, Evaluation, RunRecord
from harness.report.numbers.groups import Group, Results
from harness.training.metrics import class_scores, confusion_matrix, macro

DATASET = DatasetFacts(
    name="mnist-5000",
    sha256="d",
    n_train=1,
    n_validation=1,
    n_test=1,
    shape=(1, 28, 28),
    class_names=tuple("0123456789"),
)


def scored(right: np.ndarray) -> Evaluation:
    """Return the evaluation of images of classes 0, 1, ..., 9, 0, ...; a wrong answer is the next class."""
    true = np.arange(len(right)) % 10
    predicted = np.where(right, true, (true + 1) % 10)
    confusion = confusion_matrix(true, predicted, n_classes=10)
    scores = class_scores(confusion)
    return Evaluation(
        weights_from=None, n_images=len(right), accuracy=float(np.mean(right)), loss=1.5,
        macro_precision=macro([score.precision for score in scores]), macro_recall=macro([score.recall for score in scores]),
        macro_f1=macro([score.f1 for score in scores]), classes=scores, confusion=confusion.tolist(),
        predictions=pack(predicted), labels=pack(true, beside=predicted), seconds=1, circuit_evaluations=0, shots=0,
    )  # fmt: skip


def answered(label: str, right: np.ndarray, *, first_seed: int = 0, **changes: object) -> list[RunRecord]:
    """Return a run for each row of ``right``, bool, shape (n_seeds, n_images); of the linear head where that is the label."""
    spec = LINEAR if label == "linear" else {}
    known = {"environment": environment(), "dataset": DATASET, "weights_sha256": "w", "spec": spec, **changes}
    return [
        record(label, seed=first_seed + row, **{"evaluation": scored(by_image), **known, "spec": dict(known["spec"])})
        for row, by_image in enumerate(right)
    ]


def answers(shares: list[float], *, n_images: int = 1000, seed: int = 0) -> np.ndarray:
    """Return answers with these shares of right ones by seed, bool, shape (n_seeds, n_images)."""
    draws = np.random.default_rng(seed).permuted(np.tile(np.arange(n_images), (len(shares), 1)), axis=1)
    return draws < np.array(shares)[:, None] * n_images


def results_of(groups: Mapping[str, list[RunRecord]]) -> Results:
    """Return results with one group a label."""
    return Results(tuple(Group(label, tuple(runs)) for label, runs in groups.items()), ())
