"""The quantum heads by name. An adapter's module is imported when it is used.

Ours are listed in a table. Outside heads are found in the entry-point group ``GROUP`` of an installed distribution, or are
named in full, "package.module:Class"; outside.py checks them before they are used.
"""

import dataclasses
import importlib
import importlib.util
from typing import TYPE_CHECKING

from backends.errors import ConfigError, MissingPackageError, did_you_mean, pip_line
from backends.outside import class_at, outside_heads

if TYPE_CHECKING:
    from backends.head import QuantumHead  # it loads torch, which a list of heads does not need


@dataclasses.dataclass(frozen=True)
class HeadEntry:
    """A head of ours: where it is defined and what it needs.

    Attributes:
        path: "module:Class".
        summary: One line for ``qhb list``.
        packages: Import names of the SDKs it needs.
        extra: The extra of this distribution that installs them.
        multicore: As in the class's ``Capabilities``, which need not be importable.
    """

    path: str
    summary: str
    packages: tuple[str, ...] = ()
    extra: str | None = None
    multicore: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed packages that are not installed."""
        return tuple(package for package in self.packages if importlib.util.find_spec(package) is None)

    @property
    def pip_line(self) -> str:
        """The command that installs what the head needs."""
        return pip_line(self.extra)


_QISKIT = ("qiskit", "qiskit_aer")
HEADS: dict[str, HeadEntry] = {
    "statevector": HeadEntry(
        "backends.adapters.statevector:Statevector", "batched torch statevector; exact (autograd) or shots"
    ),
    "aer_shots": HeadEntry("backends.adapters.aer:AerShots", "Qiskit Aer, sampled", _QISKIT, "qiskit", multicore=True),
    "aer_statevector": HeadEntry(
        "backends.adapters.aer:AerStatevector", "Qiskit Aer, exact", _QISKIT, "qiskit", multicore=True
    ),
    "fake_ibm": HeadEntry(
        "backends.adapters.fake_ibm:FakeIBM",
        "noise model of a fake IBM device on Qiskit Aer; option device",
        (*_QISKIT, "qiskit_ibm_runtime"),
        "qiskit",
        multicore=True,
    ),
    "aer_noise": HeadEntry(
        "backends.adapters.aer_noise:AerNoise",
        "noise by rates on Qiskit Aer; options depolarizing_1q, amplitude_damping, ...",
        _QISKIT,
        "qiskit",
        multicore=True,
    ),
    "pennylane": HeadEntry(
        "backends.adapters.pennylane:PennyLane", "PennyLane; option device", ("pennylane",), "pennylane"
    ),
}


def head_class(name: str) -> "type[QuantumHead]":
    """Return the class of a head: ours, an outside one by its entry point, or "package.module:Class".

    Raises:
        ConfigError: no head of that name, or what the name stands for is not a head.
        MissingPackageError: its SDK is not installed.
    """
    entry = HEADS.get(name)
    if entry is None:
        return _outside_class(name)
    if entry.missing:
        raise MissingPackageError(f"head {name!r} needs {', '.join(entry.missing)}, not installed: {entry.pip_line}")
    module, _, attribute = entry.path.partition(":")
    found: type[QuantumHead] = getattr(importlib.import_module(module), attribute)
    return found


def summary(name: str) -> str:
    """Return one line about a head; of an outside one, where it comes from. The head need not be importable."""
    if name in HEADS:
        return HEADS[name].summary
    outside = outside_heads().get(name)
    return f"outside head {outside.path} of {', '.join(outside.distributions)}" if outside else f"outside head {name}"


def _outside_class(name: str) -> "type[QuantumHead]":
    if ":" in name:
        return class_at(name, who=f"head {name!r}")
    outside = outside_heads()
    if name not in outside:
        known = (*HEADS, *outside)
        hint = did_you_mean(name, known)
        raise ConfigError(f"unknown head {name!r}: expected one of {', '.join(known)}, or package.module:Class{hint}")
    found = outside[name]
    if len(found.distributions) > 1:
        raise ConfigError(
            f"head {name!r} is offered by {' and by '.join(found.distributions)}; uninstall all but one, or name the "
            "class as package.module:Class"
        )
    return class_at(found.path, who=f"head {name!r} of {found.distributions[0]}")
