"""Circuits: the data (circuit.py), named ones (catalogue.py), files, drawings, Qiskit, and the NumPy oracle.

Qiskit is imported only when a function needs it.
"""

from backends.circuits.catalogue import CIRCUITS, circuit_named
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.drawing import draw
from backends.circuits.files import find_circuit, read_circuit
from backends.circuits.qiskit import from_qiskit, to_qiskit
from backends.circuits.toml import dumps

__all__ = [
    "CIRCUITS",
    "GATES",
    "Angle",
    "Circuit",
    "Gate",
    "circuit_named",
    "draw",
    "dumps",
    "find_circuit",
    "from_qiskit",
    "read_circuit",
    "to_qiskit",
]
