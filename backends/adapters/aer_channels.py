"""The chain of channels of a circuit that is compiled for Aer: each gate, then its noise as Aer has it; rz apart.

A gate with a free angle is a rotation about z between gates without one: rx, ry, u2, u3 and u as well.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from backends.adapters.aer_compile import Compiled
from backends.chain import Chain, Channel, ReadoutRates, Turn
from backends.errors import ExecutionError


class _Rz(NamedTuple):
    """rz by a gate's parameter, counted from 0, plus some radians."""

    parameter: int
    plus: float = 0.0


# In order of time, up to a global phase.
_ABOUT_Z: dict[str, tuple[str | _Rz, ...]] = {
    **dict.fromkeys(("rz", "p", "u1"), (_Rz(0),)),
    "rx": ("h", _Rz(0), "h"),
    "ry": ("sx", _Rz(0), "sxdg"),
    "u2": (_Rz(1, -math.pi / 2), "sx", _Rz(0, math.pi / 2)),
    **dict.fromkeys(("u", "u3"), (_Rz(2), "sx", _Rz(0, math.pi), "sx", _Rz(1, math.pi))),
}


def chain_of(
    compiled: Compiled,
    errors: Mapping[tuple[str, tuple[int, ...]], Any],
    readout: tuple[ReadoutRates, ...],
) -> Chain:
    """Return the chain of a compiled circuit.

    Args:
        compiled: The circuit.
        errors: Aer's ``QuantumError`` of each gate that has one, by its name and qubits.
        readout: The readout error of each output.

    Raises:
        ExecutionError: a gate with a free angle is no rotation about z between gates without one.
    """
    reader = _Reader(compiled)
    steps: list[Channel | Turn] = []
    for instruction in compiled.circuit.data:
        operation = instruction.operation
        if operation.name == "measure" or operation.name.startswith("save"):
            continue
        on = tuple(compiled.circuit.find_bit(qubit).index for qubit in instruction.qubits)
        steps += reader.gate(operation, on)
        error = errors.get((operation.name, on))
        if error is not None and not error.ideal():  # a noise model of Aer's leaves out what differs by less than 1e-8
            steps.append(reader.channel(error, on))
    return Chain(len(compiled.qubits), len(compiled.slopes), tuple(steps), compiled.measured, readout)


class _Reader:
    """Turns gates and errors into steps; what occurs more than once is computed once."""

    def __init__(self, compiled: Compiled) -> None:
        self._place = {parameter: column for column, parameter in enumerate(compiled.parameters)}
        self._compiled = compiled
        self._known: dict[tuple[Any, tuple[int, ...]], Channel] = {}

    def gate(self, operation: Any, on: tuple[int, ...]) -> list[Channel | Turn]:
        """Return the steps of a gate without its noise."""
        free = [param for param in operation.params if param in self._place]
        if not free:
            return [self.channel(operation, on)]
        if operation.name not in _ABOUT_Z:
            raise ExecutionError(
                f"no chain of channels: gate {operation.name} on qubits {on} has a free angle, expected one of "
                f"{', '.join(_ABOUT_Z)}; use execution = 'native'"
            )
        return [self._part(part, operation.params, on) for part in _ABOUT_Z[operation.name]]

    def channel(self, operation: Any, on: tuple[int, ...]) -> Channel:
        """Return a gate or an error of Aer's as a channel; the first of Qiskit's qubits is the lowest bit."""
        from qiskit.quantum_info import SuperOp

        key = (id(operation) if not hasattr(operation, "params") else (operation.name, *operation.params)), on
        if key not in self._known:
            self._known[key] = Channel.of_superoperator(on[::-1], SuperOp(operation).data)
        return self._known[key]

    def _part(self, part: str | _Rz, params: Sequence[Any], on: tuple[int, ...]) -> Channel | Turn:
        from qiskit.circuit.library import get_standard_gate_name_mapping

        if isinstance(part, str):
            return self.channel(get_standard_gate_name_mapping()[part], on)
        param = params[part.parameter]
        if param not in self._place:
            return Turn(on[0], (0.0,) * len(self._compiled.slopes), float(param) + part.plus)
        column = self._place[param]
        slopes = tuple(self._compiled.slopes[:, column].tolist())
        return Turn(on[0], slopes, float(self._compiled.offsets[column]) + part.plus)
