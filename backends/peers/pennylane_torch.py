"""PennyLane: a QNode for torch, with each of its gradient methods; and its density matrices with a device's noise."""

from collections.abc import Callable
from typing import Any, Literal

import torch

from backends.circuits.circuit import Circuit
from backends.peers.kraus import kraus_chain
from backends.peers.layer import Layer, by_rows, plain_gates

_GATES = {"h": "Hadamard", "rx": "RX", "ry": "RY", "rz": "RZ", "cx": "CNOT", "cz": "CZ"}


def torch_layer(
    circuit: Circuit,
    *,
    device: str,
    diff_method: Literal["backprop", "adjoint", "parameter-shift"],
    shots: int | None = None,
) -> Layer:
    """TorchLayer over all rows at once; with parameter-shift row by row, because it refuses batches (pennylane#4462)."""
    import pennylane as qml

    def expectation(inputs: torch.Tensor) -> Any:
        return _expectation(circuit, lambda number: inputs[..., number])

    qnode = qml.QNode(expectation, qml.device(device, wires=circuit.n_qubits), diff_method=diff_method)
    layer = qml.qnn.TorchLayer(qml.set_shots(qnode, shots), weight_shapes={})
    if diff_method == "parameter-shift":
        return by_rows(lambda rows: (1 + torch.stack([layer(row) for row in rows])) / 2)
    return by_rows(lambda rows: (1 + layer(rows)) / 2)


def qnode_of_each_class(circuit: Circuit, *, device: str, diff_method: Literal["backprop", "adjoint"]) -> Layer:
    """A call for each class, whose weights are not broadcast: lightning.qubit is faster with it than with all rows at once."""
    import pennylane as qml

    n_inputs = circuit.n_inputs

    def expectation(inputs: torch.Tensor, weights: torch.Tensor) -> Any:
        return _expectation(
            circuit, lambda number: inputs[..., number] if number < n_inputs else weights[number - n_inputs]
        )

    qnode = qml.QNode(expectation, qml.device(device, wires=circuit.n_qubits), diff_method=diff_method)

    def layer(values: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        assert weights is not None
        found = torch.stack([qnode(values[:, k], weights[k]) for k in range(len(weights))], dim=1)
        return (1 + found) / 2

    return layer


def noisy_mixed(circuit: Circuit, *, noise_of: str) -> Layer:
    """default.mixed with backprop: the compiled circuit of a fake device, each gate and its noise as one QubitChannel."""
    import pennylane as qml

    chain = kraus_chain(circuit, device=noise_of)

    def expectation(turns: torch.Tensor) -> Any:
        for step in chain.steps:
            if isinstance(step, int):
                qml.RZ(turns[..., step], wires=chain.turned[step])
            elif len(step.operators) == 1:
                qml.QubitUnitary(step.operators[0], wires=step.qubits)
            else:
                qml.QubitChannel(step.operators, wires=step.qubits)
        return qml.expval(qml.PauliZ(chain.measured))

    qnode = qml.QNode(expectation, qml.device("default.mixed", wires=chain.n_qubits), diff_method="backprop")
    return by_rows(lambda rows: chain.read((1 + qnode(chain.turns(rows))) / 2))


def _expectation(circuit: Circuit, angle: Callable[[int], torch.Tensor]) -> Any:
    """Apply the gates of a circuit, whose angles ``angle`` returns, and return the measurement."""
    import pennylane as qml

    for gate in plain_gates(circuit):
        parameters = [] if gate.angle is None else [angle(gate.angle)]
        getattr(qml, _GATES[gate.name])(*parameters, wires=list(gate.qubits))
    return qml.expval(qml.PauliZ(circuit.measured[0]))
