"""Families of circuits with inputs and trainable weights, by width and depth.

Inputs enter as rotations, because each comes from the network as an angle. The sources use another encoding or leave it
open; each function states its deviation.
"""

import itertools

from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import CircuitError

MAX_QUBITS, MAX_LAYERS = 16, 100
_REUPLOADING = (
    "after Perez-Salinas, Cervera-Lierta, Gil-Fuster, Latorre: Data re-uploading for a universal quantum classifier, "
    "Quantum 4, 226 (2020)"
)


def reuploading(n_qubits: int = 1, n_layers: int = 3, n_outputs: int = 1) -> Circuit:
    """Return alternating general rotations by three inputs and by weights of their own; each input enters every layer.

    Ours: with several qubits, all take the same inputs, and CZ between neighbours follows each layer but the last.
    """
    _check("reuploading", n_qubits, n_layers, n_outputs)
    n_inputs = 3
    weight = itertools.count(n_inputs)
    gates: list[Gate] = []
    for layer in range(n_layers):
        gates += [Gate("u", (qubit,), (Angle(0), Angle(1), Angle(2))) for qubit in range(n_qubits)]
        gates += [Gate("u", (qubit,), tuple(Angle(next(weight)) for _ in range(3))) for qubit in range(n_qubits)]
        if layer < n_layers - 1:
            gates += _chain("cz", n_qubits)
    return _circuit(gates, n_qubits, n_inputs, next(weight) - n_inputs, n_outputs, _REUPLOADING)


def reuploading_affine(n_qubits: int = 1, n_layers: int = 3, n_outputs: int = 1) -> Circuit:
    """Return general rotations whose angles are all inputs, three for each qubit and layer.

    With an angle layer in front, each angle is an affine function of the data: theta + w x, the form in which the source
    uploads them (its Eq. (6)). Deviation from source: the angle layer has a weight for each pair of angle and feature, where
    the source has one a feature. Ours: with several qubits, CZ between neighbours follows each layer but the last.
    """
    _check("reuploading_affine", n_qubits, n_layers, n_outputs)
    angle = itertools.count()
    gates: list[Gate] = []
    for layer in range(n_layers):
        gates += [Gate("u", (qubit,), tuple(Angle(next(angle)) for _ in range(3))) for qubit in range(n_qubits)]
        if layer < n_layers - 1:
            gates += _chain("cz", n_qubits)
    return _circuit(gates, n_qubits, next(angle), 0, n_outputs, _REUPLOADING)


def dressed(n_qubits: int = 4, n_layers: int = 6) -> Circuit:
    """Return H and Ry(input) on each qubit, then layers of CNOTs and Ry(weight); every qubit is measured.

    A layer's CNOTs act on the pairs (0, 1), (2, 3), ..., then on (1, 2), (3, 4), ...
    """
    _check("dressed", n_qubits, n_layers, n_qubits)
    weight = itertools.count(n_qubits)
    gates = [Gate("h", (qubit,)) for qubit in range(n_qubits)]
    gates += [Gate("ry", (qubit,), (Angle(qubit),)) for qubit in range(n_qubits)]
    pairs = _chain("cx", n_qubits)
    for _ in range(n_layers):
        gates += [*pairs[::2], *pairs[1::2]]
        gates += [Gate("ry", (qubit,), (Angle(next(weight)),)) for qubit in range(n_qubits)]
    source = "Mari, Bromley, Izaac, Schuld, Killoran: Transfer learning in hybrid classical-quantum neural networks, Quantum 4, 340 (2020)"
    return _circuit(gates, n_qubits, n_qubits, next(weight) - n_qubits, n_qubits, source)


def basic_entangler(n_qubits: int = 2, n_layers: int = 6) -> Circuit:
    """Return Rx(input) on each qubit, then layers of Rx(weight) and a ring of CNOTs; every qubit is measured.

    PennyLane's AngleEmbedding and BasicEntanglerLayers. Two qubits have one CNOT a layer instead of a ring.
    """
    _check("basic_entangler", n_qubits, n_layers, n_qubits)
    weight = itertools.count(n_qubits)
    gates = _encoding(n_qubits)
    ring = _chain("cx", n_qubits) + ([Gate("cx", (n_qubits - 1, 0))] if n_qubits > 2 else [])
    for _ in range(n_layers):
        gates += [Gate("rx", (qubit,), (Angle(next(weight)),)) for qubit in range(n_qubits)]
        gates += ring
    source = "PennyLane's tutorial Turning quantum nodes into Torch Layers: AngleEmbedding, BasicEntanglerLayers"
    return _circuit(gates, n_qubits, n_qubits, next(weight) - n_qubits, n_qubits, source)


def strongly_entangling(n_qubits: int = 3, n_layers: int = 2, n_outputs: int = 1) -> Circuit:
    """Return layers of a general rotation on each qubit and a ring of CNOTs, whose range grows from layer to layer.

    Deviation from source: inputs are Rx angles in front, one a qubit, where the source encodes amplitudes; and the ring
    is of CNOTs without angles.
    """
    _check("strongly_entangling", n_qubits, n_layers, n_outputs)
    weight = itertools.count(n_qubits)
    gates = _encoding(n_qubits)
    for layer in range(n_layers):
        for qubit in range(n_qubits):
            gates += [Gate(name, (qubit,), (Angle(next(weight)),)) for name in ("rz", "ry", "rz")]
        reach = layer % (n_qubits - 1) + 1 if n_qubits > 1 else 0
        gates += [Gate("cx", (qubit, (qubit + reach) % n_qubits)) for qubit in range(n_qubits) if reach]
    source = (
        "after Schuld, Bocharov, Svore, Wiebe: Circuit-centric quantum classifiers, Phys. Rev. A 101, 032308 (2020)"
    )
    return _circuit(gates, n_qubits, n_qubits, next(weight) - n_qubits, n_outputs, source)


def hardware_efficient(n_qubits: int = 3, n_layers: int = 2, n_outputs: int = 1) -> Circuit:
    """Return layers of Ry and Rz on each qubit and CZ between neighbours, with a last layer of rotations.

    Deviation from source: inputs are Rx angles in front, one a qubit; the entangler is CZ on a chain, where the source
    takes whatever its device offers.
    """
    _check("hardware_efficient", n_qubits, n_layers, n_outputs)
    weight = itertools.count(n_qubits)
    gates = _encoding(n_qubits)
    for layer in range(n_layers + 1):
        for qubit in range(n_qubits):
            gates += [Gate(name, (qubit,), (Angle(next(weight)),)) for name in ("ry", "rz")]
        if layer < n_layers:
            gates += _chain("cz", n_qubits)
    source = (
        "after Kandala et al.: Hardware-efficient variational quantum eigensolver for small molecules and quantum magnets, "
        "Nature 549, 242 (2017)"
    )
    return _circuit(gates, n_qubits, n_qubits, next(weight) - n_qubits, n_outputs, source)


def _encoding(n_qubits: int) -> list[Gate]:
    return [Gate("rx", (qubit,), (Angle(qubit),)) for qubit in range(n_qubits)]


def _chain(name: str, n_qubits: int) -> list[Gate]:
    return [Gate(name, (qubit, qubit + 1)) for qubit in range(n_qubits - 1)]


def _circuit(gates: list[Gate], n_qubits: int, n_inputs: int, n_weights: int, n_outputs: int, source: str) -> Circuit:
    measured = tuple(range(n_outputs))
    return Circuit("", n_qubits, n_inputs + n_weights, tuple(gates), measured, n_weights, source)


def _check(family: str, n_qubits: int, n_layers: int, n_outputs: int) -> None:
    ranges = {
        "n_qubits": (n_qubits, MAX_QUBITS),
        "n_layers": (n_layers, MAX_LAYERS),
        "n_outputs": (n_outputs, n_qubits),
    }
    for name, (value, top) in ranges.items():
        if not 1 <= value <= top:
            raise CircuitError(f"circuit {family!r}: expected {name} from 1 to {top}, got {value}")
