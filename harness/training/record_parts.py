"""The parts of a run's record that training fills in: the head as built, the steps, the seconds."""

import dataclasses
import json
from typing import Any

import numpy as np
import torch

from backends.errors import OutputError
from backends.head import QuantumHead
from backends.registry import head_class
from harness.data.dataset import Dataset
from harness.data.split import Split
from harness.heads import summary
from harness.records.certificate import Certificate
from harness.records.record import (
    PHASES,
    DatasetFacts,
    Environment,
    Epoch,
    Evaluation,
    GradientFidelity,
    HeadFacts,
    Steps,
    Times,
)
from harness.spec import RunSpec
from harness.training.model import Classifier
from harness.training.state import History
from harness.training.timing import Clock


@dataclasses.dataclass
class RecordParts:
    """The parts of a record that are known so far; a run that fails keeps those it came to. See ``RunRecord``."""

    environment: Environment | None = None
    dataset: DatasetFacts | None = None
    head: HeadFacts | None = None
    epochs: list[Epoch] = dataclasses.field(default_factory=list)
    steps: Steps | None = None
    weights_sha256: str | None = None
    evaluation: Evaluation | None = None
    official: Evaluation | None = None
    fidelity: list[GradientFidelity] = dataclasses.field(default_factory=list)
    times: Times | None = None


def dataset_facts(dataset: Dataset, split: Split) -> DatasetFacts:
    """Return which images a run uses."""
    return DatasetFacts(
        name=dataset.name,
        sha256=dataset.facts.sha256,
        shape=dataset.facts.shape,
        class_names=dataset.facts.class_names,
        n_train=len(split.training.labels),
        n_validation=len(split.validation.labels),
        n_test=len(split.test.labels),
    )


def head_facts(spec: RunSpec, classifier: Classifier) -> HeadFacts:
    """Return what the head of a classifier is.

    Raises:
        OutputError: its ``provenance()`` returned something else than a dictionary of JSON values.
    """
    head = classifier.head
    n_parameters = sum(values.numel() for values in classifier.trained_parameters)
    n_head_parameters = sum(values.numel() for values in head.parameters() if values.requires_grad)
    if not isinstance(head, QuantumHead):
        return HeadFacts(
            summary=summary(spec.head),
            n_parameters=n_parameters,
            n_head_parameters=n_head_parameters,
            gradient="autograd",
            n_circuits=0,
            n_angles=0,
            circuit=None,
            provenance={},
            checked=True,
        )
    return HeadFacts(
        summary=summary(spec.head),
        n_parameters=n_parameters,
        n_head_parameters=n_head_parameters,
        gradient=head.gradient,
        n_circuits=head.n_circuits,
        n_angles=head.circuit.n_angles,
        circuit=dataclasses.asdict(head.circuit),
        provenance=_provenance(head),
        setup_evaluations=head.tally.setup.executed,
        setup_shots=head.tally.setup.shots,
        skipped_angles={angle + 1: proof for angle, proof in sorted(head.skipped.items())},
        checked=_is_checked(spec, head),
    )


def _is_checked(spec: RunSpec, head: QuantumHead) -> bool:
    """Whether the head is one of ours or has passed ``qhb check`` as it is now."""
    certificate = Certificate.of(head_class(spec.head), head.options)
    return certificate is None or certificate.exists()


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


def steps_of(spec: RunSpec, head: torch.nn.Module, history: History) -> Steps:
    """Return what the steps of a training took, per step."""
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


def times_of(clock: Clock) -> Times:
    """Return the seconds of each phase; what belongs to none of them is ``other_s``."""
    total = clock.total
    phases = {name: clock.seconds.get(name.removesuffix("_s"), 0.0) for name in PHASES if name != "other_s"}
    return Times(**phases, other_s=max(0.0, total - sum(phases.values())), total_s=total)
