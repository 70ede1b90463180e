"""The state of a training that a checkpoint must hold, apart from the random streams."""

import dataclasses
from typing import NamedTuple

import torch

from backends.tally import Tally
from harness.records.record import Epoch, GradientFidelity
from harness.training.model import Classifier
from harness.training.timing import Clock


@dataclasses.dataclass
class EpochSums:
    """Sums over the batches of an epoch that is not over."""

    n_batches: int = 0
    n_images: int = 0
    n_right: int = 0
    loss: float = 0.0


@dataclasses.dataclass
class History:
    """What training leaves besides the weights.

    Attributes:
        tally: Circuit evaluations of the steps alone.
        epochs: Losses and accuracies of each finished epoch.
        step_seconds: Wall time of each step.
        n_images: Images that the steps saw.
        fidelity: Gradients from shots beside exact ones, where they are compared.
        under_way: Sums of the epoch that is not over.
    """

    tally: Tally = dataclasses.field(default_factory=Tally)
    epochs: list[Epoch] = dataclasses.field(default_factory=list)
    step_seconds: list[float] = dataclasses.field(default_factory=list)
    n_images: int = 0
    fidelity: list[GradientFidelity] = dataclasses.field(default_factory=list)
    under_way: EpochSums = dataclasses.field(default_factory=EpochSums)

    @property
    def n_steps(self) -> int:
        """The number of optimizer steps made."""
        return len(self.step_seconds)


class TrainingState(NamedTuple):
    """All that a training step reads and changes, except the random streams, which belong to the process."""

    classifier: Classifier
    optimizer: torch.optim.Optimizer
    history: History
    clock: Clock
