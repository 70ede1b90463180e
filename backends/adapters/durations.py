"""How long one execution of a circuit takes on an IBM device, from the gate times in the device's own data.

Gates start as early as their qubits allow (the critical path), rz takes no time, and the measurement counts. Left out:
the delay between executions, the reset of the qubits before each one, and what the device's own compiler changes.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from backends.adapters.aer_compile import Compiled, compile_circuit
from backends.adapters.fake_devices import device_name, device_size, load, part_of, snapshot
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class OnDevice:
    """A circuit as it is compiled for a device.

    Attributes:
        device: Short name of the device.
        device_qubits: Qubits of the device.
        qubits: Physical qubits that the compiled circuit uses, ascending; routing may add some.
        duration_s: Of one execution, seconds: gates and measurement.
        calibrated_at: When the device's data were taken.
    """

    device: str
    device_qubits: int
    qubits: tuple[int, ...]
    duration_s: float
    calibrated_at: str

    @property
    def copies(self) -> int:
        """Copies of the circuit that fit on the device at once. An upper bound: neighbourhood and crosstalk do not count."""
        return self.device_qubits // len(self.qubits)


def on_device(circuit: Circuit, device: str, *, layout: Sequence[int] | None = None) -> OnDevice:
    """Compile a circuit for a device and return its size and duration there.

    Args:
        circuit: The circuit, at any angles: they do not change the duration.
        device: Name of a fake device of qiskit-ibm-runtime, for example "sherbrooke".
        layout: Physical qubit of each qubit of the circuit; None: the transpiler chooses.

    Raises:
        ConfigError: no such device, the circuit does not fit it, or its data lack the time of a gate.
        MissingPackageError: qiskit-ibm-runtime is not installed.
    """
    from qiskit.transpiler.exceptions import TranspilerError

    name = device_name(device)
    size = device_size(name)
    if circuit.n_qubits > size:
        raise ConfigError(
            f"circuit {circuit.name!r} needs {circuit.n_qubits} qubits, device {name!r} has {size}; choose a larger device"
        )
    target = part_of(load(name).target, range(size))
    try:
        compiled = compile_circuit(
            circuit,
            sampled=True,
            target=target,
            initial_layout=None if layout is None else list(layout),
            optimization_level=1,
        )
    except TranspilerError as error:
        raise ConfigError(
            f"circuit {circuit.name!r} cannot be compiled for device {name!r}: {error.message}"
        ) from error
    qubits = compiled.qubits
    duration = duration_s(compiled, part_of(target, qubits))
    if duration is None:
        raise ConfigError(
            f"the data of device {name!r} do not tell how long its gates and measurements take; choose another device, "
            "for example sherbrooke"
        )
    return OnDevice(name, size, qubits, duration, snapshot(name)["last_update_date"])


def duration_s(compiled: Compiled, target: Any) -> float | None:
    """Return the seconds from the first gate to the end of the last measurement; None where the data lack a time.

    Args:
        compiled: The circuit, on the qubits 0, 1, ... of the target.
        target: Qiskit ``Target`` with the duration of each gate and measurement.
    """
    ends = [0.0] * len(compiled.qubits)
    for name, on in [*compiled.gates, *(("measure", (qubit,)) for qubit in compiled.measured)]:
        known = target[name][on]
        if known is None or known.duration is None:
            return None
        end = max(ends[qubit] for qubit in on) + known.duration
        for qubit in on:
            ends[qubit] = end
    return max(ends)
