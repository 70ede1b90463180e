"""Code that is not ours: imported by "package.module:Class", and hashed so that edited code makes another run."""

import hashlib
import importlib
import sys
import traceback
from pathlib import Path

from backends.errors import ConfigError

_KNOWN_BY_VERSION = ("backends", "harness", "torch")


def object_at(path: str, *, who: str, kind: type) -> object:
    """Import a class.

    Args:
        path: "package.module:Class".
        who: Subject of the messages.
        kind: Base of the classes that the message lists where the module has no such class.

    Raises:
        ConfigError: not such a path, or the module or the class is not there or cannot be imported.
    """
    module_name, _, attribute = path.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), attribute)):
        raise ConfigError(f"{who}: expected package.module:Class, got {path!r}")
    if module_name == "__main__":
        raise ConfigError(
            f"{who}: a run is made in another process, which does not have the classes of a notebook or of the script that is "
            f"running; write {attribute} into a file, my_code.py for example, and name it my_code:{attribute}"
        )
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
        classes = [
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, kind) and value.__module__ == module_name
        ]
        raise ConfigError(
            f"{who}: expected a class {attribute!r} in module {module_name!r}, which has "
            f"{', '.join(classes) or f'no {kind.__name__}'}"
        )
    found: object = getattr(module, attribute)
    return found


def code_of(kind: type, *, base: type, who: str) -> str | None:
    """Return the SHA-256 of the files that define a class and its bases, as they are now; None if all are ours.

    Modules that these import do not count; installed packages are recorded by version.

    Args:
        kind: The class.
        base: Where its bases end, which do not count.
        who: Subject of the message.

    Raises:
        ConfigError: a file cannot be read.
    """
    modules = [found.__module__ for found in kind.__mro__[: kind.__mro__.index(base)]]
    outside_modules = sorted({name for name in modules if name.partition(".")[0] not in _KNOWN_BY_VERSION})
    digest = hashlib.sha256()
    for name in outside_modules:
        path = getattr(sys.modules[name], "__file__", None)
        try:
            content = Path(path or "").read_bytes()
        except OSError as error:
            raise ConfigError(
                f"{who}: expected to read the file of module {name!r}, because its code is part of a run's id; got {path}: "
                f"{error.strerror}"
            ) from error
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest() if outside_modules else None
