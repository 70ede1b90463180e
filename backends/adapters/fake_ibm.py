"""The ``fake_ibm`` head: the noise of a fake IBM device, from its calibration snapshot, simulated as a density matrix.

Modelled: gate errors (thermal relaxation, and what is left of the gate's error as depolarizing) and readout errors,
p(1|0) and p(0|1) apart. Not modelled: idle noise, crosstalk, drift, leakage. rz and u1 are virtual, so without noise.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, final

import pydantic
import torch

from backends.adapters.aer_channels import chain_of
from backends.adapters.aer_compile import compile_circuit
from backends.adapters.aer_jobs import Simulation
from backends.adapters.durations import duration_s
from backends.adapters.fake_devices import device_name, device_size, load, part_of, snapshot
from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities, HeadOptions
from backends.chain import Chain
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError, ExecutionError
from backends.head import QuantumHead

_METHOD = "density_matrix"
_MAX_QUBITS = 10  # 16 MiB a density matrix


class FakeIBMOptions(HeadOptions):
    """Options of ``fake_ibm``.

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
class FakeIBM(QuantumHead):
    """A fake IBM device, sampled or, without shots, its exact noisy probabilities."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=True, autograd=False, multicore=True, max_qubits=_MAX_QUBITS
    )
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

    def _prepare(self) -> None:
        from qiskit.transpiler.exceptions import TranspilerError

        options = self.options
        device = load(options.device)
        self._layout = list(options.layout or range(self.circuit.n_qubits))
        try:
            self._compiled = compile_circuit(
                self.circuit,
                sampled=self.shots is not None,
                target=part_of(device.target, range(device.num_qubits)),
                initial_layout=self._layout,
                optimization_level=options.optimization_level,
            )
        except TranspilerError as error:
            raise self._misplaced(error.message) from error
        self._physical = self._compiled.qubits
        if len(self._physical) > _MAX_QUBITS:
            raise self._misplaced(
                f"routing touches {len(self._physical)} physical qubits, a density matrix takes at most {_MAX_QUBITS}"
            )
        self._calibration = part_of(device.target, self._physical)
        properties = device.properties()  # its target has only the mean of p(1|0) and p(0|1) (qiskit#9097)
        self._readout = [
            (
                properties.qubit_property(physical, "prob_meas1_prep0")[0],
                properties.qubit_property(physical, "prob_meas0_prep1")[0],
            )
            for physical in (self._physical[qubit] for qubit in self._compiled.measured)
        ]
        self._simulation = Simulation.of(self._compiled, method=_METHOD, noise_model=self._noise_model())

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None:
            return self._outcomes(rows, first_evaluation=first_evaluation).margins()
        return self._simulation.evaluate(
            rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        outcomes = self._simulation.evaluate_outcomes(
            rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
        )
        if self.shots is not None or not self.options.readout_error:
            return outcomes
        joint = outcomes.joint
        for output, (one_of_zero, zero_of_one) in enumerate(
            self._readout
        ):  # the probabilities that Aer saves are without readout error
            zero, one = joint.reshape(len(rows), 2**output, 2, -1).unbind(dim=2)
            read_zero = zero * (1 - one_of_zero) + one * zero_of_one
            joint = torch.stack((read_zero, zero + one - read_zero), dim=2).reshape(len(rows), -1)
        return Outcomes(joint, circuits=outcomes.circuits, shots=0)

    def provenance(self) -> dict[str, Any]:
        """Return the device, its snapshot, the circuit's place on it, and the errors of the qubits and gates in use."""
        gates = {gate: self._calibration[gate[0]][gate[1]] for gate in sorted(set(self._compiled.gates))}
        return {
            **self.options.model_dump(),
            "method": _METHOD,
            "layout": self._layout,
            "physical_qubits": list(self._physical),
            "readout": [
                {"qubit": self._physical[qubit], "p1_given_0": one_of_zero, "p0_given_1": zero_of_one}
                for qubit, (one_of_zero, zero_of_one) in zip(self._compiled.measured, self._readout, strict=True)
            ],
            "gates_used": [
                {"gate": name, "qubits": [self._physical[q] for q in on], "error": p.error, "duration_s": p.duration}
                for (name, on), p in gates.items()
            ],
            "duration_s": duration_s(self._compiled, self._calibration),
            "snapshot": snapshot(self.options.device),
            **self._compiled.summary(),
        }

    def _noise_model(self) -> Any:
        """Return the errors of what is in use, and no others: Aer copies the model with each job (qiskit-aer#2379)."""
        from qiskit_aer.noise import NoiseModel, ReadoutError

        model = NoiseModel(basis_gates=sorted({name for name, _ in self._compiled.gates}))
        for (name, on), error in self._gate_errors().items():
            model.add_quantum_error(error, name, on)
        if self.options.readout_error:
            for qubit, (one_of_zero, zero_of_one) in zip(self._compiled.measured, self._readout, strict=True):
                table = [[1 - one_of_zero, one_of_zero], [zero_of_one, 1 - zero_of_one]]
                model.add_readout_error(ReadoutError(table), [qubit])
        return model

    def _gate_errors(self) -> dict[tuple[str, tuple[int, ...]], Any]:
        """Return Aer's ``QuantumError`` of each gate in use that has one."""
        from qiskit_aer.noise.device import basic_device_gate_errors

        if not self.options.gate_noise:
            return {}
        errors = {(name, on): error for name, on, error in basic_device_gate_errors(target=self._calibration)}
        found = {}
        for name, on in sorted(set(self._compiled.gates)):
            if (name, on) in errors:
                found[name, on] = errors[name, on]
            elif (known := self._calibration[name][on]) is None or known.error or known.duration:
                raise ExecutionError(
                    f"{self.name}: no noise on gate {name} of {self.options.device!r}, which has {known}"
                )
        return found

    def _chain(self) -> Chain:
        readout = self._readout if self.options.readout_error else [(0.0, 0.0)] * len(self._readout)
        return chain_of(self._compiled, self._gate_errors(), readout)

    def _misplaced(self, reason: str) -> ConfigError:
        return ConfigError(
            f"{self.name}: circuit {self.circuit.name!r} does not fit layout {self._layout} on "
            f"{self.options.device!r}: {reason}; choose neighbouring qubits"
        )
