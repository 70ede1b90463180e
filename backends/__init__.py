"""Quantum heads: circuits, the adapters that run them, and the oracle they are checked against.

This package knows nothing of images, training or records. Names are loaded on first use, so ``import backends`` needs no
vendor SDK.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backends.answers import Executed as Executed
    from backends.answers import Outcomes as Outcomes
    from backends.capabilities import Capabilities as Capabilities
    from backends.capabilities import HeadOptions as HeadOptions
    from backends.chain import Chain as Chain
    from backends.chain import Channel as Channel
    from backends.chain import ReadoutRates as ReadoutRates
    from backends.chain import Turn as Turn
    from backends.circuits.catalogue import CIRCUITS as CIRCUITS
    from backends.circuits.catalogue import circuit_named as circuit_named
    from backends.circuits.circuit import Angle as Angle
    from backends.circuits.circuit import Circuit as Circuit
    from backends.circuits.circuit import Gate as Gate
    from backends.circuits.drawing import draw as draw
    from backends.circuits.files import find_circuit as find_circuit
    from backends.circuits.files import read_circuit as read_circuit
    from backends.circuits.qiskit import from_qiskit as from_qiskit
    from backends.circuits.qiskit import to_qiskit as to_qiskit
    from backends.errors import HeadError as HeadError
    from backends.head import QuantumHead as QuantumHead
    from backends.registry import HEADS as HEADS
    from backends.registry import head_class as head_class
    from backends.surrogates.channels import ChannelsHead as ChannelsHead
    from backends.surrogates.channels import Composed as Composed
    from backends.surrogates.table import ResponseTable as ResponseTable
    from backends.surrogates.table import Tabulated as Tabulated

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


if not TYPE_CHECKING:  # a type checker knows the names above, and finds a mistyped one

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module 'backends' has no attribute {name!r}; it has {', '.join(__all__)}")
        return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
