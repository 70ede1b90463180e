"""A fake IBM device as users run it: Aer with the device's whole noise model, and the runtime's local testing mode.

Neither has gradients: our shifted rows are added to its job.
"""

import numpy as np
import torch

from backends.adapters.fake_devices import load
from backends.circuits.circuit import Circuit
from backends.circuits.qiskit import to_qiskit
from backends.peers.layer import Layer, by_parameter_shift


def aer_from_backend(circuit: Circuit, *, device: str, shots: int) -> Layer:
    """AerSimulator.from_backend, transpiled once, all rows in one job through parameter_binds."""
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    made, angles = to_qiskit(circuit)
    simulator = AerSimulator.from_backend(load(device), seed_simulator=1)
    compiled = transpile(made, simulator, initial_layout=_layout(circuit), optimization_level=1, seed_transpiler=1)

    def probabilities(rows: torch.Tensor) -> torch.Tensor:
        binds = dict(zip(angles, rows.T.tolist(), strict=True))
        result = simulator.run(compiled, parameter_binds=[binds], shots=shots).result()
        return torch.tensor([counts.get("0", 0) / shots for counts in result.get_counts()], dtype=torch.float64)

    return by_parameter_shift(circuit, probabilities)


def runtime_local_mode(circuit: Circuit, *, device: str, shots: int) -> Layer:
    """The runtime's Sampler, built on its executor, in local testing mode: transpiled once, all rows in one broadcast PUB."""
    from qiskit import transpile
    from qiskit_ibm_runtime.executor_sampler import Sampler

    made, angles = to_qiskit(circuit)
    fake = load(device)
    compiled = transpile(made, fake, initial_layout=_layout(circuit), optimization_level=1, seed_transpiler=1)
    sampler = Sampler(mode=fake)
    order = [angles.index(parameter) for parameter in compiled.parameters]

    def probabilities(rows: torch.Tensor) -> torch.Tensor:
        bits = sampler.run([(compiled, rows[:, order].numpy())], shots=shots).result()[0].join_data()
        return torch.from_numpy(1 - np.unpackbits(bits.array[..., 0, None], axis=-1)[..., -1].mean(axis=-1))

    return by_parameter_shift(circuit, probabilities)


def _layout(circuit: Circuit) -> list[int]:
    """Return the layout of our head, so that both have the same errors."""
    return list(range(circuit.n_qubits))
