"""What the noisy heads on Qiskit Aer share: a compiled circuit, a noise model, and shots drawn in one of two ways."""

import abc
import dataclasses
from typing import Any, ClassVar, Literal

import torch

from backends.adapters.aer_channels import chain_of
from backends.adapters.aer_compile import Compiled, GateOn, light_cone_of
from backends.adapters.aer_copies import copies_in_turn
from backends.adapters.aer_jobs import Simulation
from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities, HeadOptions
from backends.chain import Chain, ReadoutRates
from backends.circuits.light_cone import left_out_facts
from backends.head import QuantumHead
from backends.sampling import sample_joint

METHOD = "density_matrix"
MAX_QUBITS = 10  # 16 MiB a density matrix
_DRAWN_BY = {
    "multinomial": "us, from the exact joint probabilities of Aer's density matrix, readout error applied",
    "aer": "Aer, from its density matrix",
}

NO_READOUT_ERROR = ReadoutRates(0.0, 0.0)


class NoisyAerOptions(HeadOptions):
    """Options of every noisy head on Aer.

    Attributes:
        sampling: With shots: "multinomial" draws them from Aer's exact probabilities of the joint outcomes, readout error
            applied; "aer" has Aer draw and count each shot. Both have the same distribution.
    """

    sampling: Literal["multinomial", "aer"] = "multinomial"


class NoisyAer(QuantumHead):
    """A circuit with a noise model, simulated as a density matrix; sampled or, without shots, exact.

    A subclass writes ``_compile`` and ``_gate_errors``.

    Attributes:
        compiled: The circuit in the gates that have noise, on the qubits that it touches.
        readout: The readout error of each output.
    """

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=True, autograd=False, multicore=True, max_qubits=MAX_QUBITS
    )
    Options: ClassVar[type[HeadOptions]] = NoisyAerOptions
    options: NoisyAerOptions
    compiled: Compiled
    readout: tuple[ReadoutRates, ...]

    @abc.abstractmethod
    def _compile(self, *, sampled: bool) -> tuple[Compiled, tuple[ReadoutRates, ...]]:
        """Return the compiled circuit and the readout error of each output; ``sampled`` as of ``compile_circuit``."""

    @abc.abstractmethod
    def _gate_errors(self) -> dict[GateOn, Any]:
        """Return Aer's ``QuantumError`` of each gate of the compiled circuit that has one."""

    def _noise_model(self, part: Compiled, qubits: tuple[int, ...]) -> Any:
        """Return Aer's ``NoiseModel`` of a part and of nothing else: Aer copies it with each job (qiskit-aer#2379).

        Args:
            part: Of the compiled circuit.
            qubits: Which qubits of the compiled circuit it has.
        """
        from qiskit_aer.noise import NoiseModel, ReadoutError

        used = sorted(set(part.gates))
        model = NoiseModel(basis_gates=sorted({name for name, _ in used}))
        for name, on in used:
            error = self._errors.get((name, tuple(qubits[qubit] for qubit in on)))
            if error is not None:
                model.add_quantum_error(error, name, on)
        for qubit, rates in zip(part.measured, self.readout, strict=True):
            if any(rates):
                model.add_readout_error(ReadoutError(rates.matrix.T.tolist()), [qubit])
        return model

    def _chain(self) -> Chain:
        return chain_of(self.compiled, self._errors, self.readout)

    def provenance(self) -> dict[str, Any]:
        """Return the options, the method, which each answer is checked for, what was transpiled, and who drew the shots."""
        return {
            **self.options.model_dump(),
            "method": METHOD,
            "simulated": left_out_facts(
                qubits=(len(self._simulation.compiled.qubits), len(self.compiled.qubits)),
                gates=(len(self._simulation.compiled.gates), len(self.compiled.gates)),
                reason="no later gate connects what is left out to a measured qubit; noise acts on the qubits of its gate",
            ),
            "copies_in_turn": self._simulation.copies,
            "shots_drawn_by": None if self.shots is None else _DRAWN_BY[self.options.sampling],
            **self.compiled.summary(),
        }

    def _prepare(self) -> None:
        self._counted_by_aer = self.shots is not None and self.options.sampling == "aer"
        self.compiled, self.readout = self._compile(sampled=self._counted_by_aer)
        self._errors = self._gate_errors()
        part, qubits = light_cone_of(self.compiled)
        self._simulation = Simulation.of(
            part,
            copies=1 if self._counted_by_aer else copies_in_turn(part),
            method=METHOD,
            noise_model=self._noise_model(part, qubits),
        )

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self._counted_by_aer:
            return self._simulation.evaluate(
                rows, shots=self.shots, seed=self.shot_seed(0), first_evaluation=first_evaluation
            )
        found = self._outcomes(rows, first_evaluation=first_evaluation).margins()
        if self.shots is None:
            return found
        counts = (found.p_zero * self.shots).round()  # k / shots, free of the sum's rounding
        return dataclasses.replace(found, p_zero=counts / self.shots)

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        seed = self.shot_seed(0)
        if self._counted_by_aer:
            return self._simulation.evaluate_outcomes(
                rows, shots=self.shots, seed=seed, first_evaluation=first_evaluation
            )
        exact = self._simulation.evaluate_outcomes(rows, shots=None, seed=seed, first_evaluation=first_evaluation)
        joint = read_out(exact.joint, self.readout)
        if self.shots is None:
            return dataclasses.replace(exact, joint=joint)
        frequencies = sample_joint(joint, shots=self.shots, seed=seed, first_row=first_evaluation)
        return Outcomes(frequencies, circuits=exact.circuits, shots=len(rows) * self.shots)


def read_out(joint: torch.Tensor, readout: tuple[ReadoutRates, ...]) -> torch.Tensor:
    """Return the probabilities of what is read. Those that Aer saves are of the state, without readout error.

    Args:
        joint: Probabilities of the joint outcomes, shape (n_rows, 2**n_outputs); the first output is the top bit.
        readout: The readout error of each output.
    """
    n_rows = len(joint)
    for output, (p1_given_0, p0_given_1) in enumerate(readout):
        zero, one = joint.reshape(n_rows, 2**output, 2, -1).unbind(dim=2)
        read_zero = zero * (1 - p1_given_0) + one * p0_given_1
        read_one = zero * p1_given_0 + one * (1 - p0_given_1)
        joint = torch.stack((read_zero, read_one), dim=2).reshape(n_rows, -1)
    return joint
