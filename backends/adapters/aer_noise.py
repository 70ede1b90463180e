"""The ``aer_noise`` head: Qiskit Aer with noise that is given by rates, so that a plan can sweep a rate.

Circuits are compiled to rz, sx, x and cx, with any two qubits connected. As on IBM's devices, rz is virtual and has no noise.
After each sx, x and cx act, in this order: depolarizing on the gate's qubits together, amplitude damping on each of them, phase
damping on each of them. Outputs are read with p(1|0) and p(0|1). Not modelled: idle noise, crosstalk, state preparation.
"""

from typing import Annotated, Any, ClassVar, final

import pydantic

from backends.adapters.aer_compile import Compiled, GateOn, compile_circuit
from backends.adapters.noisy_aer import NoisyAer, NoisyAerOptions
from backends.chain import ReadoutRates

_NOISY_GATES = ("sx", "x", "cx")
_BASIS = ("rz", *_NOISY_GATES)  # no controlled rotation, see compile_circuit

_Rate = Annotated[float, pydantic.Field(ge=0, le=1)]


class AerNoiseOptions(NoisyAerOptions):
    """Options of ``aer_noise``: probabilities from 0, which is off, to 1; ``sampling`` as of every noisy head on Aer.

    Attributes:
        depolarizing_1q: p of rho -> (1 - p) rho + p 1/2, after each sx and x.
        depolarizing_2q: p of rho -> (1 - p) rho + p 1/4, after each cx.
        amplitude_damping: Probability that a qubit in 1 falls to 0, after each gate, for each of its qubits.
        phase_damping: Off-diagonal elements shrink by sqrt(1 - rate), after each gate, for each of its qubits.
        readout_p1_given_0: Probability of reading 1 where a measured qubit is in 0.
        readout_p0_given_1: Probability of reading 0 where a measured qubit is in 1.
    """

    depolarizing_1q: _Rate = 0.0
    depolarizing_2q: _Rate = 0.0
    amplitude_damping: _Rate = 0.0
    phase_damping: _Rate = 0.0
    readout_p1_given_0: _Rate = 0.0
    readout_p0_given_1: _Rate = 0.0


@final
class AerNoise(NoisyAer):
    """Aer with noise by rates, sampled or, without shots, its exact noisy probabilities."""

    Options: ClassVar = AerNoiseOptions
    noiseless_options: ClassVar = {
        "depolarizing_1q": 0.0,
        "depolarizing_2q": 0.0,
        "amplitude_damping": 0.0,
        "phase_damping": 0.0,
        "readout_p1_given_0": 0.0,
        "readout_p0_given_1": 0.0,
    }
    noisy_options: ClassVar = {
        "depolarizing_1q": 0.002,
        "depolarizing_2q": 0.01,
        "amplitude_damping": 0.003,
        "phase_damping": 0.005,
        "readout_p1_given_0": 0.02,
        "readout_p0_given_1": 0.05,
    }
    options: AerNoiseOptions

    def _compile(self, *, sampled: bool) -> tuple[Compiled, tuple[ReadoutRates, ...]]:
        compiled = compile_circuit(self.circuit, sampled=sampled, basis_gates=list(_BASIS), optimization_level=1)
        rates = ReadoutRates(self.options.readout_p1_given_0, self.options.readout_p0_given_1)
        return compiled, (rates,) * len(compiled.measured)

    def _gate_errors(self) -> dict[GateOn, Any]:
        gates = {gate for gate in self.compiled.gates if gate[0] in _NOISY_GATES}
        errors = {n_qubits: self._error(n_qubits) for n_qubits in {len(on) for _, on in gates}}
        return {gate: errors[len(gate[1])] for gate in gates}

    def _error(self, n_qubits: int) -> Any:
        """Return the ``QuantumError`` after a gate on so many qubits."""
        from qiskit_aer.noise import amplitude_damping_error, depolarizing_error, phase_damping_error

        options = self.options
        error = depolarizing_error(options.depolarizing_1q if n_qubits == 1 else options.depolarizing_2q, n_qubits)
        damping = amplitude_damping_error(options.amplitude_damping).compose(phase_damping_error(options.phase_damping))
        return error.compose(damping if n_qubits == 1 else damping.tensor(damping))

    def provenance(self) -> dict[str, Any]:
        """Return the rates, on which gates they act, and what every noisy head on Aer says."""
        return {
            **super().provenance(),
            "noisy_gates": list(_NOISY_GATES),
            "noise_after_a_gate": "depolarizing on its qubits together, then amplitude and phase damping on each of them",
            "connectivity": "any two qubits",
        }
