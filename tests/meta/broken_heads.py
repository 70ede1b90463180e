"""Heads with one fault each, around the healthy statevector head, and the check that must reject each of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pydantic
import torch

from backends.adapters.statevector import Statevector
from backends.answers import Executed
from backends.capabilities import Capabilities, HeadOptions
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.gradients import Shift
from backends.head import QuantumHead
from backends.sampling import sample_frequencies, stream_seed


class Wrapped(QuantumHead):
    """The statevector head behind the parameter-shift rule; healthy. Each broken head changes one thing."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=8
    )

    def _prepare(self) -> None:
        # The weights are this head's; the inner one, which is no submodule, takes them as inputs.
        self._inner = [Statevector(replace(self.simulated(), n_weights=0), shots=self.shots, seed=self.seed)]

    def simulated(self) -> Circuit:
        return self.circuit

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return self._inner[0]._execute(rows.detach(), first_evaluation=first_evaluation)

    def exact(self, rows: torch.Tensor) -> torch.Tensor:
        return Statevector(self.circuit)._execute(rows.detach(), first_evaluation=0).p_zero

    def provenance(self) -> dict[str, Any]:
        return {"method": "statevector"}


def with_gates(circuit: Circuit, change: Callable[[Gate], Gate]) -> Circuit:
    return replace(circuit, gates=tuple(map(change, circuit.gates)))


class LenientOptions(Wrapped):
    """Misspelt options are ignored."""

    class Lenient(HeadOptions):
        """Unknown keys pass."""

        model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    Options: ClassVar = Lenient


class AnyWidth(Wrapped):
    """Takes a circuit that is too wide, and would fail in the run."""

    @classmethod
    def check(cls, circuit: Circuit, *, shots: int | None, options: Any = None) -> Any:
        return super().check(replace(circuit, n_qubits=1, gates=(), measured=(0,)), shots=shots, options=options)


class Float32Output(Wrapped):
    """Returns torch.float32."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero.float(), done.circuits, done.shots)


class TakesAnything(Wrapped):
    """Reshapes wrong angles until they fit."""

    def _checked_angles(self, angles: torch.Tensor) -> torch.Tensor:
        fits = torch.is_floating_point(angles) and angles.shape[-2:] == self.input_shape
        return super()._checked_angles(angles if fits else torch.zeros(*angles.shape[:-2], *self.input_shape))


class ExtraParameters(Wrapped):
    """The inner head is a submodule, so that the optimizer is handed weights that nothing uses."""

    def _prepare(self) -> None:
        super()._prepare()
        self.inner = Statevector(self.circuit)


class ProvenanceOfObjects(Wrapped):
    """Provenance that a record cannot hold."""

    def provenance(self) -> dict[str, Any]:
        return {"layout": (0, 1, 2)}


class QubitsReversed(Wrapped):
    """Little-endian: gates act on the mirrored qubit, the measured qubits stay."""

    def simulated(self) -> Circuit:
        last = self.circuit.n_qubits - 1
        return with_gates(self.circuit, lambda gate: replace(gate, qubits=tuple(last - q for q in gate.qubits)))


class OutcomeFlipped(Wrapped):
    """p(outcome 1) for p(outcome 0)."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(1 - done.p_zero, done.circuits, done.shots)


class SignFlipped(Wrapped):
    """Rotations turn the wrong way."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(-rows, first_evaluation=first_evaluation)


class AnglesPermuted(Wrapped):
    """Parameters are bound in the vendor's order, not in the circuit's."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows.roll(1, dims=1), first_evaluation=first_evaluation)


class OffsetsDropped(Wrapped):
    """A gate's parameter is scale * angle."""

    def simulated(self) -> Circuit:
        def bare(gate: Gate) -> Gate:
            params = tuple(replace(p, offset=0.0) if isinstance(p, Angle) else p for p in gate.params)
            return replace(gate, params=params)

        return with_gates(self.circuit, bare)


class ControlsDropped(Wrapped):
    """Controlled rotations lose their angle: like Aer, where parameter_binds binds them (qiskit-aer#2323)."""

    def simulated(self) -> Circuit:
        lost = ("cp", "crx", "cry", "crz")
        return with_gates(self.circuit, lambda gate: replace(gate, params=(0.0,)) if gate.name in lost else gate)


class LongJobsCutOff(Wrapped):
    """Rows after the sixteenth of a job get the answer of the sixteenth."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows[[min(row, 15) for row in range(len(rows))]], first_evaluation=first_evaluation)


class AnglesClamped(Wrapped):
    """Angles beyond a whole turn are cut off."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows.clamp(-4.9, 4.9), first_evaluation=first_evaluation)


class Half(Wrapped):
    """Constant 0.5."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(torch.full_like(done.p_zero, 0.5), done.circuits, done.shots)


class SinglePrecision(Wrapped):
    """Amplitudes of complex64."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        p_zero = done.p_zero.float().double() if self.shots is None else done.p_zero
        return Executed(p_zero, done.circuits, done.shots)


class StaleBatch(Wrapped):
    """Each row after the sixth of a batch gets the answer of the row before."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        rows = torch.cat((rows[:6], rows[5:-1])) if 6 < len(rows) < 10 else rows
        return super()._execute(rows, first_evaluation=first_evaluation)


class WritesInputs(Wrapped):
    """Uses the caller's tensor as its workspace."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        with torch.no_grad():
            rows.zero_()
        return done


class GaussianShots(Wrapped):
    """The exact value and normal noise in place of shots."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None:
            return super()._execute(rows, first_evaluation=first_evaluation)
        exact = self.exact(rows)
        generator = torch.Generator().manual_seed(stream_seed(self.seed, "normal", first_evaluation))
        noise = torch.randn(exact.shape, generator=generator, dtype=exact.dtype)
        p_zero = exact + noise * (exact * (1 - exact) / self.shots).clamp(min=0).sqrt()
        return Executed(p_zero.clamp(0, 1), len(rows), len(rows) * self.shots)


class FrozenSeed(Wrapped):
    """Each call has the shot noise of the first."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows, first_evaluation=0)


class SharedNoise(Wrapped):
    """Equal rows of a batch are run once."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        keys = list(map(tuple, rows.tolist()))
        return Executed(done.p_zero[[keys.index(key) for key in keys]], done.circuits, done.shots)


class Irreproducible(Wrapped):
    """A seed of the moment in place of the run's."""

    n_made = 0

    def _prepare(self) -> None:
        super()._prepare()
        Irreproducible.n_made += 1
        self._inner[0].seed += Irreproducible.n_made


class HalfTheShots(Wrapped):
    """Runs half of the shots that it is asked for, and counts them all."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None or self.shots % 2:
            return super()._execute(rows, first_evaluation=first_evaluation)
        half = Statevector(self.circuit, shots=self.shots // 2, seed=self.seed)
        done = half._execute(rows.detach(), first_evaluation=first_evaluation)
        return Executed(done.p_zero, done.circuits, done.shots * 2)


class SeparateShots(Wrapped):
    """Each output is drawn for itself: right marginals, no correlation."""

    n_shared = 0

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        if self.shots is None:
            return done
        exact = self.exact(rows)
        generator = torch.Generator().manual_seed(stream_seed(self.seed, "separate", first_evaluation))
        drawn = torch.binomial(torch.full_like(exact, self.shots), exact.clamp(0, 1), generator=generator) / self.shots
        p_zero = torch.cat((done.p_zero[:, : self.n_shared], drawn[:, self.n_shared :]), dim=1)
        return Executed(p_zero, done.circuits, done.shots)


class ThirdOutputSeparate(SeparateShots):
    """Two outputs share their shots, the third does not."""

    n_shared = 2


class MiscountedTally(Wrapped):
    """One circuit evaluation too many in each job's count."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero, done.circuits + 1, done.shots)


def scaled(shifts: tuple[Shift, ...], factor: float) -> tuple[Shift, ...]:
    return tuple(shift._replace(coefficient=factor * shift.coefficient) for shift in shifts)


class DoubledGradient(Wrapped):
    """The parameter-shift rule without its factor 1/2: Eq. (9) of the paper as printed."""

    def _prepare(self) -> None:
        super()._prepare()
        self.shifts = scaled(self.shifts, 2.0)


class DoubledSampledGradient(Wrapped):
    """The same with shots alone."""

    def _prepare(self) -> None:
        super()._prepare()
        self.shifts = scaled(self.shifts, 1.0 if self.shots is None else 2.0)


class NoisyOptions(HeadOptions):
    gate_noise: bool = True
    readout_error: bool = True


class Noisy(QuantumHead):
    """A healthy noisy head: each gate mixes the state with the uniform one, readout flips 0 to 1 more often than 1 to 0."""

    Options: ClassVar = NoisyOptions
    options: NoisyOptions
    noiseless_options: ClassVar = {"gate_noise": False, "readout_error": False}
    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=8
    )
    gate_error = 0.005
    readout = torch.tensor([[0.98, 0.05], [0.02, 0.95]], dtype=torch.float64)  # [read, true]

    def _prepare(self) -> None:
        self._inner = [Statevector(replace(self.circuit, n_weights=0))]

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        joint = self._inner[0]._outcome_probabilities(rows.detach())
        if self.options.gate_noise:
            joint = self.kept() * joint + (1 - self.kept()) / joint.shape[1]
        if self.options.readout_error and self.reads_badly():
            joint = joint.reshape(len(rows), *(2,) * self.circuit.n_outputs)
            for axis in range(1, joint.dim()):
                joint = torch.tensordot(joint, self.readout, dims=([axis], [1])).movedim(-1, axis)
            joint = joint.reshape(len(rows), -1)
        if self.shots is not None:
            seed = stream_seed(self.seed, "shots", first_evaluation)
            return Executed(sample_frequencies(joint, shots=self.shots, seed=seed), len(rows), len(rows) * self.shots)
        zeros = joint.reshape(len(rows), *(2,) * self.circuit.n_outputs)
        p_zero = [zeros.select(axis, 0).reshape(len(rows), -1).sum(1) for axis in range(1, zeros.dim())]
        return Executed(torch.stack(p_zero, dim=1), len(rows), 0)

    def kept(self) -> float:
        return (1 - self.gate_error) ** len(self.circuit.gates)

    def reads_badly(self) -> bool:
        return True

    def provenance(self) -> dict[str, Any]:
        return {"method": "toy noise"}


class NoiseOff(Noisy):
    """Says noisy, and is not."""

    gate_error = 0.0

    def reads_badly(self) -> bool:
        return False


class ReadoutDropped(Noisy):
    """The gates are noisy, the readout error is forgotten."""

    def reads_badly(self) -> bool:
        return False


class ReadoutDroppedFromShots(Noisy):
    """Exact probabilities have the readout error, shots do not."""

    def reads_badly(self) -> bool:
        return self.shots is None


class NoiseStaysOn(Noisy):
    """The options that turn noise off do nothing."""

    def _prepare(self) -> None:
        super()._prepare()
        self.options = NoisyOptions()


class IdealGradient(Noisy):
    """Noisy probabilities with the derivative of the ideal ones."""

    def _prepare(self) -> None:
        super()._prepare()
        self.shifts = scaled(self.shifts, 1 / self.kept() if self.options.gate_noise else 1.0)


class NoiseWithoutSwitch(Noisy):
    """Nobody can turn the noise off, so nobody can compare it with the oracle."""

    noiseless_options: ClassVar = {}


HEALTHY: tuple[type[QuantumHead], ...] = (Statevector, Wrapped, Noisy)
BROKEN: dict[type[QuantumHead], str] = {
    LenientOptions: "options_round_trip",
    AnyWidth: "capabilities_are_true",
    Float32Output: "output_is_probabilities",
    TakesAnything: "wrong_angles_are_refused",
    ExtraParameters: "weights_are_parameters",
    ProvenanceOfObjects: "provenance_is_json",
    LongJobsCutOff: "paper_circuits",
    AnglesClamped: "two_pi_changes_nothing",
    ThirdOutputSeparate: "joint_outcomes_follow_the_oracle",
    DoubledSampledGradient: "sampled_gradient_is_unbiased",
    IdealGradient: "noisy_gradient_is_its_own_derivative",
    NoiseWithoutSwitch: "values_were_checked",
    QubitsReversed: "qubit_order",
    OutcomeFlipped: "ground_state_reads_zero",
    SignFlipped: "rotation_sign",
    AnglesPermuted: "angle_order",
    OffsetsDropped: "scale_and_offset",
    ControlsDropped: "every_gate",
    Half: "ground_state_reads_zero",
    SinglePrecision: "angle_order",
    StaleBatch: "batch_equals_its_rows",
    WritesInputs: "inputs_stay_as_they_are",
    GaussianShots: "sampled_values_are_counts",
    FrozenSeed: "calls_differ",
    SharedNoise: "rows_differ",
    Irreproducible: "seed_repeats",
    HalfTheShots: "shot_noise_has_the_right_size",
    SeparateShots: "outputs_share_shots",
    MiscountedTally: "tally_counts_what_was_run",
    DoubledGradient: "gradient_matches_finite_differences",
    NoiseOff: "noise_is_on",
    ReadoutDropped: "every_noise_source_matters",
    ReadoutDroppedFromShots: "shots_follow_the_exact_noise",
    NoiseStaysOn: "ground_state_reads_zero",
}
