"""Quantum heads: circuits, the adapters that run them, and the oracle they are checked against.

This package knows nothing of images, training or records. Names are loaded on first use, so ``import backends`` needs no
vendor SDK.
"""

import importlib
from typing import Any

_HOME = {
    "Angle": "backends.circuits.circuit",
    "Circuit": "backends.circuits.circuit",
    "Gate": "backends.circuits.circuit",
    "CIRCUITS": "backends.circuits.catalogue",
    "circuit_named": "backends.circuits.catalogue",
    "draw": "backends.circuits.drawing",
    "find_circuit": "backends.circuits.files",
    "from_qiskit": "backends.circuits.qiskit",
    "read_circuit": "backends.circuits.files",
    "to_qiskit": "backends.circuits.qiskit",
    "QuantumHead": "backends.head",
    "Capabilities": "backends.capabilities",
    "Executed": "backends.answers",
    "HeadOptions": "backends.capabilities",
    "Outcomes": "backends.answers",
    "HEADS": "backends.registry",
    "Chain": "backends.chain",
    "Channel": "backends.chain",
    "ReadoutRates": "backends.chain",
    "Turn": "backends.chain",
    "ChannelsHead": "backends.surrogates.channels",
    "Composed": "backends.surrogates.channels",
    "ResponseTable": "backends.surrogates.table",
    "Tabulated": "backends.surrogates.table",
    "head_class": "backends.registry",
    "HeadError": "backends.errors",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'backends' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
