"""The vendor-neutral circuit: gates (gates.py), the angles they use, the qubits that are measured.

Qubit 1 of the paper is qubit 0 here and the left-most label everywhere (the most significant bit of a basis state);
of the adapters, only those on Qiskit Aer (``aer_compile.py``, ``aer_copies.py``, ``aer_jobs.py``, ``aer_channels.py``) reverse
this. This module is data: matrices are in oracle.py, and
reading, writing and Qiskit in the modules beside it.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable

from backends.circuits.drawing import circuit_html
from backends.circuits.gates import GATES as GATES
from backends.circuits.gates import Angle as Angle
from backends.circuits.gates import Gate as Gate
from backends.circuits.gates import GateKind as GateKind
from backends.circuits.gates import gate_problem as gate_problem
from backends.errors import CircuitError


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

    def _repr_html_(self) -> str:
        """Return what a notebook shows of the circuit: its name and its drawing."""
        return circuit_html(self)

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


def _common_base(values: Iterable[float]) -> float | None:
    """Greatest number of which all values are integer multiples, or None where none above 1/64 of the least exists."""
    least = min(values)
    for divisor in range(1, 65):
        base = least / divisor
        if all(math.isclose(value / base, round(value / base), rel_tol=1e-9) for value in values):
            return base
    return None
