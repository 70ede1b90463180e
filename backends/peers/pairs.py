"""The rows of the peers table: which head of ours is timed against which peer, and how much faster it should be."""

import math

from backends.capabilities import Execution
from backends.peers.pair import BATCH, Ours, Pair, Peer

_PENNYLANE = {"pennylane": "pennylane"}
_LIGHTNING = _PENNYLANE | {"pennylane_lightning": "pennylane-lightning"}
_QISKIT_ML = {"qiskit_machine_learning": "qiskit-machine-learning", "qiskit_aer": "qiskit-aer"}
_QISKIT = {"qiskit_aer": "qiskit-aer", "qiskit_ibm_runtime": "qiskit-ibm-runtime"}
_TENSORCIRCUIT = {"tensorcircuit": "tensorcircuit-ng"}
_DEEPQUANTUM = {"deepquantum": "deepquantum"}
_SHOTS = {"shots": 1000}
_MANILA = {"noise_of": "manila"}
_ANGLES_28 = "hardware_efficient(n_qubits=4, n_layers=2)"
_ANGLES_80 = "strongly_entangling(n_qubits=8, n_layers=3)"
_RUNTIME_ROUNDS_TO = 1e-5 * math.pi / 2  # the default of its option simulator.angle_decimals

_BACKPROP = Peer(
    "PennyLane TorchLayer, default.qubit, backprop, all rows broadcast",
    "pennylane_torch:torch_layer",
    {"device": "default.qubit", "diff_method": "backprop"},
    _PENNYLANE,
)
_MIXED = Peer(
    "PennyLane QNode, default.mixed, backprop, the same channels as QubitChannel, all rows broadcast",
    "pennylane_torch:noisy_mixed", _MANILA, _PENNYLANE | _QISKIT,
)  # fmt: skip
_TENSORCIRCUIT_VMAP = Peer("TensorCircuit-NG, PyTorch backend, vmap", "tensorcircuit_ng:vmapped", {}, _TENSORCIRCUIT)
_DM_CIRCUIT = Peer(
    "TensorCircuit-NG DMCircuit, PyTorch backend, the same channels as Kraus operators, vmap",
    "tensorcircuit_ng:noisy_density_matrix", _MANILA, _TENSORCIRCUIT | _QISKIT,
)  # fmt: skip
_DEEPQUANTUM_BATCH = Peer("DeepQuantum, batch of encoded data", "deepquantum_layer:batched", {}, _DEEPQUANTUM)


def _fake_ibm(device: str, execution: Execution = "native", shots: int | None = 1000) -> Ours:
    return Ours("fake_ibm", shots, {"device": device}, execution)


def _from_backend(name: str, images: int = BATCH) -> Peer:
    text = f"AerSimulator.from_backend (fake {name}) with parameter_binds, shifted rows in the same job"
    return Peer(text, "qiskit_devices:aer_from_backend", {"device": name, **_SHOTS}, _QISKIT, images=images)


PAIRS = (
    Pair("statevector, exact", Ours("statevector"), _BACKPROP, 12),
    Pair("table, exact", Ours("statevector", execution="table"), _BACKPROP, 40),
    Pair("channels, exact", _fake_ibm("manila", "channels", None), _MIXED, 200),
    Pair("channels, exact, 28 angles", _fake_ibm("manila", "channels", None), _MIXED, 300, _ANGLES_28, most_rounds=3),
    Pair(
        "channels, 1,000 shots, 28 angles",
        _fake_ibm("manila", "channels"), _from_backend("manila", images=8), 40, _ANGLES_28, most_rounds=3,
    ),
    Pair(
        "aer_shots native",
        Ours("aer_shots", 1000),
        Peer(
            "qiskit-machine-learning TorchConnector(SamplerQNN), Aer SamplerV2",
            "qiskit_ml:sampler_qnn", _SHOTS, _QISKIT_ML, images=8,
        ),
        9,
    ),
    Pair("fake_ibm native, 5 qubits", _fake_ibm("manila"), _from_backend("manila"), 8),
    Pair("fake_ibm native, 127 qubits", _fake_ibm("sherbrooke"), _from_backend("sherbrooke"), 12),
    Pair("fake_ibm table, 5 qubits", _fake_ibm("manila", "table"), _from_backend("manila"), 10_000),
    Pair("fake_ibm table, 127 qubits", _fake_ibm("sherbrooke", "table"), _from_backend("sherbrooke"), 20_000),
    Pair(
        "pennylane native, 1,000 shots",
        Ours("pennylane", 1000),
        Peer(
            "PennyLane TorchLayer, default.qubit, parameter-shift, sample by sample",
            "pennylane_torch:torch_layer",
            {"device": "default.qubit", "diff_method": "parameter-shift", **_SHOTS}, _PENNYLANE, images=8,
        ),
        18,
    ),
    Pair(
        "statevector, exact, against adjoint",
        Ours("statevector"),
        Peer(
            "PennyLane TorchLayer, lightning.qubit, adjoint",
            "pennylane_torch:torch_layer", {"device": "lightning.qubit", "diff_method": "adjoint"}, _LIGHTNING,
        ),
    ),
    Pair("statevector, exact, against TensorCircuit", Ours("statevector"), _TENSORCIRCUIT_VMAP),
    Pair("statevector, exact, against DeepQuantum", Ours("statevector"), _DEEPQUANTUM_BATCH),
    Pair("channels, exact, against TensorCircuit", _fake_ibm("manila", "channels", None), _DM_CIRCUIT),
    Pair(
        "channels, exact, 28 angles, against TensorCircuit",
        _fake_ibm("manila", "channels", None), _DM_CIRCUIT, None, _ANGLES_28, most_rounds=3,
    ),
    Pair("statevector, exact, 8 qubits", Ours("statevector"), _BACKPROP, None, _ANGLES_80),
    Pair(
        "statevector, exact, 8 qubits, against adjoint",
        Ours("statevector"),
        Peer(
            "PennyLane QNode, lightning.qubit, adjoint, a call for each class",
            "pennylane_torch:qnode_of_each_class", {"device": "lightning.qubit", "diff_method": "adjoint"}, _LIGHTNING, images=8,
        ),
        None, _ANGLES_80, most_rounds=3,
    ),
    Pair("statevector, exact, 8 qubits, against TensorCircuit", Ours("statevector"), _TENSORCIRCUIT_VMAP, None, _ANGLES_80),
    Pair("statevector, exact, 8 qubits, against DeepQuantum", Ours("statevector"), _DEEPQUANTUM_BATCH, None, _ANGLES_80),
    Pair(
        "statevector, exact, 8 qubits, against fastqml",
        Ours("statevector"),
        Peer("fastqml, layers fused, a call for each class", "fastqml_layer:fused", {}, {"fastqml": "fastqml"}),
        None, _ANGLES_80,
    ),
    Pair(
        "aer_statevector, exact",
        Ours("aer_statevector"),
        Peer(
            "qiskit-machine-learning TorchConnector(EstimatorQNN), Aer EstimatorV2 without shot noise",
            "qiskit_ml:estimator_qnn", {}, _QISKIT_ML, images=8,
        ),
    ),
    Pair(
        "fake_ibm native, runtime's local mode",
        _fake_ibm("manila"),
        Peer(
            "qiskit-ibm-runtime executor_sampler.Sampler in local testing mode (fake manila), shifted rows in the same PUB",
            "qiskit_devices:runtime_local_mode", {"device": "manila", **_SHOTS}, _QISKIT, images=8,
            rounds_angles_to=_RUNTIME_ROUNDS_TO,
        ),
    ),
)  # fmt: skip
