"""One run, from spec to record: data -> classifier -> training -> test images. Runs in a process of its own (child.py)."""

import dataclasses
import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from backends.errors import AnglesError, ConfigError, OutputError
from backends.head import QuantumHead
from harness.errors import DiskError, DivergedError, StoreError
from harness.heads import build_head, code_of_head, summary
from harness.records import sealed
from harness.records.environment import environment, peak_rss_mib
from harness.records.record import (
    PHASES,
    DatasetFacts,
    Evaluation,
    Failure,
    HeadFacts,
    RunRecord,
    Status,
    Steps,
    Times,
    now,
)
from harness.spec import N_CLASSES, Run, RunSpec
from harness.training import data
from harness.training.checkpoint import Checkpoints
from harness.training.metrics import class_scores, confusion_matrix, macro
from harness.training.model import Classifier
from harness.training.state import History
from harness.training.timing import Clock
from harness.training.train import Progress, classify, train

TORCH_THREADS = 1  # ours: one run, one thread, so that its bits do not depend on how many run side by side


def perform(
    run: Run,
    *,
    attempt: int,
    weights_of: Callable[[str], Path],
    checkpoints: Checkpoints | None = None,
    data_root: Path | None = None,
    progress: Progress = lambda done, total, loss: None,
    debug: Callable[[BaseException], None] | None = None,
) -> RunRecord:
    """Make a run and return its record: an exception becomes a status.

    Args:
        run: What to do.
        attempt: 1 for the first try.
        weights_of: Where the weights of a run id are kept; this run's are written there, another's read.
        checkpoints: Of this run; with them it goes on where an earlier process stopped.
        data_root: torchvision's folder, for data sets that are not embedded.
        progress: Called after each step.
        debug: Given an exception before it becomes a status.
    Raises:
        DiskError: the store takes no more, which says nothing of the run.
    """
    torch.set_num_threads(TORCH_THREADS)
    started_at = now()
    clock = Clock(run.spec.training.torch_device)
    known: dict[str, Any] = {}
    failure: Failure | None = None
    status: Status = "ok"
    try:
        _perform(
            run, known, clock, weights_of=weights_of, checkpoints=checkpoints, data_root=data_root, progress=progress
        )
    except DiskError:
        raise
    except (Exception, SystemExit) as error:  # every failure is a record; nothing is hidden
        if debug:
            debug(error)
        status = status_of(error)
        text = "".join(traceback.format_exception(error))
        failure = Failure(kind=type(error).__name__, message=str(error), traceback=text, log_tail=[])
    if checkpoints:
        known["resumed_at"], known["notes"] = checkpoints.resumed_at, checkpoints.notes
    return RunRecord(
        run_id=run.run_id,
        label=run.label,
        spec=run.spec,
        attempt=attempt,
        status=status,
        started_at=started_at,
        seconds=clock.total,
        scope=run.spec.scope,
        peak_rss_mib=peak_rss_mib(),
        failure=failure,
        **known,
    )


def status_of(error: BaseException) -> Status:
    """Return the status that an exception stands for."""
    if isinstance(error, (DivergedError, AnglesError)):
        return "diverged"
    return "invalid_output" if isinstance(error, OutputError) else "failed"


def _perform(
    run: Run,
    known: dict[str, Any],
    clock: Clock,
    *,
    weights_of: Callable[[str], Path],
    checkpoints: Checkpoints | None,
    data_root: Path | None,
    progress: Progress,
) -> None:
    """Fill ``known`` with the parts of the record, each as soon as it is known."""
    spec = run.spec
    device = spec.training.torch_device
    with clock.phase("setup"):
        known["environment"] = environment(device)
        dataset = data.load(spec.data.name, data_root=data_root)
        split = data.split(dataset, spec.data, seed=spec.seed)
        split = data.Split(*(data.Part(*(values.to(device) for values in part)) for part in split))
        _check_code(spec)
        head = build_head(spec, n_classes=N_CLASSES)
        classifier = Classifier(head, spec.model, seed=spec.seed).to(device)
    known["dataset"] = DatasetFacts(
        name=dataset.name,
        sha256=dataset.sha256,
        n_train=len(split.training.labels),
        n_validation=len(split.validation.labels),
        n_test=len(split.test.labels),
    )
    known["head"] = _head_facts(spec, classifier)

    history = train(
        classifier, split, spec.training, seed=spec.seed, clock=clock, progress=progress, checkpoints=checkpoints
    )
    known["head"] = _head_facts(spec, classifier)  # with what earlier processes of this run took to set it up
    known["epochs"] = history.epochs
    known["steps"] = _steps(spec, head, history)

    if spec.weights_from is not None:
        _load_weights(classifier, weights_of(spec.weights_from), spec.weights_from)
    elif spec.scope == "full":
        facts = {"run_id": run.run_id}
        known["weights_sha256"] = sealed.write(weights_of(run.run_id), classifier.state_dict(), facts)
    if spec.scope == "full" or spec.weights_from is not None:
        known["evaluation"] = _evaluation(spec, classifier, split.test, clock)
    known["times"] = _times(clock)


def _check_code(spec: RunSpec) -> None:
    if spec.head_code is not None and (found := code_of_head(spec)) != spec.head_code:
        raise ConfigError(
            f"head {spec.head!r} is not the one that was asked for: expected code with SHA-256 {spec.head_code[:12]}, got "
            f"{str(found)[:12]}; it was edited since, or another version is installed here; qhb run PLAN asks for the one of now"
        )


def _load_weights(classifier: Classifier, path: Path, run_id: str) -> None:
    try:
        weights, facts = sealed.read(path)
        if facts.get("run_id") != run_id:
            raise StoreError(f"{path} holds the weights of run {facts.get('run_id')}, expected those of {run_id}")
        classifier.load_state_dict(weights)
    except (StoreError, RuntimeError) as error:
        raise StoreError(
            f"weights cannot be used: {error}; expected those of a finished run with the same model and circuit; after "
            "qhb doctor RESULTS --sweep, qhb run makes that run again"
        ) from error


def _head_facts(spec: RunSpec, classifier: Classifier) -> HeadFacts:
    head = classifier.head
    facts: dict[str, Any] = {"gradient": "autograd", "n_circuits": 0, "n_angles": 0, "circuit": None, "provenance": {}}
    if isinstance(head, QuantumHead):
        facts = {
            "gradient": head.gradient,
            "n_circuits": head.n_circuits,
            "n_angles": head.circuit.n_angles,
            "circuit": dataclasses.asdict(head.circuit),
            "provenance": _provenance(head),
            "setup_evaluations": head.tally.setup.executed,
            "setup_shots": head.tally.setup.shots,
            "skipped_angles": {angle + 1: proof for angle, proof in sorted(head.skipped.items())},
        }
    return HeadFacts(
        summary=summary(spec.head),
        n_parameters=sum(values.numel() for values in classifier.parameters()),
        n_head_parameters=sum(values.numel() for values in head.parameters()),
        **facts,
    )


def _provenance(head: QuantumHead) -> dict[str, Any]:
    found: Any = head.provenance()
    try:
        same: dict[str, Any] = json.loads(json.dumps(found, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise OutputError(
            f"{head.name}: provenance() must return JSON values, it returned {found!r}: {error}"
        ) from error
    if not isinstance(found, dict):
        raise OutputError(f"{head.name}: provenance() must return a dictionary, it returned {found!r}")
    return same


def _steps(spec: RunSpec, head: torch.nn.Module, history: History) -> Steps:
    seconds, tally = np.array(history.step_seconds), history.tally
    n_steps = len(seconds)
    evaluations_per_image = head.n_circuits * head.evaluations_per_row if isinstance(head, QuantumHead) else 0
    p10, median, p90 = np.percentile(seconds, (10, 50, 90))
    return Steps(
        n_steps=n_steps,
        batch_size=spec.training.batch_size,
        step_s_median=median,
        step_s_p10=p10,
        step_s_p90=p90,
        forward_evaluations=tally.forward.requested / n_steps,
        backward_evaluations=tally.backward.requested / n_steps,
        executed_evaluations=(tally.forward.executed + tally.backward.executed) / n_steps,
        formula_evaluations=history.n_images * evaluations_per_image / n_steps,
        shots=(tally.forward.shots + tally.backward.shots) / n_steps,
        head_seconds=tally.forward.seconds + tally.backward.seconds,
    )


def _evaluation(spec: RunSpec, classifier: Classifier, test: data.Part, clock: Clock) -> Evaluation:
    started = clock.now()
    with clock.phase("evaluation"):
        found = classify(classifier, test)
    confusion = confusion_matrix(test.labels.cpu().numpy(), found.predictions, n_classes=N_CLASSES)
    scores = class_scores(confusion)
    return Evaluation(
        weights_from=spec.weights_from,
        n_images=len(found.predictions),
        accuracy=found.accuracy,
        loss=found.loss,
        macro_precision=macro([score.precision for score in scores]),
        macro_recall=macro([score.recall for score in scores]),
        macro_f1=macro([score.f1 for score in scores]),
        classes=scores,
        confusion=confusion.tolist(),
        predictions=found.predictions.tolist(),
        seconds=clock.now() - started,
        circuit_evaluations=found.tally.forward.executed,
        shots=found.tally.forward.shots,
    )


def _times(clock: Clock) -> Times:
    total = clock.total
    phases = {name: clock.seconds.get(name.removesuffix("_s"), 0.0) for name in PHASES if name != "other_s"}
    return Times(**phases, other_s=max(0.0, total - sum(phases.values())), total_s=total)
