"""The circuit that a record holds."""

from collections.abc import Mapping
from typing import Any

import pydantic

from backends.circuits.circuit import Circuit

_MOST_QUBITS, _MOST_ANGLES, _MOST_GATES = 24, 1000, 1000  # beyond, a proof takes seconds, and no drawing can be read


def circuit_from(data: Mapping[str, Any]) -> Circuit:
    """Return the circuit that a record holds as data.

    Raises:
        backends.errors.CircuitError, pydantic.ValidationError: the data is not a circuit.
    """
    return pydantic.TypeAdapter(Circuit).validate_python(data)


def is_small(circuit: Circuit) -> bool:
    """Whether a circuit is so small that a report looks for proofs and draws it."""
    return circuit.n_qubits <= _MOST_QUBITS and circuit.n_angles <= _MOST_ANGLES and len(circuit.gates) <= _MOST_GATES
