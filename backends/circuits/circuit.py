"""The vendor-neutral circuit: gates, the angles they use, the qubits that are measured.

Qubit 1 of the paper is qubit 0 here and the left-most label everywhere (the most significant bit of a basis state);
of the adapters, only those on Qiskit Aer (``aer_compile.py``, ``aer_copies.py``, ``aer_jobs.py``, ``aer_channels.py``) reverse
this. This module is data: matrices are in oracle.py, and
reading, writing, drawing and Qiskit in the modules beside it.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable

from backends.errors import CircuitError, did_you_mean


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


@dataclasses.dataclass(frozen=True)
class Circuit:
    """A circuit on ``|0...0>`` whose measured qubits each give one output, p(outcome 0).

    Attributes:
        name: Label for people; not part of the fingerprint.
        n_qubits: Width.
        n_angles: Angles that a row binds, radians: first the inputs (from the network), then the trainable weights.
        gates: Gates in order of time.
        measured: Measured qubits; output k of a head is p(0) of ``measured[k]``.
        n_weights: How many of the angles, the last ones, are trainable weights of the head.
        source: Paper, equation or issue that the circuit comes from.
        angle_names: Names that the author gave the angles; ignored in comparisons. By default phi_1, phi_2, ... as in the
            paper, and theta_1, ... for weights.

    Raises:
        CircuitError: a gate, qubit, angle or number is not well formed; the message names gate and position.
    """

    name: str
    n_qubits: int
    n_angles: int
    gates: tuple[Gate, ...]
    measured: tuple[int, ...] = (0,)
    n_weights: int = 0
    source: str = ""
    angle_names: tuple[str, ...] = dataclasses.field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.n_qubits < 1 or self.n_angles < 0 or not 0 <= self.n_weights <= self.n_angles:
            raise CircuitError(
                f"circuit {self.name!r}: expected n_qubits >= 1 and 0 <= n_weights <= n_angles, "
                f"got n_qubits={self.n_qubits}, n_angles={self.n_angles}, n_weights={self.n_weights}"
            )
        if self.angle_names and (len(set(self.angle_names)), len(self.angle_names)) != (self.n_angles, self.n_angles):
            raise CircuitError(
                f"circuit {self.name!r}: expected a name of its own for each of {self.n_angles} angles, got {self.angle_names}"
            )
        for position, gate in enumerate(self.gates):
            problem = gate_problem(gate, self.n_qubits, self.n_angles)
            if problem:
                raise CircuitError(f"circuit {self.name!r}, gate {position} ({gate.name} on {gate.qubits}): {problem}")
        measured_once = len(set(self.measured)) == len(self.measured) > 0
        if not measured_once or not all(0 <= qubit < self.n_qubits for qubit in self.measured):
            raise CircuitError(
                f"circuit {self.name!r}: expected distinct measured qubits in 0..{self.n_qubits - 1}, got {self.measured}"
            )

    @property
    def n_inputs(self) -> int:
        """Angles that come from the network."""
        return self.n_angles - self.n_weights

    @property
    def n_outputs(self) -> int:
        """Measured qubits, each an output p(0)."""
        return len(self.measured)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the circuit computes: everything but its name, source and the names of its angles."""
        content = dataclasses.asdict(self)
        del content["name"], content["source"], content["angle_names"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def frequencies(self, index: int) -> tuple[float, int]:
        """Return (base, count): probabilities are trigonometric in angle ``index`` with frequencies base * {1..count}.

        An angle that no gate uses has count 0. Source: Wierichs et al., Quantum 6, 677 (2022), Eq. (4) f.

        Raises:
            CircuitError: the scales of the angle have no common base (say 1 and pi), so no finite shift rule exists.
        """
        uses = [
            [abs(param.scale) * frequency for frequency in GATES[gate.name].spectrum]
            for gate in self.gates
            for param in gate.params
            if isinstance(param, Angle) and param.index == index and param.scale != 0
        ]
        if not uses:
            return 1.0, 0
        frequencies = {frequency for use in uses for frequency in use}
        base = _common_base(frequencies)
        if base is None:
            raise CircuitError(
                f"circuit {self.name!r}: angle {index} enters with the frequencies {sorted(frequencies)}, which have "
                "no common base; expected rational ratios (use scales such as 1, 2, 0.5)"
            )
        top = sum(max(use) for use in uses)
        return base, round(top / base)


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


def _common_base(values: Iterable[float]) -> float | None:
    """Greatest number of which all values are integer multiples, or None where none above 1/64 of the least exists."""
    least = min(values)
    for divisor in range(1, 65):
        base = least / divisor
        if all(math.isclose(value / base, round(value / base), rel_tol=1e-9) for value in values):
            return base
    return None
