"""A step: one forward and one backward pass of a batch, without the network; the same for a head of ours and for a peer."""

import dataclasses
from typing import NamedTuple, Self

import torch

from backends.circuits.circuit import Circuit
from backends.head import QuantumHead
from backends.peers.layer import Layer
from backends.peers.pair import BATCH, CIRCUITS


class Answers(NamedTuple):
    """What a step computes, float64.

    Attributes:
        probabilities: p(0), shape (n_images, n_circuits).
        of_inputs: Derivatives of the sum of all p(0), shape (n_images, n_circuits, n_inputs).
        of_weights: Derivatives by the weights, shape (n_circuits, n_weights).
    """

    probabilities: torch.Tensor
    of_inputs: torch.Tensor
    of_weights: torch.Tensor


@dataclasses.dataclass(frozen=True)
class StepInputs:
    """What a step begins with, radians, float64, the same for everybody.

    Attributes:
        values: Inputs, shape (n_images, n_circuits, n_inputs).
        weights: Trainable weights, shape (n_circuits, n_weights).
    """

    values: torch.Tensor
    weights: torch.Tensor

    @classmethod
    def of(cls, circuit: Circuit, n_images: int) -> Self:
        """Return the first images of a batch."""
        generator = torch.Generator().manual_seed(1)
        shapes = (BATCH, CIRCUITS, circuit.n_inputs), (CIRCUITS, circuit.n_weights)
        values, weights = (
            torch.empty(shape, dtype=torch.float64).uniform_(-3.0, 3.0, generator=generator) for shape in shapes
        )
        return cls(values[:n_images], weights.float().double())  # a head keeps its weights in single precision


def step_of_head(head: QuantumHead, inputs: StepInputs) -> Answers:
    """Return the step of a head, whose weights become those of the inputs."""
    if head.weights is not None:
        head.weights.data.copy_(inputs.weights)
        head.weights.grad = None
    leaf = inputs.values.clone().requires_grad_()
    return _answers(head(leaf), leaf, head.weights)


def step_of_layer(layer: Layer, inputs: StepInputs) -> Answers:
    """Return the step of a peer."""
    leaf = inputs.values.clone().requires_grad_()
    weights = inputs.weights.clone().requires_grad_() if inputs.weights.numel() else None
    return _answers(layer(leaf, weights), leaf, weights)


def _answers(found: torch.Tensor, leaf: torch.Tensor, weights: torch.Tensor | None) -> Answers:
    found.sum().backward()
    assert leaf.grad is not None
    of_weights = leaf.new_empty(0) if weights is None else weights.grad
    assert of_weights is not None
    return Answers(found.detach().double(), leaf.grad.double(), of_weights.double())
