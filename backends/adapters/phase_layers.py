"""Compiles a circuit into a few layers for the batched torch simulator (statevector.py). NumPy only, run once a head.

Every gate of ``GATES`` is, up to a global phase, a product of Hadamards, permutations of the basis, and phases that are
linear in the angles. So all that stands between two Hadamards is one layer, whatever the number of its gates:

    amplitude k after = exp(i (slopes[k] . angles + offsets[k])) * amplitude source[k] before
"""

import dataclasses
import math

import numpy as np

from backends.circuits.basis import basis_bits
from backends.circuits.circuit import Angle, Circuit, Gate

_CONSTANT_PHASE = {"z": math.pi, "s": math.pi / 2, "sdg": -math.pi / 2, "t": math.pi / 4, "tdg": -math.pi / 4}


@dataclasses.dataclass(frozen=True)
class PhaseLayer:
    """One layer; basis states are numbered with qubit 0 as the most significant bit.

    Attributes:
        source: Basis state that each amplitude comes from, shape (2**n_qubits,).
        slopes: Radians of phase for each radian of each angle, shape (2**n_qubits, n_angles).
        offsets: Radians of phase that no angle changes, shape (2**n_qubits,).
        hadamard: The qubit of the Hadamard that ends the layer; None for the last layer.
    """

    source: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    hadamard: int | None

    @property
    def moves(self) -> bool:
        """Whether an amplitude comes from another basis state."""
        return bool((self.source != np.arange(len(self.source))).any())

    @property
    def is_identity(self) -> bool:
        """Whether nothing stands before the Hadamard."""
        return not (self.moves or self.slopes.any() or self.offsets.any())


def compile_layers(circuit: Circuit) -> list[PhaseLayer]:
    """Return the layers of a circuit in order of time; only the last one has no Hadamard."""
    builder = _Builder(circuit.n_qubits, circuit.n_angles)
    for gate in circuit.gates:
        builder.add(gate)
    builder.close(None)
    return builder.layers


class _Builder:
    def __init__(self, n_qubits: int, n_angles: int) -> None:
        self.layers: list[PhaseLayer] = []
        self._n_angles = n_angles
        self._bits = basis_bits(n_qubits)
        self._source: np.ndarray
        self._slopes: np.ndarray
        self._offsets: np.ndarray
        self._open()

    def add(self, gate: Gate) -> None:
        """Append a gate, written as Hadamards, flips and phases (identities of Nielsen and Chuang, Sec. 4.2-4.3)."""
        name, qubits, params = gate.name, gate.qubits, gate.params
        bits = [self._bits[qubit] for qubit in qubits]
        target = qubits[-1]
        if name == "h":
            self.close(target)
        elif name in _CONSTANT_PHASE:
            self._turn(_CONSTANT_PHASE[name], bits[0])
        elif name == "x":
            self._flip(target, np.ones_like(bits[0]))
        elif name == "y":  # i X Z
            self._parts("z x", qubits)
        elif name == "sx":
            self._parts("h s h", qubits)
        elif name == "cx":
            self._flip(target, bits[0])
        elif name == "cz":
            self._turn(math.pi, bits[0] * bits[1])
        elif name == "swap":
            for pair in (qubits, qubits[::-1], qubits):
                self.add(Gate("cx", pair))
        elif name == "p":
            self._turn(params[0], bits[0])
        elif name == "cp":
            self._turn(params[0], bits[0] * bits[1])
        elif name == "rz":
            self._turn(params[0], bits[0] - 0.5)
        elif name == "crz":
            self._turn(params[0], bits[0] * (bits[1] - 0.5))
        elif name == "rzz":
            self._turn(params[0], (bits[0] ^ bits[1]) - 0.5)
        elif name == "u":  # U(theta, phi, lambda) = P(phi) RY(theta) P(lambda)
            theta, phi, lam = params
            for part, param in (("p", lam), ("ry", theta), ("p", phi)):
                self.add(Gate(part, qubits, (param,)))
        elif name in ("rx", "crx", "rxx"):  # H turns Z into X
            turned = qubits if name == "rxx" else (target,)
            self._conjugated("h", Gate({"rx": "rz", "crx": "crz", "rxx": "rzz"}[name], qubits, params), "h", turned)
        else:  # ry, cry, ryy: S turns X into Y
            turned = qubits if name == "ryy" else (target,)
            self._conjugated("sdg", Gate({"ry": "rx", "cry": "crx", "ryy": "rxx"}[name], qubits, params), "s", turned)

    def close(self, hadamard: int | None) -> None:
        """End the layer with a Hadamard; two of them on one qubit with nothing between cancel."""
        layer = PhaseLayer(self._source, self._slopes, self._offsets, hadamard)
        if self.layers and hadamard is not None and layer.is_identity and self.layers[-1].hadamard == hadamard:
            last = self.layers.pop()
            self._source, self._slopes, self._offsets = last.source, last.slopes, last.offsets
            return
        self.layers.append(layer)
        self._open()

    def _open(self) -> None:
        n_states = self._bits.shape[1]
        self._source = np.arange(n_states)
        self._slopes = np.zeros((n_states, self._n_angles))
        self._offsets = np.zeros(n_states)

    def _parts(self, names: str, qubits: tuple[int, ...]) -> None:
        for name in names.split():
            self.add(Gate(name, qubits))

    def _conjugated(self, before: str, gate: Gate, after: str, qubits: tuple[int, ...]) -> None:
        for qubit in qubits:
            self.add(Gate(before, (qubit,)))
        self.add(gate)
        for qubit in qubits:
            self.add(Gate(after, (qubit,)))

    def _flip(self, qubit: int, where: np.ndarray) -> None:
        states = np.arange(len(self._source))
        source = np.where(where, states ^ (1 << (len(self._bits) - 1 - qubit)), states)
        self._source, self._slopes, self._offsets = self._source[source], self._slopes[source], self._offsets[source]

    def _turn(self, param: float | Angle, factor: np.ndarray) -> None:
        if isinstance(param, Angle):
            self._slopes[:, param.index] += factor * param.scale
            self._offsets += factor * param.offset
        else:
            self._offsets += factor * param
