"""PennyLane: a QNode in its TorchLayer, with each of its gradient methods."""

from typing import Any, Literal

import torch

from backends.peers.layer import Layer


def torch_layer(
    *, device: str, diff_method: Literal["backprop", "adjoint", "parameter-shift"], shots: int | None = None
) -> Layer:
    """TorchLayer over all rows at once; with parameter-shift row by row, because it refuses batches (pennylane#4462)."""
    import pennylane as qml

    def circuit(inputs: torch.Tensor) -> Any:
        for wire in range(3):
            qml.Hadamard(wire)
        for wire in range(3):
            qml.RZ(inputs[..., wire], wires=wire)
        qml.CNOT([2, 1])
        qml.RZ(inputs[..., 3], wires=1)
        qml.CNOT([1, 0])
        qml.Hadamard(0)
        return qml.expval(qml.PauliZ(0))

    qnode = qml.set_shots(qml.QNode(circuit, qml.device(device, wires=3), diff_method=diff_method), shots)
    layer = qml.qnn.TorchLayer(qnode, weight_shapes={})

    def batched(values: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = layer(values.flatten(0, 1))
        return (1 + found.reshape(values.shape[:2])) / 2

    def one_by_one(values: torch.Tensor) -> torch.Tensor:
        found = torch.stack([layer(row) for row in values.flatten(0, 1)])
        return (1 + found.reshape(values.shape[:2])) / 2

    return one_by_one if diff_method == "parameter-shift" else batched
