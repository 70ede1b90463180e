"""DeepQuantum: a circuit that encodes rows of a batch, differentiated by torch."""

import torch

from backends.circuits.circuit import Circuit
from backends.peers.layer import Layer, by_rows, plain_gates

_GATES = {"h": "h", "rx": "rx", "ry": "ry", "rz": "rz", "cx": "cnot", "cz": "cz"}


def batched(circuit: Circuit) -> Layer:
    """QubitCircuit with encoded rotations, all rows in one call."""
    import deepquantum as dq

    gates = plain_gates(circuit)
    made = dq.QubitCircuit(circuit.n_qubits)
    for gate in gates:
        settings = {} if gate.angle is None else {"encode": True}
        getattr(made, _GATES[gate.name])(*gate.qubits, **settings)
    made.observable(circuit.measured[0], basis="z")
    made.to(torch.float64)
    encoded = [gate.angle for gate in gates if gate.angle is not None]  # it takes data in the order of its gates
    in_order = encoded == list(range(circuit.n_angles))

    def probabilities(rows: torch.Tensor) -> torch.Tensor:
        made(data=rows if in_order else rows[:, encoded])
        found: torch.Tensor = made.expectation()
        return (1 + found.reshape(len(rows))) / 2

    return by_rows(probabilities)
