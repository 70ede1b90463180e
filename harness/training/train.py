"""The one training loop, for quantum and classical heads alike, and the classification of images."""

import contextlib
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from backends.head import QuantumHead
from backends.sampling import stream_seed
from backends.tally import Tally
from harness.data.split import SampleTensors, Split
from harness.errors import DivergedError
from harness.records.record import Epoch
from harness.spec import TrainingSpec
from harness.training import random_streams
from harness.training.checkpoint import Checkpoints
from harness.training.fidelity import GradientComparison
from harness.training.model import Classifier
from harness.training.state import EpochSums, History, TrainingState
from harness.training.timing import Clock

_EVALUATION_BATCH = 200

StepCallback = Callable[[int, int, float], None]
"""Called after each step with (steps made, steps in all, loss)."""


class Classified(NamedTuple):
    """Classified images.

    Attributes:
        loss: Mean cross-entropy.
        accuracy: Share of right classes.
        predictions: The class of each image, int64, shape (n,).
        tally: The circuit evaluations that it took.
    """

    loss: float
    accuracy: float
    predictions: np.ndarray
    tally: Tally


def n_steps(spec: TrainingSpec, n_images: int) -> int:
    """Return the number of optimizer steps of a training."""
    whole = spec.epochs * math.ceil(n_images / spec.batch_size)
    return whole if spec.max_steps is None else min(whole, spec.max_steps)


def train(
    classifier: Classifier,
    split: Split,
    spec: TrainingSpec,
    *,
    seed: int,
    clock: Clock,
    progress: StepCallback,
    checkpoints: Checkpoints | None = None,
    comparison: GradientComparison | None = None,
) -> History:
    """Train with Adam on cross-entropy (Sec. 4): ``epochs`` times over the training images, or ``max_steps`` steps.

    With ``checkpoints``, a training that was stopped continues from its newest checkpoint, and ends in the same bits as one
    that was never stopped.

    Args:
        classifier: What to train.
        split: The images.
        spec: How.
        seed: Of the order of the images and of dropout.
        clock: Counts the seconds by phase.
        progress: Called after each step.
        checkpoints: Of this run; None: none are written or read.
        comparison: Compares gradients at some steps. Its seconds are in no phase, and in no step's.

    Returns:
        What the training leaves besides the weights.

    Raises:
        DivergedError: a loss is not finite.
    """
    images, labels = split.training
    total = n_steps(spec, len(labels))
    with clock.phase("setup"):  # the first optimizer of a process imports half of torch
        optimizer = torch.optim.Adam(classifier.trained_parameters, lr=spec.learning_rate, fused=True)
    order_stream = torch.Generator().manual_seed(stream_seed(seed, "order", 0))
    random_streams.seed_all(stream_seed(seed, "process", 0))  # of the dropout masks: the same for every head
    history = History()
    state = TrainingState(classifier, optimizer, history, clock)
    if checkpoints:
        checkpoints.restore(state)

    for epoch in range(1, spec.epochs + 1):
        batches = torch.randperm(len(labels), generator=order_stream).to(labels.device).split(spec.batch_size)
        if epoch <= len(history.epochs):
            continue  # trained before the checkpoint; its order is drawn all the same, so that the next epoch's does not change
        classifier.train()
        sums = history.under_way
        for batch in batches[sums.n_batches :]:
            if history.n_steps == total:
                return history
            step = history.n_steps + 1
            compared = comparison is not None and comparison.is_due(step)
            not_ours = 0.0
            started = clock.now()
            with _counting(classifier.head) as tally:
                with clock.phase("features_forward"):
                    angles = classifier.angles(images[batch])
                # The graph is cut here, so that the backward seconds of the head and of the features are measured apart.
                head_input = angles.detach().requires_grad_()
                with clock.phase("head_forward"):
                    logits = classifier.logits(head_input)
                    loss = cross_entropy(logits, labels[batch])
                    loss_value = loss.item()
                clock.move(tally.backward.seconds, source="head_forward", target="head_backward")
                if not math.isfinite(loss_value):
                    raise DivergedError(
                        f"the loss is {loss_value} at step {step} of {total}; expected a finite number; "
                        f"try a learning rate below {spec.learning_rate}"
                    )
                optimizer.zero_grad()
                with clock.phase("head_backward"):
                    loss.backward()
                if angles.requires_grad:  # else nothing in front of the head is trained
                    with clock.phase("features_backward"):
                        angles.backward(head_input.grad, retain_graph=compared)
                if comparison is not None and compared:
                    paused = clock.now()
                    found = comparison.compare(classifier, angles, labels[batch], step=step)
                    history.fidelity += [] if found is None else [found]
                    not_ours = clock.now() - paused
                with clock.phase("optimizer"):
                    optimizer.step()
            history.tally += tally
            history.step_seconds.append(clock.now() - started - not_ours)
            history.n_images += len(batch)
            sums.n_batches += 1
            sums.n_images += len(batch)
            sums.n_right += int((logits.detach().argmax(dim=1) == labels[batch]).sum())
            sums.loss += loss_value * len(batch)
            progress(history.n_steps, total, loss_value)
            if checkpoints:
                checkpoints.offer(state)
        with clock.phase("evaluation"):
            validation = classify(classifier, split.validation)
        if not math.isfinite(validation.loss):
            raise DivergedError(
                f"the validation loss is {validation.loss} after epoch {epoch}; expected a finite number; try a learning "
                f"rate below {spec.learning_rate}"
            )
        history.epochs.append(
            Epoch(
                epoch=epoch,
                train_loss=sums.loss / sums.n_images,
                train_accuracy=sums.n_right / sums.n_images,
                validation_loss=validation.loss,
                validation_accuracy=validation.accuracy,
            )
        )
        history.under_way = EpochSums()
    return history


@torch.no_grad()
def classify(classifier: Classifier, part: SampleTensors) -> Classified:
    """Classify images: the class with the largest score, in the paper p(0) (Sec. 3); among equal ones the first."""
    classifier.eval()
    with _counting(classifier.head) as tally:
        logits = torch.cat([classifier(images) for images in part.values.split(_EVALUATION_BATCH)])
    predictions = logits.argmax(dim=1)
    return Classified(
        loss=cross_entropy(logits, part.labels).item(),
        accuracy=(predictions == part.labels).double().mean().item(),
        predictions=predictions.cpu().numpy(),
        tally=tally,
    )


def _counting(head: torch.nn.Module) -> contextlib.AbstractContextManager[Tally]:
    """Return a context that counts the block's circuit evaluations; a classical head's tally stays empty."""
    return head.counting() if isinstance(head, QuantumHead) else contextlib.nullcontext(Tally())
