"""The classifier of the paper's Fig. 3 and 4: feature extractor, one linear layer, head."""

from typing import TypeVar

import torch
from torch import nn

from backends.sampling import stream_seed
from baselines.head import ClassicalHead
from harness.spec import ModelSpec

N_FEATURES = 128
_Layer = TypeVar("_Layer", nn.Conv2d, nn.Linear)


class Classifier(nn.Module):
    """Feature extractor -> Linear(128, prod(head.input_shape)) -> head.

    Equal seeds give equal weights to equal layers, whatever the head: each group of layers has its own random stream.
    """

    def __init__(self, head: nn.Module, spec: ModelSpec, *, seed: int) -> None:
        super().__init__()
        self.input_shape: torch.Size = torch.Size(head.input_shape)  # type: ignore[arg-type]  # nn.Module hides attributes
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stream_seed(seed, "features", 0))
            # This memory format makes max-pooling six times as fast on a CPU, and a step about 1.2 times as fast.
            self.features = feature_extractor(spec).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stub
            torch.manual_seed(stream_seed(seed, "to_head", 0))
            self.to_head = _linear(N_FEATURES, self.input_shape.numel(), spec)
            self.to_head.requires_grad_(spec.angle_layer == "trained")
            torch.manual_seed(stream_seed(seed, "head", 0))
            if isinstance(head, ClassicalHead):
                _initialize(head, spec)
        self.head = head
        self.logit_scale = spec.logit_scale

    @property
    def trained_parameters(self) -> list[nn.Parameter]:
        """The parameters that training changes: all but those of a frozen angle layer."""
        return [values for values in self.parameters() if values.requires_grad]

    def angles(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the head takes: images (batch, 1, 28, 28) -> (batch, *head.input_shape)."""
        values: torch.Tensor = self.to_head(self.features(images))
        return values.reshape(-1, *self.input_shape)

    def logits(self, angles: torch.Tensor, *, head: nn.Module | None = None) -> torch.Tensor:
        """Return what cross-entropy takes, (batch, n_classes): ours, the paper does not say (``ModelSpec.logit_scale``).

        Args:
            angles: What the head takes.
            head: Answers in the place of the classifier's own.
        """
        scores: torch.Tensor = (self.head if head is None else head)(angles)
        return self.logit_scale * scores

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images (batch, 1, 28, 28) -> logits (batch, n_classes)."""
        return self.logits(self.angles(images))


def feature_extractor(spec: ModelSpec) -> nn.Sequential:
    """Return Fig. 4 up to the fully connected layer of 128: (batch, 1, 28, 28) -> (batch, 128)."""
    convolutions = nn.Sequential(
        _convolution(1, 16, 5, spec),
        nn.ReLU(),
        nn.MaxPool2d(spec.pool_kernel, stride=2),
        _convolution(16, 32, 5, spec),
        nn.ReLU(),
        _convolution(32, 64, 3, spec),
        nn.ReLU(),
        nn.MaxPool2d(spec.pool_kernel, stride=2),
        nn.Dropout2d(spec.dropout),
        nn.Flatten(),
    )
    with torch.no_grad():
        n_values = convolutions.eval()(torch.zeros(1, 1, 28, 28)).shape[1]
    return nn.Sequential(*convolutions.train(), _linear(n_values, N_FEATURES, spec), nn.ReLU())


def _convolution(n_in: int, n_out: int, kernel: int, spec: ModelSpec) -> nn.Conv2d:
    return _initialized(nn.Conv2d(n_in, n_out, kernel, padding=spec.padding), spec)


def _linear(n_in: int, n_out: int, spec: ModelSpec) -> nn.Linear:
    return _initialized(nn.Linear(n_in, n_out), spec)


def _initialize(head: ClassicalHead, spec: ModelSpec) -> None:
    """Give the linear layers of a classical head new first values."""
    for layer in head.modules():
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
            _initialized(layer, spec)


def _initialized(layer: _Layer, spec: ModelSpec) -> _Layer:
    if spec.initialization == "xavier":
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return layer
