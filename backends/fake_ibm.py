"""The ``fake_ibm`` head: the noise model of a fake IBM device, from a calibration snapshot, simulated as density matrix.

Modelled: gate errors (thermal relaxation and what is left of the gate's error as depolarizing) and readout errors, p(1|0)
and p(0|1) apart. Not modelled: idle noise, crosstalk, drift, leakage. rz and u1 are virtual on these devices: no noise.
"""

import difflib
import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, final

import pydantic
import torch

from backends._qiskit import compile_circuit, evaluate, simulator
from backends.circuit import Circuit
from backends.errors import ConfigError, ExecutionError, MissingPackageError
from backends.head import Capabilities, Executed, Options, QuantumHead

_METHOD = "density_matrix"
_MAX_QUBITS = 10  # 16 MiB a density matrix
_PACKAGE = "qiskit_ibm_runtime"
_DEVICES = "fake_provider.backends"
# Without rx and rzz, the fractional gates: their angles are limited on hardware, and ours are free.
_BASIS = ("rz", "sx", "x", "u1", "u2", "u3", "cx", "cz", "ecr", "measure")


@functools.cache
def devices() -> dict[str, pathlib.Path]:
    """Return the folder of each fake device, by short name, without importing its package."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackageError("fake_ibm needs qiskit_ibm_runtime, not installed: pip install 'quantum-head-bench[qiskit]'")
    root = pathlib.Path(spec.submodule_search_locations[0], *_DEVICES.split("."))
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / f"props_{folder.name}.json").is_file()}


def device_name(given: str) -> str:
    """Return the short name of a device: "manila" for manila, fake_manila, ibm_manila, FakeManila, FakeManilaV2.

    Raises:
        ConfigError: no such device; the message names the nearest.
    """
    short = re.sub(r"^(fake|ibmq|ibm)_?|(_?v2|backend)$", "", given.lower())
    if short not in devices():
        near = difflib.get_close_matches(short, devices(), n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"unknown device {given!r}{hint} Known are {', '.join(devices())}")
    return short


def device_size(name: str) -> int:
    """Return how many qubits the device of that short name has."""
    size: int = json.loads((devices()[name] / f"conf_{name}.json").read_text(encoding="utf-8"))["n_qubits"]
    return size


class FakeIBMOptions(Options):
    """Options of ``fake_ibm``.

    Attributes:
        device: Fake device of qiskit-ibm-runtime.
        gate_noise: Apply gate errors.
        readout_error: Apply readout errors.
        layout: Physical qubit of each qubit of the circuit; None for 0, 1, 2, ...
        optimization_level: Of the transpiler; the layout stays as it is.
    """

    device: Annotated[str, pydantic.AfterValidator(device_name)] = "manila"
    gate_noise: bool = True
    readout_error: bool = True
    layout: tuple[int, ...] | None = None
    optimization_level: Literal[0, 1, 2, 3] = 1

    @pydantic.model_validator(mode="after")
    def _layout_on_device(self) -> "FakeIBMOptions":
        size = device_size(self.device)
        layout = self.layout or ()
        if len(set(layout)) < len(layout) or not all(0 <= qubit < size for qubit in layout):
            raise ConfigError(f"layout: expected distinct qubits of {self.device}, 0..{size - 1}, got {layout}")
        return self


@final
class FakeIBM(QuantumHead):
    """A fake IBM device; without shots, its exact noisy probabilities."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=True, autograd=False, multicore=True, max_qubits=_MAX_QUBITS
    )
    Options: ClassVar[type[Options]] = FakeIBMOptions
    options: FakeIBMOptions

    @classmethod
    def check(
        cls, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | Options | None = None
    ) -> Options:
        """As every head's, and the circuit must fit the device and the layout."""
        checked = super().check(circuit, shots=shots, options=options)
        assert isinstance(checked, FakeIBMOptions)
        size = device_size(checked.device)
        if circuit.n_qubits > size:
            raise ConfigError(
                f"{cls.__name__}: circuit {circuit.name!r} has {circuit.n_qubits} qubits, device {checked.device!r} has {size}"
            )
        if checked.layout is not None and len(checked.layout) != circuit.n_qubits:
            raise ConfigError(
                f"{cls.__name__}: layout must name {circuit.n_qubits} physical qubits, one for each qubit of circuit "
                f"{circuit.name!r}, got {len(checked.layout)}: {checked.layout}"
            )
        return checked

    def _prepare(self) -> None:
        from qiskit.transpiler.exceptions import TranspilerError

        device = _load(self.options.device)
        try:
            self._compiled = compile_circuit(
                self.circuit,
                sampled=self.shots is not None,
                target=_part_of(device.target, range(device.num_qubits)),
                initial_layout=self._layout,
                optimization_level=self.options.optimization_level,
            )
        except TranspilerError as error:
            raise ConfigError(
                f"{self.name}: circuit {self.circuit.name!r} does not fit layout {self._layout} on {self.options.device!r}: "
                f"{error.message}; choose neighbouring qubits"
            ) from error
        physical = self._compiled.qubits
        if len(physical) > _MAX_QUBITS:
            raise ConfigError(
                f"{self.name}: layout {self._layout} on {self.options.device!r} needs {len(physical)} physical qubits to "
                f"connect its own, a density matrix takes at most {_MAX_QUBITS}; choose neighbouring qubits"
            )
        self._calibration = _part_of(device.target, physical)
        properties = device.properties()
        self._readout = [
            tuple(properties.qubit_property(physical[qubit], name)[0] for name in ("prob_meas1_prep0", "prob_meas0_prep1"))
            for qubit in self._compiled.measured
        ]  # p(1|0) and p(0|1) of each output; the target has only their mean (qiskit#9097)
        self._aer = simulator(self._compiled, method=_METHOD, noise_model=self._noise_model())

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        executed = evaluate(
            self._aer, self._compiled, rows, shots=self.shots, seed=self.seed, first_evaluation=first_evaluation
        )
        if self.shots is not None or not self.options.readout_error:
            return executed
        p_one_of_zero, p_zero_of_one = torch.tensor(self._readout, dtype=torch.float64).T
        p_zero = executed.p_zero * (1 - p_one_of_zero) + (1 - executed.p_zero) * p_zero_of_one
        return Executed(p_zero, circuits=executed.circuits, shots=executed.shots)

    def provenance(self) -> dict[str, Any]:
        """Return the device, its snapshot, where the circuit lies on it, and the errors of the gates and qubits in use."""
        options, physical = self.options, self._compiled.qubits
        files = [devices()[options.device] / f"{kind}_{options.device}.json" for kind in ("conf", "props")]
        gates = {gate: self._calibration[gate[0]][gate[1]] for gate in sorted(set(self._compiled.gates))}
        return {
            **options.model_dump(),
            "method": _METHOD,
            "layout": self._layout,
            "physical_qubits": list(physical),
            "measured_qubits": [physical[qubit] for qubit in self._compiled.measured],
            "readout": [{"p1_given_0": one, "p0_given_1": zero} for one, zero in self._readout],
            "gates_used": [
                {"gate": name, "qubits": [physical[q] for q in on], "error": props.error, "duration_s": props.duration}
                for (name, on), props in gates.items()
            ],
            "snapshot_date": json.loads(files[1].read_text(encoding="utf-8"))["last_update_date"],
            "snapshot_sha256": hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest(),
            "snapshot_package": f"qiskit-ibm-runtime {importlib.metadata.version('qiskit-ibm-runtime')}",
            **self._compiled.summary(),
        }

    @property
    def _layout(self) -> list[int]:
        return list(self.options.layout or range(self.circuit.n_qubits))

    def _noise_model(self) -> Any:
        """Return the errors of the gates and qubits in use alone: Aer copies the whole model with each job (qiskit-aer#2379)."""
        from qiskit_aer.noise import NoiseModel, ReadoutError
        from qiskit_aer.noise.device import basic_device_gate_errors

        used = set(self._compiled.gates)
        model = NoiseModel(basis_gates=sorted({name for name, _ in used}))
        if self.options.gate_noise:
            errors = {(name, tuple(on)): error for name, on, error in basic_device_gate_errors(target=self._calibration)}
            for name, on in sorted(used):
                if (name, on) in errors:
                    model.add_quantum_error(errors[name, on], name, on)
                elif (props := self._calibration[name][on]) is None or props.error or props.duration:
                    raise ExecutionError(f"{self.name}: {self.options.device!r} gives no error for its gate {name} on {on}")
        if self.options.readout_error:
            for qubit, (one, zero) in zip(self._compiled.measured, self._readout, strict=True):
                model.add_readout_error(ReadoutError([[1 - one, one], [zero, 1 - zero]]), [qubit])
        return model


def _load(name: str) -> Any:
    """Return the fake device: the class of its module that carries its name."""
    module = importlib.import_module(f"{_PACKAGE}.{_DEVICES}.{name}")
    return next(found for found in vars(module).values() if getattr(found, "backend_name", "") == f"fake_{name}")()


def _part_of(target: Any, qubits: Sequence[int]) -> Any:
    """Return the target's usable gates on these physical qubits, which become qubits 0, 1, ... of the part."""
    from qiskit.transpiler import Target

    place = {physical: position for position, physical in enumerate(qubits)}
    part = Target(num_qubits=len(place), qubit_properties=[target.qubit_properties[physical] for physical in qubits])
    for name in sorted(target.operation_names & set(_BASIS)):
        inside = {
            tuple(place[q] for q in on): props for on, props in target[name].items() if set(on) <= place.keys()
        }
        if inside:
            part.add_instruction(target.operation_from_name(name), inside)
    return part
