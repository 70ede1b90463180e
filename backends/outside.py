"""Heads that are not ours: found by entry point or loaded as "package.module:Class", and checked before they are used."""

import dataclasses
import functools
import hashlib
import importlib
import importlib.metadata
import inspect
import sys
import traceback
from pathlib import Path

from backends.capabilities import Capabilities, HeadOptions
from backends.errors import ConfigError
from backends.head import QuantumHead

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


def class_at(path: str, *, who: str) -> type[QuantumHead]:
    """Import a head's class.

    Args:
        path: "package.module:Class".
        who: Subject of the messages.

    Raises:
        ConfigError: not such a path, the module or class is not there or cannot be imported, or it is an incomplete head.
    """
    module_name, _, attribute = path.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), attribute)):
        raise ConfigError(f"{who}: expected package.module:Class, got {path!r}")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or f"{module_name}.".startswith(f"{error.name}."):
            raise ConfigError(
                f"{who}: expected an importable module {module_name!r}, found no module {error.name!r}; install its "
                "distribution, put its folder on PYTHONPATH, or run from that folder"
            ) from error
        raise ConfigError(f"{who}: importing {module_name!r} failed: it needs {error.name!r}; install it") from error
    except Exception as error:  # an outside module may raise anything
        line = traceback.extract_tb(error.__traceback__)[-1]
        raise ConfigError(
            f"{who}: importing {module_name!r} failed: {type(error).__name__}: {error} ({line.filename}:{line.lineno})"
        ) from error
    if not hasattr(module, attribute):
        classes = [name for name, value in vars(module).items() if _is_head(value) and value.__module__ == module_name]
        raise ConfigError(
            f"{who}: expected a class {attribute!r} in module {module_name!r}, which has "
            f"{', '.join(classes) or 'no QuantumHead'}"
        )
    return _checked(getattr(module, attribute), who=who)


def code_of(kind: type[QuantumHead]) -> str | None:
    """Return the SHA-256 of the files that define a head's class and its bases, as they are now; None if all are ours.

    Modules that these import do not count; installed packages are recorded by version.

    Raises:
        ConfigError: a file cannot be read.
    """
    modules = [base.__module__ for base in kind.__mro__[: kind.__mro__.index(QuantumHead)]]
    outside_modules = sorted({name for name in modules if name.partition(".")[0] != __package__})
    digest = hashlib.sha256()
    for name in outside_modules:
        path = getattr(sys.modules[name], "__file__", None)
        try:
            content = Path(path or "").read_bytes()
        except OSError as error:
            raise ConfigError(
                f"head {kind.__module__}:{kind.__name__}: expected to read the file of module {name!r}, because the "
                f"head's code is part of a run's id; got {path}: {error.strerror}"
            ) from error
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest() if outside_modules else None


def _is_head(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, QuantumHead)


def _checked(found: object, *, who: str) -> type[QuantumHead]:
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
