"""Gradient fidelity: a step's gradient from shots beside the exact gradient of the same head, weights and images."""

import dataclasses
import math
from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy

from backends.head import QuantumHead
from harness.records.record import GradientFidelity
from harness.training import random_streams
from harness.training.model import Classifier


@dataclasses.dataclass(frozen=True)
class GradientComparison:
    """Compares gradients at the steps 1, 1 + every, 1 + 2 every, ...; it changes nothing of the training.

    Attributes:
        twin: The head without shots, see ``heads.exact_twin``. Its evaluations are not the run's own.
        every: Steps from one comparison to the next.
    """

    twin: QuantumHead
    every: int

    def is_due(self, step: int) -> bool:
        """Whether the gradient of a step, counted from 1, is compared."""
        return (step - 1) % self.every == 0

    def compare(
        self, classifier: Classifier, angles: torch.Tensor, labels: torch.Tensor, *, step: int
    ) -> GradientFidelity | None:
        """Compare the gradients that all trained parameters have now with the exact ones.

        Args:
            classifier: After the backward pass, before the optimizer's step.
            angles: What its head was given, with the graph down to the features: dropout is in it.
            labels: Of the images.
            step: The step's number.

        Returns:
            The comparison; None where it has no number, see ``fidelity_of``.
        """
        head = classifier.head
        with random_streams.kept(angles.device), self.twin.counting() as tally:
            with torch.no_grad():
                for values, trained in zip(self.twin.parameters(), head.parameters(), strict=True):
                    values.copy_(trained)
            head_input = angles.detach().requires_grad_()
            loss = cross_entropy(classifier.logits(head_input, head=self.twin), labels)
            pairs = zip(head.parameters(), self.twin.parameters(), strict=True)
            of_twin = {id(values): twins for values, twins in pairs}
            above = [*_trained(head), *_trained(classifier.readout)]
            below = [*_trained(classifier.features), *_trained(classifier.to_head)]
            inputs = [head_input, *(of_twin.get(id(values), values) for values in above)]
            of_input, *of_above = torch.autograd.grad(loss, inputs, materialize_grads=True)
            of_below = torch.autograd.grad(angles, below, of_input, materialize_grads=True) if below else ()
        return fidelity_of(
            [_gradient(values) for values in (*below, *above)],
            [*of_below, *of_above],
            step=step,
            circuit_evaluations=tally.forward.executed + tally.backward.executed,
        )


def fidelity_of(
    sampled: Sequence[torch.Tensor], exact: Sequence[torch.Tensor], *, step: int, circuit_evaluations: int
) -> GradientFidelity | None:
    """Return how well a gradient agrees with the exact one.

    Args:
        sampled: The gradient of each parameter, from shots.
        exact: The same without shots, in the same order.
        step: The step's number.
        circuit_evaluations: What the backend executed for the exact one.

    Returns:
        Cosine and signal-to-noise ratio; None where one of them does not exist: a gradient is zero or not finite, or there
        is no difference.
    """
    one, other = (torch.cat([values.flatten().double() for values in gradient]) for gradient in (sampled, exact))
    lengths = one.norm().item(), other.norm().item()
    noise = (one - other).norm().item()
    if not all(0 < length < math.inf for length in (*lengths, noise)):
        return None
    return GradientFidelity(
        step=step,
        cosine=max(-1.0, min(1.0, (one @ other).item() / math.prod(lengths))),
        signal_to_noise=(lengths[1] / noise) ** 2,
        circuit_evaluations=circuit_evaluations,
    )


def _trained(layers: torch.nn.Module | None) -> list[torch.nn.Parameter]:
    return [] if layers is None else [values for values in layers.parameters() if values.requires_grad]


def _gradient(values: torch.nn.Parameter) -> torch.Tensor:
    return torch.zeros_like(values) if values.grad is None else values.grad
