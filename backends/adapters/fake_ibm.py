"""The ``fake_ibm`` head: the noise of a fake IBM device, from its calibration snapshot, simulated as a density matrix.

Modelled: gate errors (thermal relaxation, and what is left of the gate's error as depolarizing) and readout errors,
p(1|0) and p(0|1) apart. Not modelled: idle noise, crosstalk, drift, leakage. rz and u1 are virtual, so without noise.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, final

import pydantic

from backends.adapters.aer_compile import Compiled, GateOn, compile_circuit
from backends.adapters.durations import duration_s
from backends.adapters.fake_devices import device_name, device_size, load, part_of, snapshot
from backends.adapters.noisy_aer import MAX_QUBITS, NO_READOUT_ERROR, NoisyAer, NoisyAerOptions
from backends.capabilities import HeadOptions
from backends.chain import ReadoutRates
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError, ExecutionError


class FakeIBMOptions(NoisyAerOptions):
    """Options of ``fake_ibm``; ``sampling`` as of every noisy head on Aer.

    Attributes:
        device: Fake device of qiskit-ibm-runtime, e.g. "manila".
        gate_noise: Apply gate errors.
        readout_error: Apply readout errors.
        layout: Physical qubit of each qubit of the circuit; None for 0, 1, 2, ...
        optimization_level: Of the transpiler, which keeps the layout.
    """

    device: Annotated[str, pydantic.AfterValidator(device_name)] = "manila"
    gate_noise: bool = True
    readout_error: bool = True
    layout: tuple[int, ...] | None = None
    optimization_level: Literal[0, 1, 2, 3] = 1

    @pydantic.model_validator(mode="after")
    def _layout_is_on_device(self) -> Self:
        size, layout = device_size(self.device), self.layout or ()
        if len(set(layout)) < len(layout) or not all(0 <= qubit < size for qubit in layout):
            raise ConfigError(f"layout: expected distinct qubits of {self.device!r} in 0..{size - 1}, got {layout}")
        return self


@final
class FakeIBM(NoisyAer):
    """A fake IBM device, sampled or, without shots, its exact noisy probabilities."""

    Options: ClassVar = FakeIBMOptions
    noiseless_options: ClassVar = {"gate_noise": False, "readout_error": False}
    options: FakeIBMOptions

    @classmethod
    def check(
        cls, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> FakeIBMOptions:
        """Validate as every head does, and that the circuit fits the device and the layout."""
        checked = super().check(circuit, shots=shots, options=options)
        assert isinstance(checked, FakeIBMOptions)
        size, layout = device_size(checked.device), checked.layout
        if circuit.n_qubits > size:
            raise ConfigError(
                f"{cls.__name__}: circuit {circuit.name!r} needs {circuit.n_qubits} qubits, "
                f"device {checked.device!r} has {size}"
            )
        if layout is not None and len(layout) != circuit.n_qubits:
            raise ConfigError(
                f"{cls.__name__}: expected a layout of {circuit.n_qubits} physical qubits, one for each qubit of "
                f"circuit {circuit.name!r}, got {len(layout)}: {layout}"
            )
        return checked

    def _compile(self, *, sampled: bool) -> tuple[Compiled, tuple[ReadoutRates, ...]]:
        from qiskit.transpiler.exceptions import TranspilerError

        options = self.options
        device = load(options.device)
        self._layout = list(options.layout or range(self.circuit.n_qubits))
        try:
            compiled = compile_circuit(
                self.circuit,
                sampled=sampled,
                target=part_of(device.target, range(device.num_qubits)),
                initial_layout=self._layout,
                optimization_level=options.optimization_level,
            )
        except TranspilerError as error:
            raise self._misplaced(error.message) from error
        if len(compiled.qubits) > MAX_QUBITS:
            raise self._misplaced(
                f"routing touches {len(compiled.qubits)} physical qubits, a density matrix takes at most {MAX_QUBITS}"
            )
        self._calibration = part_of(device.target, compiled.qubits)
        properties = device.properties()  # its target has only the mean of p(1|0) and p(0|1) (qiskit#9097)
        self._calibrated_readout = tuple(
            ReadoutRates(
                *(
                    properties.qubit_property(compiled.qubits[qubit], f"prob_meas{1 - bit}_prep{bit}")[0]
                    for bit in (0, 1)
                )
            )
            for qubit in compiled.measured
        )
        if options.readout_error:
            return compiled, self._calibrated_readout
        return compiled, (NO_READOUT_ERROR,) * len(compiled.measured)

    def _gate_errors(self) -> dict[GateOn, Any]:
        from qiskit_aer.noise.device import basic_device_gate_errors

        if not self.options.gate_noise:
            return {}
        errors = {(name, tuple(on)): error for name, on, error in basic_device_gate_errors(target=self._calibration)}
        for gate in sorted(set(self.compiled.gates) - errors.keys()):
            known = self._calibration[gate[0]][gate[1]]
            if known is None or known.error or known.duration:
                raise ExecutionError(
                    f"{self.name}: no noise on gate {gate[0]} of {self.options.device!r}, which has {known}"
                )
        return errors

    def provenance(self) -> dict[str, Any]:
        """Return the device, its snapshot, the circuit's place on it, and the errors of the qubits and gates in use."""
        gates = {gate: self._calibration[gate[0]][gate[1]] for gate in sorted(set(self.compiled.gates))}
        physical = self.compiled.qubits
        return {
            **super().provenance(),
            "layout": self._layout,
            "physical_qubits": list(physical),
            "readout": [
                {"qubit": physical[qubit], **rates._asdict()}
                for qubit, rates in zip(self.compiled.measured, self._calibrated_readout, strict=True)
            ],
            "gates_used": [
                {"gate": name, "qubits": [physical[q] for q in on], "error": p.error, "duration_s": p.duration}
                for (name, on), p in gates.items()
            ],
            "duration_s": duration_s(self.compiled, self._calibration),
            "snapshot": snapshot(self.options.device),
        }

    def _misplaced(self, reason: str) -> ConfigError:
        return ConfigError(
            f"{self.name}: circuit {self.circuit.name!r} does not fit layout {self._layout} on "
            f"{self.options.device!r}: {reason}; choose neighbouring qubits"
        )
