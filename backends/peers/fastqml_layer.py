"""fastqml: layers of gates as one matrix product, for ``strongly_entangling`` circuits."""

from typing import NamedTuple

import torch

from backends.circuits.circuit import Circuit
from backends.errors import CircuitError
from backends.peers.layer import Layer, PlainGate, plain_gates


class _Ring(NamedTuple):
    """The matrix of a layer's CNOTs, real and imaginary part."""

    real: torch.Tensor
    imaginary: torch.Tensor


def fused(circuit: Circuit) -> Layer:
    """A call for each class: the rotations of a layer fused to one matrix, its CNOTs composed to one beforehand.

    Raises:
        CircuitError: the circuit is not rx on each qubit, then layers of rz, ry, rz on each qubit and CNOTs.
    """
    from fastqml import gate_fusion, register_ops

    n_qubits = circuit.n_qubits
    rings = _rings(circuit)

    def expectation(inputs: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        real = torch.zeros(len(inputs), *(2,) * n_qubits, dtype=torch.float64)
        real.view(len(inputs), -1)[:, 0] = 1
        state = real, torch.zeros_like(real)
        state = gate_fusion.apply_per_batch_su2_chain(*state, *gate_fusion.build_rx_per_batch(inputs))
        for ring, layer in zip(rings, weights.reshape(len(rings), n_qubits, 3), strict=True):
            state = gate_fusion.apply_su2_layer(*state, *gate_fusion.build_rot_gates(*layer.T))
            first, second = register_ops.apply_dense(*(part.flatten(1) for part in state), *ring)
            state = first.reshape(real.shape), second.reshape(real.shape)
        probabilities = state[0].square() + state[1].square()
        p_zero: torch.Tensor = probabilities.select(1 + circuit.measured[0], 0).flatten(1).sum(dim=1)
        return p_zero

    def layer(values: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        assert weights is not None
        return torch.stack([expectation(values[:, k], weights[k]) for k in range(len(weights))], dim=1)

    return layer


def _rings(circuit: Circuit) -> list[_Ring]:
    """Return the matrix of each layer's CNOTs, after a check that the circuit has the form that ``fused`` computes."""
    from fastqml import torch_sim_real

    n_qubits = circuit.n_qubits
    gates = plain_gates(circuit)
    expected = [PlainGate("rx", (qubit,), qubit) for qubit in range(n_qubits)]
    layers: list[list[tuple[int, ...]]] = []
    for gate in gates[n_qubits:]:
        if gate.name == "cx":
            layers[-1].append(gate.qubits)
        elif gate.name == "rz" and gate.qubits == (0,) and (not layers or layers[-1]):
            layers.append([])
    for number, ring in enumerate(layers):
        first = n_qubits * (1 + 3 * number)
        expected += [
            PlainGate(name, (qubit,), first + 3 * qubit + place)
            for qubit in range(n_qubits)
            for place, name in enumerate(("rz", "ry", "rz"))
        ]
        expected += [PlainGate("cx", qubits, None) for qubits in ring]
    if gates != expected:
        raise CircuitError(f"fastqml: expected a strongly_entangling circuit, got {circuit.name!r}")
    size = 2**n_qubits
    made = []
    for ring in layers:
        state = (
            torch.eye(size, dtype=torch.float64).reshape(size, *(2,) * n_qubits),
            torch.zeros(size, *(2,) * n_qubits),
        )
        for control, target in ring:
            state = torch_sim_real.apply_cnot(*state, control, target, n_qubits)
        real = state[0].reshape(size, size).T.contiguous()  # row k was the ring's effect on basis state k
        made.append(_Ring(real, torch.zeros_like(real)))
    return made
