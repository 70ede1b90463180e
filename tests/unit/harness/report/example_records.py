"""Records with round numbers, for tests whose results are computed by hand."""

import numpy as np

from harness.records.packed import pack
from harness.records.record import PHASES, Environment, Epoch, Evaluation, Failure, HeadFacts, RunRecord, Steps, Times
from harness.spec import RunSpec, TrainingSpec
from harness.training.metrics import class_scores, macro

SLICE = TrainingSpec(max_steps=10)


def evaluation(n_right: int, *, weights_from: str | None = None) -> Evaluation:
    """Return 100 images, ten a digit; ``n_right`` of those of digit 0 are right, the others are taken for 1."""
    confusion = [[10 if row == column else 0 for column in range(10)] for row in range(10)]
    confusion[0][0], confusion[0][1] = n_right, 10 - n_right
    true = np.repeat(np.arange(10), 10)
    predicted = true.copy()
    predicted[n_right:10] = 1
    scores = class_scores(np.array(confusion))
    return Evaluation(
        weights_from=weights_from, n_images=100, accuracy=(90 + n_right) / 100, loss=1.5,
        macro_precision=macro([score.precision for score in scores]), macro_recall=macro([score.recall for score in scores]),
        macro_f1=macro([score.f1 for score in scores]), classes=scores, confusion=confusion, predictions=pack(predicted), labels=pack(true, beside=predicted),
        seconds=1, circuit_evaluations=0, shots=0,
    )  # fmt: skip


def scored(right: np.ndarray) -> Evaluation:
    """Return images of the classes 0, 1, ..., 9, 0, ...; those that are not right are taken for the next class."""
    true = np.arange(len(right)) % 10
    predicted = np.where(right, true, (true + 1) % 10)
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (true, predicted), 1)
    scores = class_scores(confusion)
    return Evaluation(
        weights_from=None, n_images=len(right), accuracy=float(np.mean(right)), loss=1.5,
        macro_precision=macro([score.precision for score in scores]), macro_recall=macro([score.recall for score in scores]),
        macro_f1=macro([score.f1 for score in scores]), classes=scores, confusion=confusion.tolist(),
        predictions=pack(predicted), labels=pack(true, beside=predicted), seconds=1, circuit_evaluations=0, shots=0,
    )  # fmt: skip


def study(label: str, n_seeds: int, accuracy: float, *, n_images: int = 1000, **changes: object) -> list[RunRecord]:
    """Return runs of some seeds, each right on a random part of the images."""
    found = []
    for seed in range(n_seeds):
        rng = np.random.default_rng([seed, *label.encode()])
        found.append(record(label, seed=seed, evaluation=scored(rng.random(n_images) < accuracy), **changes))
    return found


def record(label: str, *, seed: int = 0, n_right: int | None = 10, seconds: float = 10, **changes: object) -> RunRecord:
    """Return a record of a quantum head of 10 circuits with 4 angles, batch 32, unless changed."""
    spec = {"head": "statevector", "circuit": "eq7", "shots": 1000, **changes.pop("spec", {})}
    quantum = spec["circuit"] is not None
    n = 1 if quantum else 0
    known = {
        "run_id": f"{label}-{seed}", "label": label, "spec": RunSpec(seed=seed, **spec), "attempt": 1, "status": "ok",
        "started_at": "2026-01-01T00:00:00Z", "seconds": seconds,
        "head": HeadFacts(summary="", n_parameters=5, n_head_parameters=0, gradient="parameter-shift", n_circuits=10 * n,
                          n_angles=4 * n, circuit=None, provenance={}, checked=True),
        "epochs": [Epoch(epoch=1, train_loss=2, train_accuracy=0.5, validation_loss=1.9, validation_accuracy=0.6)],
        "steps": Steps(n_steps=100, batch_size=32, step_s_median=seconds / 1000, step_s_p10=0, step_s_p90=1,
                       forward_evaluations=320 * n, backward_evaluations=2560 * n, executed_evaluations=2000 * n,
                       formula_evaluations=2880 * n, shots=2_880_000 * n, head_seconds=4 * n),
        "times": Times(**dict.fromkeys(PHASES, 1.0), total_s=8),
        "evaluation": evaluation(n_right) if n_right is not None else None, "peak_rss_mib": 100 + seed,
    }  # fmt: skip
    known |= changes
    known["scope"] = known["spec"].scope
    return RunRecord(**known)


LINEAR = {"head": "linear", "circuit": None, "shots": None}


def failing(label: str, seed: int = 0, **changes: object) -> RunRecord:
    """Return a run that diverged before it was measured."""
    failure = Failure(kind="DivergedError", message="the loss is nan", traceback="", log_tail=[])
    gone = dict.fromkeys(("head", "steps", "times", "evaluation", "peak_rss_mib"))
    return record(label, seed=seed, n_right=None, status="diverged", failure=failure, epochs=[], **gone, **changes)


def environment(**changes: object) -> Environment:
    """Return a machine with 2 cores, and runs of one torch thread, unless changed."""
    known = {
        "versions": {"quantum-head-bench": "0.1.0"}, "python": "3", "platform": "Linux", "cpu": "a cpu", "n_cores": 2,
        "torch_threads": 1, "load_average": 0.0, "torch_device": "cpu", "git_commit": None,
    }  # fmt: skip
    return Environment(**{**known, **changes})
