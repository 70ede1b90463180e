"""One run, from spec to record: data -> classifier -> training -> test images. Executed in a child process (execution/child.py)."""

import traceback
from collections.abc import Callable
from pathlib import Path

import torch

from backends.errors import AnglesError, ConfigError, OutputError
from backends.head import QuantumHead
from backends.sampling import stream_seed
from harness.data.dataset import DataFacts
from harness.data.load import load
from harness.data.split import official, split
from harness.errors import DiskError, DivergedError
from harness.features.resolve import resolve_features
from harness.heads import ResolvedBaseline, ResolvedHead, build_head, exact_twin, resolve_head
from harness.records import sealed
from harness.records.environment import environment, peak_rss_mib
from harness.records.record import Failure, RunRecord, Status, now
from harness.spec import Run, RunSpec
from harness.training import random_streams
from harness.training.checkpoint import Checkpoints
from harness.training.evaluation import evaluate
from harness.training.fidelity import GradientComparison
from harness.training.model import Classifier
from harness.training.record_parts import RecordParts, dataset_facts, head_facts, steps_of, times_of
from harness.training.timing import Clock
from harness.training.train import StepCallback, train
from harness.training.weights import load_weights

TORCH_THREADS = 1  # ours: one run, one thread, so that its bits do not depend on how many runs are made side by side


def perform(
    run: Run,
    *,
    attempt: int,
    weights_of: Callable[[str], Path],
    checkpoints: Checkpoints | None = None,
    data_root: Path | None = None,
    progress: StepCallback = lambda done, total, loss: None,
    debug: Callable[[BaseException], None] | None = None,
) -> RunRecord:
    """Make a run and return its record; an exception becomes a status.

    Args:
        run: What to make.
        attempt: 1 for the first try.
        weights_of: Returns the file of a run's trained weights; this run's are written there, another's are read.
        checkpoints: Of this run; with them it continues where an earlier process stopped.
        data_root: torchvision's folder, for data sets that are not embedded.
        progress: Called after each step.
        debug: Called with an exception before it becomes a status.

    Raises:
        DiskError: the store takes no more, which says nothing of the run.
    """
    torch.set_num_threads(TORCH_THREADS)
    started_at = now()
    clock = Clock(run.spec.training.torch_device)
    parts = RecordParts()
    failure: Failure | None = None
    status: Status = "ok"
    try:
        _perform(
            run, parts, clock, weights_of=weights_of, checkpoints=checkpoints, data_root=data_root, progress=progress
        )
    except DiskError:
        raise
    except (Exception, SystemExit) as error:  # every failure is a record; nothing is hidden
        if debug:
            debug(error)
        status = status_of(error)
        text = "".join(traceback.format_exception(error))
        failure = Failure(kind=type(error).__name__, message=str(error), traceback=text, log_tail=[])
    return RunRecord(
        run_id=run.run_id,
        label=run.label,
        spec=run.spec,
        attempt=attempt,
        status=status,
        started_at=started_at,
        seconds=clock.total,
        scope=run.spec.scope,
        head=parts.head,
        dataset=parts.dataset,
        epochs=parts.epochs,
        steps=parts.steps,
        times=parts.times,
        evaluation=parts.evaluation,
        official=parts.official,
        fidelity=parts.fidelity,
        peak_rss_mib=peak_rss_mib(),
        environment=parts.environment,
        failure=failure,
        resumed_at=checkpoints.resumed_at if checkpoints else None,
        notes=checkpoints.notes if checkpoints else [],
        weights_sha256=parts.weights_sha256,
    )


def status_of(error: BaseException) -> Status:
    """Return the status that an exception stands for."""
    if isinstance(error, (DivergedError, AnglesError)):
        return "diverged"
    return "invalid_output" if isinstance(error, OutputError) else "failed"


def _perform(
    run: Run,
    parts: RecordParts,
    clock: Clock,
    *,
    weights_of: Callable[[str], Path],
    checkpoints: Checkpoints | None,
    data_root: Path | None,
    progress: StepCallback,
) -> None:
    """Make a run; put each part of its record into ``parts`` as soon as it is known."""
    spec = run.spec
    device = spec.training.torch_device
    with clock.phase("setup"):
        parts.environment = environment(device)
        dataset = load(spec.data, data_root=data_root)
        images = split(dataset, spec.data, seed=spec.seed).to(device)
        shape, n_classes = dataset.facts.shape, dataset.facts.n_classes
        resolved = resolved_as_asked(spec, dataset.facts)
        head = build_head(spec, resolved)
        classifier = Classifier(head, spec.model, shape=shape, n_classes=n_classes, seed=spec.seed).to(device)
        comparison = _comparison(spec, resolved, classifier.head)
    parts.dataset = dataset_facts(dataset, images)
    parts.head = head_facts(spec, classifier)

    if spec.scope == "evaluation":
        random_streams.seed_all(stream_seed(spec.seed, "process", 0))  # as training does, for heads that draw from them
    else:
        history = train(
            classifier,
            images,
            spec.training,
            seed=spec.seed,
            clock=clock,
            progress=progress,
            checkpoints=checkpoints,
            comparison=comparison,
        )
        parts.head = head_facts(spec, classifier)  # with what earlier processes of this run took to set it up
        parts.epochs, parts.fidelity = history.epochs, history.fidelity
        parts.steps = steps_of(spec, classifier.head, history)

    if spec.weights_from is not None:
        load_weights(classifier, weights_of(spec.weights_from), spec.weights_from)
    elif spec.scope == "full":
        parts.weights_sha256 = sealed.write(weights_of(run.run_id), classifier.state_dict(), {"run_id": run.run_id})
    if spec.scope != "slice" or spec.weights_from is not None:
        parts.evaluation = evaluate(classifier, images.test, clock, n_classes=n_classes, weights_from=spec.weights_from)
    if spec.scope != "slice":
        with clock.phase("evaluation"):
            own_test = official(dataset, spec.data, images)
        if own_test is not None:  # after the split's test images, whose shots are then the same with and without
            parts.official = evaluate(
                classifier, own_test.to(device), clock, n_classes=n_classes, weights_from=spec.weights_from
            )
    parts.times = times_of(clock)


def resolved_as_asked(spec: RunSpec, facts: DataFacts) -> ResolvedHead | ResolvedBaseline:
    """Return what the names in a spec stand for.

    Raises:
        HeadError: something in it cannot be used, or head or feature extractor is not the one that was asked for.
    """
    resolved = resolve_head(spec, n_classes=facts.n_classes)
    features = resolve_features(spec, resolved, shape=facts.shape)
    for what, kind, asked, found in (
        (f"head {spec.head!r}", "head", spec.head_code, resolved.code),
        (f"feature extractor {spec.model.features!r}", "one", spec.features_code, features.code),
    ):
        if asked is not None and found != asked:
            raise ConfigError(
                f"{what} is not the one that was asked for: expected code with SHA-256 {asked[:12]}, got {str(found)[:12]}; "
                f"it was edited since, or another version is installed here; to run the present {kind}, use qhb run PLAN"
            )
    return resolved


def _comparison(
    spec: RunSpec, resolved: ResolvedHead | ResolvedBaseline, head: torch.nn.Module
) -> GradientComparison | None:
    """Return what compares the gradients of a training; None where the spec does not ask for it, or nothing is trained."""
    every = spec.training.fidelity_every
    if every is None or spec.scope == "evaluation":
        return None
    assert isinstance(resolved, ResolvedHead)  # resolve_head refuses it for a classical head
    assert isinstance(head, QuantumHead)
    return GradientComparison(exact_twin(resolved, head).to(spec.training.torch_device), every)
