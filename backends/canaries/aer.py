"""Canaries of Qiskit Aer."""

import numpy as np
import torch

from backends.adapters.aer import AerShots
from backends.adapters.fake_ibm import FakeIBM
from backends.canaries.canary import Canary, Observation
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import probabilities

_ANGLES = np.array([0.5, 1.0, 2.0, 3.0])
_SHOTS = 4000
_DEVICE = "manila"


def _error(p: np.ndarray) -> np.ndarray:
    bars: np.ndarray = 5 * np.sqrt(p * (1 - p) / _SHOTS) + 5 / _SHOTS
    return bars


def _controlled_rotation() -> Observation:
    """Bind crx row by row, in Aer and through our head."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter
    from qiskit_aer import AerSimulator

    expected = 1 - np.sin(_ANGLES / 2) ** 2 / 2  # p(0) of the target, control in (|0> + |1>) / sqrt(2)
    angle = Parameter("angle")
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.crx(angle, 0, 1)
    circuit.measure(1, 0)
    binds = [{angle: _ANGLES.tolist()}]
    result = AerSimulator().run(circuit, parameter_binds=binds, shots=_SHOTS, seed_simulator=1).result()
    got = np.array([r.data.counts.get("0x0", 0) / _SHOTS for r in result.results])
    wrong = len(got) != len(_ANGLES) or bool((np.abs(got - expected) > _error(expected)).any())
    ours = Circuit("crx", 2, 1, (Gate("h", (0,)), Gate("crx", (0, 1), (Angle(0),))), measured=(1,))
    rows = _ANGLES[:, None]
    with torch.no_grad():
        head = AerShots(ours, n_circuits=1, shots=_SHOTS)(torch.from_numpy(rows)[:, None])[:, 0].numpy()
    oracle = probabilities(ours, rows)[:, 0]
    return Observation(
        wrong,
        f"{len(_ANGLES)} angles bound to crx: expected p(0) {np.round(expected, 3).tolist()}, got "
        f"{np.round(got, 3).tolist()}, status {result.status}",
        covered=bool((np.abs(head - oracle) <= _error(oracle)).all()),
    )


def _symmetrised_readout() -> Observation:
    """Compare the readout error that from_backend gives with the calibration, and with our head's."""
    from qiskit_aer.noise import NoiseModel

    from backends.adapters.fake_devices import load

    device = load(_DEVICE)
    properties = device.properties()
    true = [float(properties.qubit_property(0, name)[0]) for name in ("prob_meas1_prep0", "prob_meas0_prep1")]
    errors = NoiseModel.from_backend(device).to_dict(serializable=True)["errors"]
    table = next(e["probabilities"] for e in errors if e["type"] == "roerror" and [0] in e["gate_qubits"])
    given = [float(table[0][1]), float(table[1][0])]
    ours = []
    for gates in ((), (Gate("x", (0,)),)):
        circuit = Circuit("readout", 1, 0, gates)
        head = FakeIBM(circuit, n_circuits=1, options={"device": _DEVICE, "gate_noise": False})
        with torch.no_grad():
            ours.append(float(head(torch.zeros(1, 1, 0, dtype=torch.float64))))
    return Observation(
        bool(np.abs(np.subtract(given, true)).max() > 1e-6),
        f"{_DEVICE} qubit 0, p(1|0) and p(0|1): the calibration says {_percent(true)}, from_backend {_percent(given)}",
        covered=bool(np.allclose([1 - ours[0], ours[1]], true, atol=1e-9)),
    )


def _percent(pair: list[float]) -> str:
    return " and ".join(f"{100 * value:.2f} %" for value in pair)


CANARIES = [
    Canary(
        "controlled rotations",
        ("qiskit_aer", "qiskit"),
        "Bound row by row (parameter_binds), controlled rotations give wrong counts without an error (qiskit-aer#2323, "
        "#2391, #2403).",
        "circuits are transpiled to gates without controlled rotations, and the number of answers is checked",
        "backends/adapters/aer_compile.py",
        _controlled_rotation,
    ),
    Canary(
        "readout error",
        ("qiskit_aer", "qiskit_ibm_runtime"),
        "from_backend takes the mean of p(1|0) and p(0|1), which differ on real devices (qiskit#9097).",
        "both are taken from the device's calibration",
        "backends/adapters/fake_ibm.py",
        _symmetrised_readout,
    ),
]
