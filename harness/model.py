"""The classifier of the paper's Fig. 3 and 4: feature extractor, one linear layer, head."""

from typing import Protocol, runtime_checkable

import torch
from torch import nn

from harness.spec import ModelSpec

N_FEATURES = 128


@runtime_checkable
class Head(Protocol):
    """What a classifier ends in: ``input_shape`` per image, and (..., *input_shape) -> (..., n_classes) class scores."""

    input_shape: tuple[int, ...]

    def __call__(self, values: torch.Tensor) -> torch.Tensor: ...


class Classifier(nn.Module):
    """Feature extractor -> Linear(128, prod(head.input_shape)) -> head.

    Equal seeds give equal weights to equal layers, whatever the head: each layer group has a random stream of its own.
    """

    def __init__(self, head: nn.Module, spec: ModelSpec, *, seed: int) -> None:
        super().__init__()
        self.input_shape = tuple(head.input_shape)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(2 * seed)
            self.features = feature_extractor(spec)
            torch.manual_seed(2 * seed + 1)
            self.to_head = nn.Linear(N_FEATURES, int(torch.Size(self.input_shape).numel()))
        if spec.initialization == "xavier":
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(2 * seed)
                for layer in (*self.features, self.to_head):
                    if isinstance(layer, (nn.Conv2d, nn.Linear)):
                        nn.init.xavier_uniform_(layer.weight)
                        nn.init.zeros_(layer.bias)
        self.head = head
        self.logit_scale = spec.logit_scale

    def angles(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the head takes: images (batch, 1, 28, 28) -> (batch, *head.input_shape)."""
        values: torch.Tensor = self.to_head(self.features(images))
        return values.unflatten(1, self.input_shape)

    def logits(self, angles: torch.Tensor) -> torch.Tensor:
        """Return what cross-entropy takes, (batch, n_classes): ours, the paper does not say (``ModelSpec.logit_scale``)."""
        scores: torch.Tensor = self.head(angles)
        return self.logit_scale * scores

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images (batch, 1, 28, 28) -> logits (batch, n_classes)."""
        return self.logits(self.angles(images))


def feature_extractor(spec: ModelSpec) -> nn.Sequential:
    """Return Fig. 4 up to the fully connected layer of 128: (batch, 1, 28, 28) -> (batch, 128)."""
    convolutions = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=spec.padding),
        nn.ReLU(),
        nn.MaxPool2d(spec.pool_kernel, stride=2),
        nn.Conv2d(16, 32, 5, padding=spec.padding),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=spec.padding),
        nn.ReLU(),
        nn.MaxPool2d(spec.pool_kernel, stride=2),
        nn.Dropout2d(spec.dropout),
        nn.Flatten(),
    )
    with torch.no_grad():
        n_values = convolutions.eval()(torch.zeros(1, 1, 28, 28)).shape[1]
    return nn.Sequential(*convolutions.train(), nn.Linear(n_values, N_FEATURES), nn.ReLU())
