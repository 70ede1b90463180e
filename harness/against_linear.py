"""Two rows of the peers table that no vendor is part of: training through a response table, over the classical rival's."""

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backends.peers.measure import Row, Seconds, Side, in_turn, summary
from harness import data
from harness.errors import HarnessError
from harness.heads import build_head
from harness.model import Classifier
from harness.run import perform
from harness.spec import Run, RunSpec, TrainingSpec
from harness.timing import Clock
from harness.train import train

_OURS = RunSpec(head="fake_ibm", circuit="eq7", shots=1000, options={"device": "manila"}, execution="table")
_LINEAR = RunSpec(head="linear")
_STEPS = 50
_RUN_ROUNDS = 3  # a run takes half a minute


def training_step(*, rounds: int) -> Row:
    """Time optimizer steps of the whole classifier: data, network, head, backward, update."""
    ours, linear = (Side.warmed_up(_training(spec)) for spec in (_OURS, _LINEAR))
    times = in_turn(ours, linear, rounds=rounds)
    return _row("training step, fake_ibm table over linear head", 1.10, times, scale=1 / _STEPS)


def whole_run(*, rounds: int) -> Row:
    """Time whole runs by the paper's protocol: table, 20 epochs, validation after each, test images."""
    with tempfile.TemporaryDirectory() as folder:
        ours, linear = (Side(_run(spec, Path(folder))) for spec in (_OURS, _LINEAR))
        times = in_turn(ours, linear, rounds=min(rounds, _RUN_ROUNDS))
    row = _row("whole run by the paper's protocol, fake_ibm table over linear head", 1.15, times)
    split = data.split(data.load(_LINEAR.data.name), _LINEAR.data, seed=_LINEAR.seed)
    images = len(split.training.labels) * _LINEAR.training.epochs
    return dataclasses.replace(row, images=images, peer_images=images)


def _row(name: str, target: float, times: list[tuple[Seconds, Seconds]], *, scale: float = 1.0) -> Row:
    return Row(
        row=name,
        ours="fake_ibm (manila) table, 1,000 shots",
        peer="linear head",
        target=target,
        target_is="at most",
        rounds=len(times),
        **summary(times, scale=(scale, scale), target_is="at most"),
    )


def _training(spec: RunSpec) -> Callable[[], Any]:
    split = data.split(data.load(spec.data.name), spec.data, seed=spec.seed)
    classifier = Classifier(build_head(spec, n_classes=data.N_CLASSES), spec.model, seed=spec.seed)
    steps = TrainingSpec(max_steps=_STEPS)
    return lambda: train(classifier, split, steps, seed=0, clock=Clock(), progress=lambda done, total, loss: None)


def _run(spec: RunSpec, folder: Path) -> Callable[[], Any]:
    def call() -> None:
        record = perform(
            Run("0" * 64, spec.title, spec), attempt=1, weights_of=lambda run_id: folder / f"{run_id}.safetensors"
        )
        if record.failure:
            raise HarnessError(f"run {spec.title} is {record.status}: {record.failure.message}")

    return call
