"""The exceptions that quantum heads raise.

    HeadError
    ├── ConfigError (ValueError)          an unknown name or a value that cannot be used; found before any compute
    │   └── CircuitError                  a circuit that is not well formed, or that the head cannot represent
    ├── AnglesError (ValueError)          what the network handed to the head: wrong shape, NaN, infinity
    ├── MissingPackageError (ImportError) an SDK that is not installed; the message holds the pip line
    ├── ExecutionError (RuntimeError)     the vendor's call failed (the vendor's exception is chained)
    ├── TableError (RuntimeError)         a response table that does not answer as its backend does
    ├── ChannelsError (RuntimeError)      a chain of channels that is not well formed, or does not answer as its backend does
    └── OutputError (ValueError)          the vendor's call answered, but not with probabilities

Each message says who, what was expected, what came, and how to mend it.
"""

import difflib
from collections.abc import Iterable

DISTRIBUTION = "quantum-head-bench"


class HeadError(Exception):
    """Root of everything that a head raises on purpose."""


class ConfigError(HeadError, ValueError):
    """A name or a setting that cannot be used."""


class CircuitError(ConfigError):
    """A circuit that is not well formed, or that a head cannot represent."""


class AnglesError(HeadError, ValueError):
    """Angles of the wrong shape, or not finite."""


class MissingPackageError(HeadError, ImportError):
    """A vendor's package is not installed."""


class ExecutionError(HeadError, RuntimeError):
    """The vendor's call failed."""


class TableError(HeadError, RuntimeError):
    """A response table that does not answer as its backend does."""


class ChannelsError(HeadError, RuntimeError):
    """A chain of channels that is not well formed, or does not answer as its backend does."""


class OutputError(HeadError, ValueError):
    """An adapter returned something that is not a table of probabilities."""


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return "; did you mean 'x'?" with the known name nearest to a wrong one, or nothing where none is near.

    >>> did_you_mean("statvector", ["linear", "statevector"])
    "; did you mean 'statevector'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"; did you mean {near[0]!r}?" if near else ""


def pip_line(extra: str | None) -> str:
    """Return the command that installs this distribution with an extra."""
    return f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install {DISTRIBUTION}"
