"""qiskit-machine-learning: a QNN on Aer's primitives, made a torch layer by its TorchConnector."""

from typing import Any

import torch

from backends.circuits.circuit import Circuit
from backends.circuits.qiskit import to_qiskit
from backends.peers.layer import Layer, by_rows


def sampler_qnn(circuit: Circuit, *, shots: int) -> Layer:
    """SamplerQNN on Aer's SamplerV2, input gradients on: each shifted circuit is one of its jobs' circuits."""
    from qiskit_aer.primitives import SamplerV2
    from qiskit_machine_learning.neural_networks import SamplerQNN

    made, angles = to_qiskit(circuit)
    made.remove_final_measurements()  # it adds its own and reads only those; with ours, all rows have one answer
    qnn = SamplerQNN(
        circuit=made,
        sampler=SamplerV2(default_shots=shots, seed=1),
        input_params=angles,
        interpret=lambda outcome: outcome & 1,  # qubit 0
        output_shape=2,
        input_gradients=True,
    )
    connected = _connected(qnn)
    return by_rows(lambda rows: connected(rows)[:, 0])


def estimator_qnn(circuit: Circuit) -> Layer:
    """EstimatorQNN on Aer's EstimatorV2, exact: the expectation of Z on the measured qubit."""
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer.primitives import EstimatorV2
    from qiskit_machine_learning.neural_networks import EstimatorQNN

    made, angles = to_qiskit(circuit)
    made.remove_final_measurements()
    qnn = EstimatorQNN(
        circuit=made,
        estimator=EstimatorV2(),
        observables=SparsePauliOp("Z".rjust(circuit.n_qubits, "I")),
        input_params=angles,
        input_gradients=True,
        default_precision=0.0,
    )
    connected = _connected(qnn)
    return by_rows(lambda rows: (1 + connected(rows)[:, 0]) / 2)


def _connected(qnn: Any) -> torch.nn.Module:
    from qiskit_machine_learning.connectors import TorchConnector

    connected: torch.nn.Module = TorchConnector(qnn)
    return connected
