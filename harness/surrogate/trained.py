"""The classifier of a recorded run with its trained weights, and the heads that it is compared with."""

import dataclasses
from pathlib import Path

import torch

from backends.head import QuantumHead
from backends.registry import head_class
from baselines import BASELINES
from harness.data.dataset import Samples
from harness.data.division import divide
from harness.data.load import load
from harness.data.split import SampleTensors, Scaling, split
from harness.errors import DatasetError, PlanError, StoreError
from harness.heads import build_head
from harness.records.disk import is_there
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import RunSpec
from harness.training.model import Classifier
from harness.training.perform import resolved_as_asked
from harness.training.weights import load_weights

_SHOTS = 10_000  # of an evaluation of a head that only samples, where its run had an estimated table


@dataclasses.dataclass(frozen=True)
class Trained:
    """A trained classifier whose head gives exact probabilities.

    Attributes:
        record: Of the run.
        classifier: Its head is the backend's own, without shots, table or channels. Of a head that only samples and has
            no noise it is the ``statevector`` head, with the same circuit and weights.
        sampled: The head itself with the same weights, where it only samples; None where the classifier's head is it.
        samples: The test samples, as they are in the data set.
        scaled: The same, as the classifier takes them.
        scaling: What makes the latter of the former.
    """

    record: RunRecord
    classifier: Classifier
    sampled: QuantumHead | None
    samples: Samples
    scaled: SampleTensors
    scaling: Scaling

    @property
    def head(self) -> QuantumHead:
        """The classifier's head."""
        return _quantum(self.classifier.head)


def trained(store: Store, record: RunRecord, *, data_root: Path | None = None) -> Trained:
    """Return the classifier of a run as it was trained.

    Args:
        store: The run's results folder.
        record: The run's record.
        data_root: torchvision's folder, for data sets that are read from there.

    Raises:
        PlanError: the head has no exact function, or the run keeps no weights.
        StoreError: the weights are missing or damaged.
        DatasetError: the images are missing, or not those of the run.
        HeadError: the head is not the one of the run, or cannot be set up.
    """
    spec = record.spec
    _check_head(record)
    path, run_id = _weights_of(store, record)
    dataset = load(spec.data, data_root=data_root)
    if record.dataset is not None and record.dataset.sha256 != dataset.facts.sha256:
        raise DatasetError(
            f"data set {spec.data.name!r} is not the one of run {record.run_id[:12]}: expected SHA-256 "
            f"{record.dataset.sha256[:12]}, found {dataset.facts.sha256[:12]}; give --data-root the folder that the run had"
        )
    native = _natively(spec)
    resolved = resolved_as_asked(native, dataset.facts)
    only_samples = not head_class(spec.head).capabilities.analytic
    if only_samples:
        exact_spec = native.model_copy(update={"head": "statevector", "head_code": None, "options": {}, "shots": None})
        exact = resolved_as_asked(exact_spec, dataset.facts)
    else:
        exact_spec, exact = native.model_copy(update={"shots": None}), resolved
    head, facts = build_head(exact_spec, exact), dataset.facts
    classifier = Classifier(head, spec.model, shape=facts.shape, n_classes=facts.n_classes, seed=spec.seed)
    load_weights(classifier, path, run_id)
    sampled = None
    if only_samples:
        sampled = _quantum(build_head(native.model_copy(update={"shots": spec.shots or _SHOTS}), resolved))
        sampled.weights = _quantum(classifier.head).weights
    parts = split(dataset, spec.data, seed=spec.seed)
    samples = dataset.test
    if spec.data.test == "split":
        place = divide(dataset, spec.data, seed=spec.seed).test
        samples = Samples(dataset.training.values[place], dataset.training.labels[place])
    return Trained(record, classifier.eval(), sampled, samples, parts.test, parts.scaling)


def _quantum(head: torch.nn.Module) -> QuantumHead:
    assert isinstance(head, QuantumHead)
    return head


def _natively(spec: RunSpec) -> RunSpec:
    """Return what asks for the backend itself. What only changes how gradients are made is left out."""
    training = spec.training.model_copy(update={"skip_dead_angles": False, "fidelity_every": None})
    return spec.model_copy(update={"execution": "native", "training": training})


def _check_head(record: RunRecord) -> None:
    spec = record.spec
    name = f"run {record.run_id[:12]} ({record.label}, seed {spec.seed})"
    if spec.head in BASELINES:
        raise PlanError(
            f"{name} has the classical head {spec.head!r}: it has no circuit that could be replaced; name a run with a "
            "quantum head"
        )
    able = head_class(spec.head).capabilities
    if able.noisy and not able.analytic:
        raise PlanError(
            f"{name}: head {spec.head!r} has noise and only samples, so its exact function is not known; name a run with a "
            "head that has exact answers, for example fake_ibm"
        )


def _weights_of(store: Store, record: RunRecord) -> tuple[Path, str]:
    """Return the file of the weights that a run classified with, and the run that trained them."""
    name = f"run {record.run_id[:12]} ({record.label}, seed {record.spec.seed})"
    run_id = record.spec.weights_from or record.run_id
    if record.status != "ok":
        raise PlanError(f"{name} ended as {record.status}; expected a run that is ok")
    if record.scope == "slice" and record.spec.weights_from is None:
        raise PlanError(f"{name} is a slice, which keeps no weights; name a run that was trained to its end")
    path = store.weights_of(run_id)
    if not is_there(path):
        raise StoreError(
            f"{name} has no weights here: expected {path}; a results folder that holds records alone, such as "
            "results/reference, has none. Make the run again: qhb run PLAN --results ANOTHER-FOLDER"
        )
    return path, run_id
