"""A feature extractor that is not ours: "package.module:Class", an ``nn.Module`` that is made for the shape of a sample."""

import traceback

import torch
from torch import nn

from backends.errors import ConfigError
from backends.outside_code import code_of, object_at

_SAMPLES = 2


def outside_class(path: str) -> type[nn.Module]:
    """Import the class of a feature extractor.

    Raises:
        ConfigError: it cannot be imported, or is no ``nn.Module``.
    """
    who = _who(path)
    found = object_at(path, who=who, kind=nn.Module)
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        got = f"the class {found.__qualname__}" if isinstance(found, type) else f"a {type(found).__name__}"
        raise ConfigError(f"{who}: expected a subclass of torch.nn.Module, got {got}")
    return found


def outside_code(path: str) -> str | None:
    """Return the SHA-256 of the files that define a feature extractor, so that an edited one makes another run.

    Raises:
        ConfigError: it cannot be imported, or a file cannot be read.
    """
    return code_of(outside_class(path), base=nn.Module, who=_who(path))


def outside_extractor(path: str, shape: tuple[int, ...]) -> nn.Module:
    """Return a feature extractor for samples of a shape.

    Its first values must come from torch's random stream alone, which is seeded.

    Args:
        path: "package.module:Class"; it is made as ``Class(shape)``.
        shape: Of one sample.

    Raises:
        ConfigError: it cannot be imported, or cannot be made.
    """
    kind = outside_class(path)
    try:
        return kind(shape)
    except Exception as error:  # an outside class may raise anything
        raise ConfigError(f"{_who(path)}: {kind.__name__}({shape}) failed: {_what(error)}") from error


def checked_n_features(path: str, extractor: nn.Module, shape: tuple[int, ...]) -> int:
    """Return how many features an outside extractor gives for each sample, from one forward pass on zeros.

    Raises:
        ConfigError: it fails, or does not return finite float32 values of shape (batch, n).
    """
    who = f"{_who(path)}: forward of zeros of shape {(_SAMPLES, *shape)}"
    was_training = extractor.training
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            found = extractor.eval()(torch.zeros(_SAMPLES, *shape))
    except Exception as error:
        raise ConfigError(f"{who} failed: {_what(error)}") from error
    finally:
        extractor.train(was_training)
    if not isinstance(found, torch.Tensor):
        raise ConfigError(f"{who}: expected a tensor, got a {type(found).__name__}")
    if found.dim() != 2 or len(found) != _SAMPLES or found.shape[1] < 1:
        raise ConfigError(f"{who}: expected shape ({_SAMPLES}, n), a vector for each sample, got {tuple(found.shape)}")
    if found.dtype != torch.float32:
        raise ConfigError(f"{who}: expected float32, got {found.dtype}".replace("torch.", ""))
    if not found.isfinite().all():
        raise ConfigError(f"{who}: expected finite values, got NaN or infinity")
    return found.shape[1]


def _who(path: str) -> str:
    return f"model.features = {path!r}"


def _what(error: Exception) -> str:
    line = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({line.filename}:{line.lineno})"
