"""TensorCircuit-NG on its PyTorch backend: one circuit's function, vectorised over rows."""

import torch

from backends.peers.layer import Layer


def vmapped() -> Layer:
    """The circuit under its backend's vmap, differentiated by torch."""
    import tensorcircuit as tc

    backend = tc.set_backend("pytorch")
    tc.set_dtype("complex128")

    def expectation(angles: torch.Tensor) -> torch.Tensor:
        circuit = tc.Circuit(3)
        for qubit in range(3):
            circuit.h(qubit)
        for qubit in range(3):
            circuit.rz(qubit, theta=angles[qubit])
        circuit.cx(2, 1)
        circuit.rz(1, theta=angles[3])
        circuit.cx(1, 0)
        circuit.h(0)
        found: torch.Tensor = backend.real(circuit.expectation_ps(z=[0]))
        return found

    rows = backend.vmap(expectation, vectorized_argnums=0)
    return lambda values: (1 + rows(values.flatten(0, 1)).reshape(values.shape[:2])) / 2
