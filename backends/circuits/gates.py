"""Gates as data: which there are, on which qubits one acts, and the angles that it takes."""

import dataclasses
import math

from backends.errors import did_you_mean


@dataclasses.dataclass(frozen=True)
class GateKind:
    """What is fixed by a gate's name.

    Attributes:
        n_qubits: Qubits it acts on, controls first.
        n_params: Parameters it takes, radians.
        spectrum: Positive differences between the eigenvalues of each parameter's generator, for scale 1. They are the
            frequencies with which the parameter can enter a probability (Wierichs et al., Quantum 6, 677 (2022), Sec. 2).
    """

    n_qubits: int
    n_params: int = 0
    spectrum: tuple[float, ...] = ()


_ROTATION = (1.0,)
_CONTROLLED_ROTATION = (0.5, 1.0)
GATES: dict[str, GateKind] = {
    **{name: GateKind(1) for name in ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx")},
    **{name: GateKind(1, 1, _ROTATION) for name in ("rx", "ry", "rz", "p")},
    "u": GateKind(1, 3, _ROTATION),
    **{name: GateKind(2) for name in ("cx", "cz", "swap")},
    "cp": GateKind(2, 1, _ROTATION),
    **{name: GateKind(2, 1, _CONTROLLED_ROTATION) for name in ("crx", "cry", "crz")},
    **{name: GateKind(2, 1, _ROTATION) for name in ("rxx", "ryy", "rzz")},
}


@dataclasses.dataclass(frozen=True)
class Angle:
    """A use of one of the circuit's angles as a gate's parameter: ``scale * angles[index] + offset``, radians."""

    index: int
    scale: float = 1.0
    offset: float = 0.0


@dataclasses.dataclass(frozen=True)
class Gate:
    """One gate: its name in ``GATES``, its qubits (controls first), and its parameters in radians."""

    name: str
    qubits: tuple[int, ...]
    params: tuple[float | Angle, ...] = ()


def gate_problem(gate: Gate, n_qubits: int, n_angles: int) -> str | None:
    """Say what is wrong with a gate in a circuit of that many qubits and angles, None if nothing is."""
    kind = GATES.get(gate.name)
    if kind is None:
        return f"unknown gate; expected one of {', '.join(GATES)}{did_you_mean(gate.name, GATES)}"
    if len(gate.qubits) != kind.n_qubits or len(set(gate.qubits)) != kind.n_qubits:
        return f"expected {kind.n_qubits} distinct qubit(s)"
    if not all(0 <= qubit < n_qubits for qubit in gate.qubits):
        return f"expected qubits in 0..{n_qubits - 1}"
    if len(gate.params) != kind.n_params:
        return f"expected {kind.n_params} parameter(s), got {len(gate.params)}"
    for param in gate.params:
        numbers = (param.scale, param.offset) if isinstance(param, Angle) else (param,)
        if not all(math.isfinite(number) for number in numbers):
            return f"expected finite parameters, got {param}"
        if isinstance(param, Angle) and not 0 <= param.index < n_angles:
            return f"uses angle {param.index}, but the circuit has angles 0..{n_angles - 1}"
    return None
