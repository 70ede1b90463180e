"""The ``pennylane`` head: one PennyLane job for all rows, on any installed qubit device."""

import dataclasses
import functools
import importlib.metadata
import importlib.util
from typing import Any, ClassVar, final

import numpy as np
import pydantic
import torch

from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities, HeadOptions
from backends.circuits.circuit import Angle, Gate
from backends.circuits.light_cone import simulated_facts, without_idle_gates
from backends.errors import ConfigError, MissingPackageError, did_you_mean, pip_line
from backends.head import QuantumHead

_MAX_ELEMENTS = 2**24  # amplitudes, or sampled bits, of one tape: at most 256 MiB; parts leave the result as it is
_UNSUITABLE = {
    "default.gaussian": "works with optical modes, not qubits",
    "default.qutrit": "works with qutrits, not qubits",
    "default.qutrit.mixed": "works with qutrits, not qubits",
    "default.clifford": "has no rotations, only Clifford gates",
    "null.qubit": "computes nothing",
}
_NEEDS = {"default.tensor": "quimb"}  # what PennyLane does not install with the device
_OPERATIONS = {
    "h": "Hadamard",
    "x": "PauliX",
    "y": "PauliY",
    "z": "PauliZ",
    "s": "S",
    "t": "T",
    "sx": "SX",
    "rx": "RX",
    "ry": "RY",
    "rz": "RZ",
    "p": "PhaseShift",
    "u": "U3",
    "cx": "CNOT",
    "cz": "CZ",
    "swap": "SWAP",
    "cp": "ControlledPhaseShift",
    "crx": "CRX",
    "cry": "CRY",
    "crz": "CRZ",
    "rxx": "IsingXX",
    "ryy": "IsingYY",
    "rzz": "IsingZZ",
}  # sdg and tdg are adjoints


class PennyLaneOptions(HeadOptions):
    """Options of the ``pennylane`` head.

    Attributes:
        device: An installed PennyLane device, e.g. "default.qubit" (batched, the fastest), "lightning.qubit" (compiled,
            for wide circuits) or "default.mixed".
    """

    device: str = "default.qubit"

    @pydantic.field_validator("device")
    @classmethod
    def _device_is_usable(cls, device: str) -> str:
        if device in _UNSUITABLE:
            raise ValueError(f"that device {_UNSUITABLE[device]}")
        if package := _missing_package(device):
            raise ValueError(f"that device needs {package}, not installed: pip install {package}")
        known = usable_devices()
        if known and device not in known:  # none known: PennyLane is missing, and _prepare says so
            hint = did_you_mean(device, known)
            raise ValueError(
                f"expected an installed PennyLane device ({', '.join(sorted(known))}), got {device!r}{hint}"
            )
        return device


@final
class PennyLane(QuantumHead):
    """PennyLane simulation, exact or sampled.

    Gradients are our own shifted rows: PennyLane's parameter-shift refuses broadcast tapes (pennylane#4462).
    """

    Options: ClassVar = PennyLaneOptions
    options: PennyLaneOptions
    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=16
    )

    def _prepare(self) -> None:
        if importlib.util.find_spec("pennylane") is None:
            raise MissingPackageError(f"{self.name} needs pennylane, not installed: {pip_line('pennylane')}")
        self._simulated = without_idle_gates(self.circuit)
        # A density matrix squares the number of amplitudes.
        n_qubits = self._simulated.n_qubits
        elements = 4**n_qubits if self.options.device == "default.mixed" else 2**n_qubits
        self._tape_rows = max(1, _MAX_ELEMENTS // max(elements, (self.shots or 0) * n_qubits))
        self._device(seed=0)  # a device that cannot be made is found here, not in the first step

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        found = self._outcomes(rows, first_evaluation=first_evaluation).margins()
        if self.shots is None:
            return found
        counts = (found.p_zero * self.shots).round()  # k / shots, free of the sum's rounding
        return dataclasses.replace(found, p_zero=counts / self.shots)

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        import pennylane as qml

        # A device of its own for each job: its seed is the only public way to seed shots.
        device = self._device(seed=self.shot_seed(first_evaluation))
        tapes = [self._tape(part.numpy()) for part in rows.detach().cpu().split(self._tape_rows)]
        # With its cache, PennyLane would give equal rows the same shots.
        # Tape by tape, for the samples of one may fill 256 MiB.
        read = self._saved if self.shots is None else self._frequencies
        joint = np.concatenate(
            [read(np.asarray(qml.execute([tape], device, diff_method=None, cache=False)[0])) for tape in tapes]
        )
        # Counted from the tapes: on lightning.qubit, qml.Tracker takes four fifths of the time. A test compares both.
        circuits = sum(tape.batch_size for tape in tapes)
        shots = sum(tape.batch_size * (tape.shots.total_shots or 0) for tape in tapes)
        return Outcomes(torch.from_numpy(joint).to(rows.device), circuits=circuits, shots=shots)

    def provenance(self) -> dict[str, Any]:
        """Return the device, the distribution and version that provide it, and how rows reach it."""
        distribution = usable_devices()[self.options.device]
        return {
            "engine": f"pennylane {importlib.metadata.version('pennylane')}",
            "device": self.options.device,
            "device_from": f"{distribution} {importlib.metadata.version(distribution)}",
            "method": "broadcast tapes, one qml.execute each",
            "simulated": simulated_facts(self.circuit),
        }

    def _device(self, *, seed: int) -> Any:
        import pennylane as qml

        name = self.options.device
        seeded = {} if self.shots is None else {"seed": seed}
        try:
            return qml.device(name, wires=self._simulated.n_qubits, **seeded)
        except (qml.exceptions.DeviceError, ImportError, TypeError) as error:
            raise ConfigError(f"{self.name}: device {name!r} cannot be made ({error}); try 'default.qubit'") from error

    def _tape(self, rows: np.ndarray) -> Any:
        """Return one broadcast tape for rows of angles, shape (n_rows, n_angles), radians."""
        import pennylane as qml

        operations = [_operation(gate, rows) for gate in self._simulated.gates]
        # RZ(0) on |0>: a circuit that uses no angle is a batch, too, so that each row has shots of its own.
        operations.insert(0, qml.RZ(np.zeros(len(rows)), 0))
        # Samples, that we count: PennyLane counts them row by row in Python, a fifth of the job's time.
        measured = qml.probs if self.shots is None else qml.sample
        return qml.tape.QuantumScript(operations, [measured(wires=self._simulated.measured)], shots=self.shots)

    def _saved(self, probabilities: np.ndarray) -> np.ndarray:
        return probabilities.reshape(-1, 2**self.circuit.n_outputs)

    def _frequencies(self, samples: np.ndarray) -> np.ndarray:
        """Return the frequency of each joint outcome, shape (n_rows, 2**n_outputs), from a bit a row, shot and output."""
        assert self.shots is not None
        bits = samples.reshape(-1, self.shots, self.circuit.n_outputs)
        n_rows, n_outcomes = len(bits), 2**self.circuit.n_outputs
        outcome = np.broadcast_to(n_outcomes * np.arange(n_rows)[:, None], bits.shape[:2])
        for output in range(self.circuit.n_outputs):  # the first is the top bit
            outcome = outcome + (bits[:, :, output] << (self.circuit.n_outputs - 1 - output))
        counts = np.bincount(outcome.ravel(), minlength=n_rows * n_outcomes)
        return counts.reshape(n_rows, n_outcomes) / self.shots


def _operation(gate: Gate, rows: np.ndarray) -> Any:
    import pennylane as qml

    if gate.name.endswith("dg"):
        return qml.adjoint(getattr(qml, _OPERATIONS[gate.name[0]])(gate.qubits))
    params = [p.scale * rows[:, p.index] + p.offset if isinstance(p, Angle) else p for p in gate.params]
    if any(isinstance(p, Angle) for p in gate.params):
        params = [np.broadcast_to(param, len(rows)) for param in params]  # PennyLane wants all or none of them batched
    return getattr(qml, _OPERATIONS[gate.name])(*params, wires=gate.qubits)


@functools.cache
def usable_devices() -> dict[str, str]:
    """Return the distribution of each installed device that the head can use, read from metadata: nothing is imported."""
    found = importlib.metadata.entry_points(group="pennylane.plugins")
    return {
        entry.name: entry.dist.name
        for entry in found
        if entry.dist and entry.name not in _UNSUITABLE and _missing_package(entry.name) is None
    }


def _missing_package(device: str) -> str | None:
    """Return the package that a device needs and that is not installed."""
    package = _NEEDS.get(device)
    return package if package and importlib.util.find_spec(package) is None else None
