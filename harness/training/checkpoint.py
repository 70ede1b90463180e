"""Checkpoints: a training that was stopped continues from its newest sound one, and ends in the same bits.

Each is a sealed file (records/sealed.py) named after the number of steps. It holds the weights, the optimizer's state, every
random stream, the place in the data, the head's count of evaluations (which seeds its shots), losses, counts and seconds.
The order of the images is not in it: the training loop draws it again from the run's seed.
"""

import time
from pathlib import Path
from typing import Any

import pydantic
import torch

from backends.head import QuantumHead
from backends.tally import Tally
from harness.errors import DiskError, StoreError
from harness.records import sealed
from harness.records.disk import list_folder
from harness.records.environment import versions
from harness.records.record import Epoch, GradientFidelity
from harness.training import random_streams
from harness.training.state import EpochSums, TrainingState

SCHEMA_VERSION = 2
_KEPT = 2  # the older one is used where the newer is damaged
_LEAST_GAP = 10  # times as long as the last one took: on a slow disk that many runs share, writing takes a tenth of a run at most
_SUFFIX = ".safetensors"


class _Facts(pydantic.BaseModel):
    """What a checkpoint holds besides tensors. The first three fields say which run and program wrote it."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    run_id: str
    versions: dict[str, str]
    random: dict[str, Any]
    tally: Tally
    head_tally: Tally | None
    n_evaluated: int
    epochs: list[Epoch]
    under_way: EpochSums
    fidelity: list[GradientFidelity]
    n_images: int
    seconds: dict[str, float]
    total_s: float


class Checkpoints:
    """The checkpoints of one run.

    Attributes:
        resumed_at: The step that this process continued from, None if it began at the beginning.
        notes: A line for each checkpoint that could not be used.
    """

    def __init__(self, folder: Path, *, run_id: str, interval_s: float) -> None:
        self._folder = folder
        self._identity = {"schema_version": SCHEMA_VERSION, "run_id": run_id, "versions": versions()}
        self._interval_s = interval_s
        self._next = time.monotonic() + interval_s
        self.resumed_at: int | None = None
        self.notes: list[str] = []

    def offer(self, state: TrainingState) -> None:
        """Write a checkpoint if the last one is older than the interval, and than ten times the seconds that it took to write.

        With an interval of 0 each call writes one.

        Raises:
            DiskError: the disk refuses it.
        """
        started = time.monotonic()
        if started < self._next:
            return
        path = self._folder / f"{state.history.n_steps:09d}{_SUFFIX}"
        try:
            self._folder.mkdir(exist_ok=True)
            sealed.write(path, _tensors(state), self._facts(state).model_dump(mode="json"))
            for old in self._newest_first()[_KEPT:]:
                old.unlink(missing_ok=True)  # a Dask worker that was taken for lost may delete it too
        except OSError as error:
            raise DiskError(
                f"checkpoints in {self._folder} cannot be kept: {error.strerror or error}; free the disk"
            ) from error
        ended = time.monotonic()
        self._next = ended + (max(self._interval_s, _LEAST_GAP * (ended - started)) if self._interval_s else 0.0)

    def restore(self, state: TrainingState) -> None:
        """Set a training to its newest sound checkpoint; without one, leave it at its beginning."""
        for path in self._newest_first():
            try:
                tensors, content = sealed.read(path)
                facts = self._checked(path, content)
                _check_shapes(path, tensors, state)
            except StoreError as error:
                self.notes.append(f"{error}; not used")
                continue
            _put_back(tensors, facts, state)
            self.resumed_at = state.history.n_steps
            return
        if self.notes:
            self.notes.append("no usable checkpoint is left; the run starts from step 0")

    def _newest_first(self) -> list[Path]:
        return [
            path for path in reversed(list_folder(self._folder)) if path.name[0].isdigit() and path.suffix == _SUFFIX
        ]

    def _facts(self, state: TrainingState) -> _Facts:
        history, clock, head = state.history, state.clock, state.classifier.head
        quantum = head if isinstance(head, QuantumHead) else None
        return _Facts(
            **self._identity,
            random=random_streams.states(),
            tally=history.tally,
            head_tally=quantum.tally if quantum else None,
            n_evaluated=quantum.n_evaluated if quantum else 0,
            epochs=history.epochs,
            under_way=history.under_way,
            fidelity=history.fidelity,
            n_images=history.n_images,
            seconds=clock.seconds,
            total_s=clock.total,
        )

    def _checked(self, path: Path, content: dict[str, Any]) -> _Facts:
        for key, expected in self._identity.items():
            if content.get(key) != expected:
                raise StoreError(f"checkpoint {path} has another {key}: expected {expected}, found {content.get(key)}")
        try:
            return _Facts.model_validate(content)
        except pydantic.ValidationError as error:
            raise StoreError(f"checkpoint {path} lacks what one must hold: {error.errors()[0]['loc']}") from error


def _tensors(state: TrainingState) -> dict[str, torch.Tensor]:
    tensors = {f"model.{name}": values for name, values in state.classifier.state_dict().items()}
    for index, moments in state.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": values for name, values in moments.items()}
    tensors |= {f"random.{name}": values for name, values in random_streams.torch_states(_device(state)).items()}
    return tensors | {"step_seconds": torch.tensor(state.history.step_seconds, dtype=torch.float64)}


def _check_shapes(path: Path, tensors: dict[str, torch.Tensor], state: TrainingState) -> None:
    """Check that all weights and moments fit this model before the first one is loaded.

    Raises:
        StoreError: one does not.
    """
    expected = {f"model.{name}": values.shape for name, values in state.classifier.state_dict().items()}
    with_moments = {name.split(".")[1] for name in tensors if name.startswith("optimizer.")}
    for index, weights in enumerate(state.classifier.trained_parameters):
        if str(index) not in with_moments:  # Adam has none of weights that no sample reaches
            continue
        moments = {"step": torch.Size(), "exp_avg": weights.shape, "exp_avg_sq": weights.shape}
        expected |= {f"optimizer.{index}.{name}": shape for name, shape in moments.items()}
    found = {name: values.shape for name, values in tensors.items() if name.startswith(("model.", "optimizer."))}
    for name in sorted(expected.keys() | found):
        if expected.get(name) != found.get(name):
            raise StoreError(
                f"checkpoint {path} is of another model: {name} has shape {_shape(found.get(name))}, expected "
                f"{_shape(expected.get(name))}"
            )


def _put_back(tensors: dict[str, torch.Tensor], facts: _Facts, state: TrainingState) -> None:
    classifier, optimizer, history, clock = state
    classifier.load_state_dict(_named("model", tensors))
    weights = classifier.trained_parameters
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name, values in _named("optimizer", tensors).items():
        index, _, key = name.partition(".")
        moments.setdefault(int(index), {})[key] = _ordered_like(weights[int(index)], values)
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    random_streams.restore(_device(state), _named("random", tensors), facts.random)
    history.tally, history.n_images = facts.tally, facts.n_images
    history.epochs, history.under_way = list(facts.epochs), facts.under_way
    history.fidelity = list(facts.fidelity)
    history.step_seconds = tensors["step_seconds"].tolist()
    if isinstance(classifier.head, QuantumHead) and facts.head_tally:
        classifier.head.resume(facts.n_evaluated, tally=facts.head_tally)
    clock.add(facts.seconds, total_s=facts.total_s)


def _ordered_like(weights: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Return values in the weights' memory order: fused Adam assumes that both have the same, without a check."""
    return torch.empty_like(weights).copy_(values) if values.shape == weights.shape else values


def _named(group: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    prefix = f"{group}."
    return {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}


def _shape(shape: torch.Size | None) -> str:
    return "none" if shape is None else str(tuple(shape))


def _device(state: TrainingState) -> torch.device:
    return next(state.classifier.parameters()).device
