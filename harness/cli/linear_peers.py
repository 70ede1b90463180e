"""Two rows of the peers table without a vendor: training through a response table, compared with the linear head."""

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backends.peers.measure import Candidate, Comparison, Row
from harness.data.division import sizes_of
from harness.data.load import facts_of, load
from harness.data.split import split
from harness.errors import HarnessError
from harness.heads import build_head, resolve_head
from harness.spec import Run, RunSpec, TrainingSpec
from harness.training.model import Classifier
from harness.training.perform import perform
from harness.training.timing import Clock
from harness.training.train import train

_OURS = RunSpec(head="fake_ibm", circuit="eq7", shots=1000, options={"device": "manila"}, execution="table")
_LINEAR = RunSpec(head="linear")
_STEPS = 50
_RUN_ROUNDS = 3  # a run takes a quarter of a minute
STEP = Row(
    "training step, fake_ibm table over linear head",
    "fake_ibm (manila) table, 1,000 shots",
    "linear head",
    target=1.05,
    target_is="at most",
)
RUN = dataclasses.replace(STEP, row="whole run by the paper's protocol, fake_ibm table over linear head", target=1.15)


def training_step() -> Comparison:
    """Return the comparison of optimizer steps of the whole classifier: data, network, head, backward, update."""
    ours, linear = (Candidate.warmed_up(_training(spec)) for spec in (_OURS, _LINEAR))
    return Comparison(STEP, ours, linear, scale=(1 / _STEPS, 1 / _STEPS))


def whole_run() -> Comparison:
    """Return the comparison of whole runs by the paper's protocol: 20 epochs, validation after each, test images."""
    images = sizes_of(_LINEAR.data, facts_of(_LINEAR.data)).training * _LINEAR.training.epochs
    row = dataclasses.replace(RUN, images=images, peer_images=images)
    return Comparison(row, Candidate(_run(_OURS)), Candidate(_run(_LINEAR)), most_rounds=_RUN_ROUNDS)


def _training(spec: RunSpec) -> Callable[[], Any]:
    dataset = load(spec.data)
    images = split(dataset, spec.data, seed=spec.seed)
    shape, n_classes = dataset.facts.shape, dataset.facts.n_classes
    head = build_head(spec, resolve_head(spec, n_classes=n_classes))
    classifier = Classifier(head, spec.model, shape=shape, n_classes=n_classes, seed=spec.seed)
    steps = TrainingSpec(max_steps=_STEPS)
    return lambda: train(classifier, images, steps, seed=0, clock=Clock(), progress=lambda done, total, loss: None)


def _run(spec: RunSpec) -> Callable[[], Any]:
    def call() -> None:
        with tempfile.TemporaryDirectory() as folder:
            weights = Path(folder) / "weights.safetensors"
            record = perform(Run("0" * 64, spec.title, spec), attempt=1, weights_of=lambda run_id: weights)
        if record.failure:
            raise HarnessError(f"run {spec.title} is {record.status}: {record.failure.message}")

    return call
