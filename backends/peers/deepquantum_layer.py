"""DeepQuantum: a circuit that encodes rows of a batch, differentiated by torch."""

from backends.peers.layer import Layer


def batched() -> Layer:
    """QubitCircuit with encoded rotations, all rows in one call."""
    import deepquantum as dq
    import torch

    circuit = dq.QubitCircuit(3)
    circuit.hlayer()
    for qubit in range(3):
        circuit.rz(qubit, encode=True)
    circuit.cnot(2, 1)
    circuit.rz(1, encode=True)
    circuit.cnot(1, 0)
    circuit.h(0)
    circuit.observable(0, basis="z")
    circuit.to(torch.float64)

    def rows(values: torch.Tensor) -> torch.Tensor:
        circuit(data=values.flatten(0, 1))
        found: torch.Tensor = circuit.expectation()
        return (1 + found.reshape(values.shape[:2])) / 2

    return rows
