"""The rows of the peers table: which head of ours is timed against which peer, and how much faster it should be."""

import dataclasses
import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

from backends.capabilities import Execution
from backends.circuits.catalogue import circuit_named
from backends.errors import MissingPackageError
from backends.head import QuantumHead
from backends.peers.layer import Layer
from backends.registry import head_class
from backends.surrogates.choice import factory_for

BATCH = 32  # images of a step
CIRCUITS = 10  # of an image, one a class: with the 8 shifts of eq7, 32 x 10 x 9 = 2,880 evaluations a step


@dataclasses.dataclass(frozen=True)
class Ours:
    """A head of ours, native or as what answers in its backend's place."""

    head: str
    shots: int | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    execution: Execution = "native"

    def build(self) -> QuantumHead:
        """Return the head: circuit eq7, one copy a class."""
        native = head_class(self.head)
        factory = factory_for(native, self.execution)
        return factory(circuit_named("eq7"), n_circuits=CIRCUITS, shots=self.shots, seed=1, options=self.options)

    def exact(self) -> "Ours":
        """Return the head that gives the expected answers: the same noise, without shots."""
        noisy = head_class(self.head).capabilities.noisy
        return Ours(self.head, options=self.options) if noisy else Ours("statevector")

    def __str__(self) -> str:
        options = ", ".join(map(str, self.options.values()))
        return f"{self.head}{f' ({options})' if options else ''} {self.execution}, {_shots(self.shots)}"


@dataclasses.dataclass(frozen=True)
class Peer:
    """What a user would run instead.

    Attributes:
        text: Its description in tables.
        path: "module:function" in this package; the function returns a ``Layer``.
        settings: Its arguments.
        packages: Import name and distribution of what it needs.
        images: How many of the step's images it is given. Fewer than the batch where a step would take minutes; such a
            peer has no fixed cost of a job, which fewer images would exaggerate.
    """

    text: str
    path: str
    settings: Mapping[str, Any]
    packages: Mapping[str, str]
    images: int = BATCH

    def build(self) -> Layer:
        """Return the peer's layer.

        Raises:
            MissingPackageError: a package is not installed.
        """
        missing = [name for package, name in self.packages.items() if importlib.util.find_spec(package) is None]
        if missing:
            raise MissingPackageError(
                f"peer {self.text!r} needs {', '.join(missing)}, not installed: tox run -e peers, or pip install "
                f"{' '.join(missing)}"
            )
        module, _, function = self.path.partition(":")
        layer: Layer = getattr(importlib.import_module(f"{__package__}.{module}"), function)(**self.settings)
        return layer


@dataclasses.dataclass(frozen=True)
class Pair:
    """A row of the table.

    Attributes:
        row: Its name.
        ours: Our head.
        peer: What it is compared with.
        target: The ratio peer / ours of their times should be at least this; None: no target.
    """

    row: str
    ours: Ours
    peer: Peer
    target: float | None = None


def _shots(shots: int | None) -> str:
    return "exact" if shots is None else f"{shots:,} shots"


_PENNYLANE = {"pennylane": "pennylane"}
_QISKIT_ML = {"qiskit_machine_learning": "qiskit-machine-learning", "qiskit_aer": "qiskit-aer"}
_QISKIT = {"qiskit_aer": "qiskit-aer", "qiskit_ibm_runtime": "qiskit-ibm-runtime"}
_SHOTS = {"shots": 1000}

_BACKPROP = Peer(
    "PennyLane TorchLayer, default.qubit, backprop, all rows broadcast",
    "pennylane_torch:torch_layer",
    {"device": "default.qubit", "diff_method": "backprop"},
    _PENNYLANE,
)


def _fake_ibm(device: str, execution: Execution = "native") -> Ours:
    return Ours("fake_ibm", 1000, {"device": device}, execution)


def _from_backend(name: str) -> Peer:
    text = f"AerSimulator.from_backend (fake {name}) with parameter_binds, shifted rows in the same job"
    return Peer(text, "qiskit_devices:aer_from_backend", {"device": name, **_SHOTS}, _QISKIT)


PAIRS = (
    Pair("statevector, exact", Ours("statevector"), _BACKPROP, 8),
    Pair("table, exact", Ours("statevector", execution="table"), _BACKPROP, 40),
    Pair(
        "aer_shots native",
        Ours("aer_shots", 1000),
        Peer(
            "qiskit-machine-learning TorchConnector(SamplerQNN), Aer SamplerV2",
            "qiskit_ml:sampler_qnn", _SHOTS, _QISKIT_ML, images=8,
        ),
        10,
    ),
    Pair("fake_ibm native, 5 qubits", _fake_ibm("manila"), _from_backend("manila"), 8),
    Pair("fake_ibm native, 127 qubits", _fake_ibm("sherbrooke"), _from_backend("sherbrooke"), 15),
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
        20,
    ),
    Pair(
        "statevector, exact, against adjoint",
        Ours("statevector"),
        Peer(
            "PennyLane TorchLayer, lightning.qubit, adjoint",
            "pennylane_torch:torch_layer",
            {"device": "lightning.qubit", "diff_method": "adjoint"}, _PENNYLANE | {"pennylane_lightning": "pennylane-lightning"},
        ),
    ),
    Pair(
        "statevector, exact, against TensorCircuit",
        Ours("statevector"),
        Peer("TensorCircuit-NG, PyTorch backend, vmap", "tensorcircuit_ng:vmapped", {}, {"tensorcircuit": "tensorcircuit-ng"}),
    ),
    Pair(
        "statevector, exact, against DeepQuantum",
        Ours("statevector"),
        Peer("DeepQuantum, batch of encoded data", "deepquantum_layer:batched", {}, {"deepquantum": "deepquantum"}),
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
            "qiskit-ibm-runtime SamplerV2 in local testing mode (fake manila), shifted rows in the same PUB",
            "qiskit_devices:runtime_local_mode", {"device": "manila", **_SHOTS}, _QISKIT, images=8,
        ),
    ),
)  # fmt: skip
