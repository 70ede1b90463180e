"""Canaries of qiskit-ibm-runtime."""

import warnings

import torch

from backends.adapters.fake_ibm import FakeIBM
from backends.canaries.canary import Canary, Observation
from backends.circuits.circuit import Circuit, Gate

_N_QUBITS = 5
_SHOTS = 200  # over 32 outcomes: two runs practically never agree by chance


def _seed_zero() -> Observation:
    """Sample twice with the seed 0, and twice with 1, in local mode; and so with our head."""
    from qiskit import QuantumCircuit

    from backends.adapters.fake_devices import load

    circuit = QuantumCircuit(_N_QUBITS)
    for qubit in range(_N_QUBITS):
        circuit.sx(qubit)
    circuit.measure_all()
    device = load("manila")
    repeats = {seed: _counts(device, circuit, seed) == _counts(device, circuit, seed) for seed in (0, 1)}
    coins = Circuit("coins", _N_QUBITS, 0, tuple(Gate("h", (q,)) for q in range(_N_QUBITS)), tuple(range(_N_QUBITS)))
    nothing = torch.zeros(8, 1, 0, dtype=torch.float64)
    with torch.no_grad():
        ours = [FakeIBM(coins, n_circuits=1, shots=_SHOTS, seed=0)(nothing) for _ in range(2)]
    return Observation(
        repeats[1] and not repeats[0],
        f"SamplerV2 in local mode, the same job twice: seed 0 {_says(repeats[0])}, seed 1 {_says(repeats[1])}",
        covered=bool(torch.equal(*ours)),
    )


def _counts(device: object, circuit: object, seed: int) -> dict[str, int]:
    from qiskit_ibm_runtime import SamplerV2

    sampler = SamplerV2(mode=device)
    sampler.options.simulator.seed_simulator = seed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # local mode warns of options that it does not know
        counts: dict[str, int] = sampler.run([circuit], shots=_SHOTS).result()[0].data.meas.get_counts()
    return counts


def _says(repeats: bool) -> str:
    return "repeats" if repeats else "does not repeat"


CANARIES = [
    Canary(
        "seed 0",
        ("qiskit_ibm_runtime", "qiskit_aer"),
        "Local mode drops seed_simulator = 0, so that a run with the seed 0 cannot be repeated.",
        "fake devices run on Aer itself, and every evaluation has a seed of its own, made from the run's seed by a hash",
        "backends/adapters/aer_jobs.py",
        _seed_zero,
    )
]
