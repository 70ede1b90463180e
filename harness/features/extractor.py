"""The feature extractor that a spec names."""

import torch
from torch import nn

from backends.errors import ConfigError, did_you_mean
from harness.features.built_in import EXTRACTORS
from harness.features.outside import checked_n_features, outside_extractor
from harness.spec import ModelSpec


def feature_extractor(spec: ModelSpec, shape: tuple[int, ...]) -> nn.Module:
    """Return the feature extractor of a spec: (batch, *shape) -> (batch, n_features).

    Args:
        spec: Names it.
        shape: Of one sample.

    Raises:
        ConfigError: there is none of that name, it cannot be made, or it does not take samples of that shape.
    """
    if ":" in spec.features:
        return outside_extractor(spec.features, shape)
    if spec.features not in EXTRACTORS:
        hint = did_you_mean(spec.features, EXTRACTORS)
        raise ConfigError(
            f"model.features = {spec.features!r}: expected one of {', '.join(EXTRACTORS)}, or package.module:Class{hint}"
        )
    return EXTRACTORS[spec.features](spec, shape)


def n_features_of(spec: ModelSpec, extractor: nn.Module, shape: tuple[int, ...]) -> int:
    """Return how many features an extractor gives for each sample, from one forward pass on zeros.

    Args:
        spec: Names the extractor.
        extractor: As ``feature_extractor`` made it.
        shape: Of one sample.

    Raises:
        ConfigError: an outside extractor does not do what it must.
    """
    if ":" in spec.features:
        return checked_n_features(spec.features, extractor, shape)
    with torch.no_grad():
        n_features: int = extractor(torch.zeros(1, *shape)).shape[1]
    return n_features
