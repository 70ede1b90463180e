"""The classifier: feature extractor, angle layer, head, readout."""

import math

import torch
from torch import nn

from backends.sampling import stream_seed
from baselines.head import ClassicalHead
from harness.features.extractor import feature_extractor, n_features_of
from harness.features.layers import initialized, linear
from harness.spec import ModelSpec


class Classifier(nn.Module):
    """Features -> Linear(n_features, prod(head.input_shape)) -> head -> readout; the paper's Fig. 3 and 4 by default.

    Equal seeds give equal weights to equal layers, whatever the head: each group of layers has its own random stream.

    Args:
        head: With ``input_shape``, the shape that it takes for each sample.
        spec: The network around it.
        shape: Of one sample: (channels, height, width) of an image, (n,) of a vector.
        n_classes: Number of classes.
        seed: Of the first weights of every layer but the head's circuits.

    Raises:
        ConfigError: a feature extractor of the user's cannot be made; ``resolve_features`` refuses all else before.
    """

    def __init__(self, head: nn.Module, spec: ModelSpec, *, shape: tuple[int, ...], n_classes: int, seed: int) -> None:
        super().__init__()
        self.input_shape: torch.Size = torch.Size(head.input_shape)  # type: ignore[arg-type]  # nn.Module hides attributes
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stream_seed(seed, "features", 0))
            self.features = feature_extractor(spec, shape)
            n_features = n_features_of(spec, self.features, shape)
            torch.manual_seed(stream_seed(seed, "to_head", 0))
            self.to_head: nn.Module = nn.Identity()
            if spec.angle_layer != "none":
                self.to_head = linear(n_features, self.input_shape.numel(), spec)
                self.to_head.requires_grad_(spec.angle_layer == "trained")
            torch.manual_seed(stream_seed(seed, "head", 0))
            if isinstance(head, ClassicalHead):
                _initialize(head, spec)
            self.head = head
            if spec.head_weights == "frozen":
                head.requires_grad_(False)
            torch.manual_seed(stream_seed(seed, "readout", 0))
            self.readout = linear(spec.head_width or n_classes, n_classes, spec) if spec.readout == "linear" else None
        self.angle_activation = spec.angle_activation
        self.logit_scale = spec.logit_scale

    @property
    def trained_parameters(self) -> list[nn.Parameter]:
        """The parameters that training changes: all but those of frozen layers."""
        return [values for values in self.parameters() if values.requires_grad]

    def angles(self, samples: torch.Tensor) -> torch.Tensor:
        """Return what the head takes: samples (batch, *shape) -> (batch, *head.input_shape)."""
        values: torch.Tensor = self.to_head(self.features(samples))
        if self.angle_activation == "tanh":
            values = math.pi / 2 * torch.tanh(values)
        return values.reshape(-1, *self.input_shape)

    def logits(self, angles: torch.Tensor, *, head: nn.Module | None = None) -> torch.Tensor:
        """Return what cross-entropy takes, (batch, n_classes): ours, the paper does not say (``ModelSpec.logit_scale``).

        Args:
            angles: What the head takes.
            head: Answers in the place of the classifier's own.
        """
        scores: torch.Tensor = (self.head if head is None else head)(angles)
        if self.readout is not None:
            scores = self.readout(2 * scores - 1 if self._returns_probabilities else scores)
        return self.logit_scale * scores

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Samples (batch, *shape) -> logits (batch, n_classes)."""
        return self.logits(self.angles(samples))

    @property
    def _returns_probabilities(self) -> bool:
        return self.head.returns_probabilities if isinstance(self.head, ClassicalHead) else True


def _initialize(head: ClassicalHead, spec: ModelSpec) -> None:
    """Give the linear layers of a classical head new first values."""
    for layer in head.modules():
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
            initialized(layer, spec)
