"""What changes while a classifier is trained, apart from the loop that changes it: what a checkpoint must hold."""

import dataclasses
from typing import NamedTuple

import torch

from backends.tally import Tally
from harness.records.record import Epoch
from harness.training.model import Classifier
from harness.training.timing import Clock


@dataclasses.dataclass
class EpochSums:
    """Sums over the batches of the epoch under way."""

    n_batches: int = 0
    n_images: int = 0
    n_right: int = 0
    loss: float = 0.0


@dataclasses.dataclass
class History:
    """What training leaves behind besides the weights.

    Attributes:
        tally: Circuit evaluations of the steps alone.
        epochs: Of each epoch that is over, its losses and accuracies.
        step_seconds: Of each step.
        n_images: Images that the steps saw.
        under_way: Of the epoch that is not over.
    """

    tally: Tally = dataclasses.field(default_factory=Tally)
    epochs: list[Epoch] = dataclasses.field(default_factory=list)
    step_seconds: list[float] = dataclasses.field(default_factory=list)
    n_images: int = 0
    under_way: EpochSums = dataclasses.field(default_factory=EpochSums)

    @property
    def n_steps(self) -> int:
        """Steps made."""
        return len(self.step_seconds)


class TrainingState(NamedTuple):
    """All that a training step reads and changes, except the random streams, which are the process's."""

    classifier: Classifier
    optimizer: torch.optim.Optimizer
    history: History
    clock: Clock
