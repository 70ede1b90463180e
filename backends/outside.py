"""Heads that are not ours: found by entry point or loaded as "package.module:Class", and checked before they are used."""

import dataclasses
import functools
import importlib.metadata
import inspect
from typing import TYPE_CHECKING

from backends.capabilities import Capabilities, HeadOptions
from backends.errors import ConfigError
from backends.outside_code import code_of as code_of_class
from backends.outside_code import object_at

if TYPE_CHECKING:
    from backends.head import QuantumHead  # it loads torch, which a list of heads does not need

GROUP = "quantum_head_bench.heads"


@dataclasses.dataclass(frozen=True)
class OutsideEntry:
    """A head that installed distributions offer under one name.

    Attributes:
        path: "package.module:Class".
        distributions: Those that offer it, "name version"; more than one is a conflict.
    """

    path: str
    distributions: tuple[str, ...]


@functools.cache
def outside_heads() -> dict[str, OutsideEntry]:
    """Return the entry points of ``GROUP`` by name, read from metadata: nothing is imported."""
    found: dict[str, OutsideEntry] = {}
    for point in importlib.metadata.entry_points(group=GROUP):
        owner = f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown distribution"
        others = found[point.name].distributions if point.name in found else ()
        found[point.name] = OutsideEntry(point.value, (*others, owner))
    return dict(sorted(found.items()))


def class_at(path: str, *, who: str) -> "type[QuantumHead]":
    """Import a head's class.

    Args:
        path: "package.module:Class".
        who: Subject of the messages.

    Raises:
        ConfigError: not such a path, the module or class is not there or cannot be imported, or it is an incomplete head.
    """
    from backends.head import QuantumHead

    return _checked(object_at(path, who=who, kind=QuantumHead), who=who)


def code_of(kind: "type[QuantumHead]") -> str | None:
    """Return the SHA-256 of the files that define a head's class and its bases, as they are now; None if all are ours.

    Raises:
        ConfigError: a file cannot be read.
    """
    from backends.head import QuantumHead

    return code_of_class(kind, base=QuantumHead, who=f"head {kind.__module__}:{kind.__name__}")


def _checked(found: object, *, who: str) -> "type[QuantumHead]":
    from backends.head import QuantumHead

    if not (isinstance(found, type) and issubclass(found, QuantumHead)):
        got = f"the class {found.__qualname__}" if isinstance(found, type) else f"a {type(found).__name__}"
        raise ConfigError(f"{who}: expected a subclass of backends.QuantumHead, got {got}")
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise ConfigError(f"{who}: expected a finished head, got the abstract class {found.__name__}; write {missing}")
    if not isinstance(getattr(found, "capabilities", None), Capabilities):
        got = type(getattr(found, "capabilities", None)).__name__
        raise ConfigError(f"{who}: expected {found.__name__}.capabilities to be a backends.Capabilities, got {got}")
    if not issubclass(found.Options, HeadOptions):
        raise ConfigError(f"{who}: expected {found.__name__}.Options to be a subclass of backends.HeadOptions")
    return found
