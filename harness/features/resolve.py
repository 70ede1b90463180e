"""What the network around a head stands for, checked before compute is spent."""

import dataclasses
import functools

from backends.errors import ConfigError
from harness.features.extractor import feature_extractor, n_features_of
from harness.features.outside import outside_code
from harness.heads import ResolvedBaseline, ResolvedHead
from harness.spec import ModelSpec, RunSpec

_OF_PAPER = ("padding", "pool_kernel", "dropout")  # settings of the paper's extractor alone


@dataclasses.dataclass(frozen=True)
class ResolvedFeatures:
    """A feature extractor, checked.

    Attributes:
        n_features: Values that it gives for each sample.
        trained: Whether it has weights that training changes.
        code: SHA-256 of the present code of an outside one; None for one of ours.
    """

    n_features: int
    trained: bool
    code: str | None = None


def resolve_features(
    spec: RunSpec, head: ResolvedHead | ResolvedBaseline, *, shape: tuple[int, ...]
) -> ResolvedFeatures:
    """Check that feature extractor, angle layer and head of a spec fit together, and that something is trained.

    Nothing of this depends on the spec's seed. An outside extractor is made, and given zeros.

    Args:
        spec: What is asked.
        head: Its head, checked.
        shape: Of one sample.

    Raises:
        ConfigError: they do not fit; the message says what and how to mend it.
    """
    model = spec.model
    if ":" in model.features:
        found = dataclasses.replace(_facts(model, shape), code=outside_code(model.features))
    else:
        found = _facts_of_ours(model, shape)
    _check_settings_of_paper(model)
    if model.angle_layer == "none" and found.n_features != head.n_inputs:
        raise ConfigError(
            f"model.angle_layer = 'none': expected as many features as head {spec.head!r} has inputs, got {found.n_features} "
            f"features ({model.features}) and {head.n_inputs} inputs; leave angle_layer out, or change the circuit or "
            "head_width"
        )
    head_is_trained = head.has_weights and model.head_weights == "trained"
    if not (found.trained or model.angle_layer == "trained" or head_is_trained or model.readout == "linear"):
        raise ConfigError(
            f"nothing is trained: features {model.features!r}, angle_layer = {model.angle_layer!r} and head {spec.head!r} have "
            "no weights that change; set readout = 'linear' or leave angle_layer out"
        )
    return found


def _facts(model: ModelSpec, shape: tuple[int, ...]) -> ResolvedFeatures:
    extractor = feature_extractor(model, shape)
    trained = any(values.requires_grad for values in extractor.parameters())
    return ResolvedFeatures(n_features_of(model, extractor, shape), trained)


_facts_of_ours = functools.lru_cache(maxsize=64)(_facts)


def _check_settings_of_paper(model: ModelSpec) -> None:
    """Refuse settings that would be without effect."""
    given = [name for name in _OF_PAPER if getattr(model, name) != ModelSpec.model_fields[name].default]
    if model.features != "paper" and given:
        raise ConfigError(
            f"model.features = {model.features!r} has no {', '.join(given)}, which the extractor 'paper' has; leave "
            f"{'it' if len(given) == 1 else 'them'} out"
        )
