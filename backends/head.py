"""QuantumHead: what every backend's adapter is, an ``nn.Module`` that turns angles into probabilities."""

import abc
import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, TypeVar, final

import pydantic
import torch

from backends.adapters.phase_layers import basis_bits
from backends.circuits.circuit import Circuit
from backends.errors import AnglesError, ConfigError, ExecutionError, HeadError, OutputError
from backends.gradients import ParameterShift, ShiftRule, bound, shifts_of
from backends.sampling import stream_seed
from backends.tally import Tally, seconds_on

MAX_SHOTS = 10_000_000
_ROUNDING = 1e-9
_LOST = 1e-6  # of a row's probability: the noise channels of Aer lose 1e-9 a gate
_FIRST_WEIGHTS = 0.1  # radians


class HeadOptions(pydantic.BaseModel):
    """Base of an adapter's options: frozen, unknown keys refused."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


@dataclasses.dataclass(frozen=True)
class Capabilities:
    """What an adapter can do; the conformance suite tests each flag.

    Attributes:
        analytic: Takes ``shots=None`` and gives exact probabilities.
        shots: Takes a number of shots.
        noisy: Models a noisy device.
        autograd: In the analytic case torch differentiates through it; otherwise the parameter-shift rule does.
        multicore: The backend uses every core it finds, so that a run wants the machine for itself.
        max_qubits: Widest circuit.
        tabulated: It answers from a response table: its backend executed circuits when it was built, and none since.
    """

    analytic: bool
    shots: bool
    noisy: bool
    autograd: bool
    multicore: bool
    max_qubits: int
    tabulated: bool = False


@dataclasses.dataclass(frozen=True)
class Executed:
    """What an adapter returns: probabilities, and what the backend says it executed for them.

    Attributes:
        p_zero: p(outcome 0) of each measured qubit, float64, shape (n_rows, n_outputs).
        circuits: Circuit evaluations that the backend executed, each of those that stood side by side in one circuit.
        shots: Shots that the backend executed, over all of these.
    """

    p_zero: torch.Tensor
    circuits: int
    shots: int


@dataclasses.dataclass(frozen=True)
class Outcomes:
    """What ``_outcomes`` returns; ``circuits`` and ``shots`` as in ``Executed``.

    Attributes:
        joint: Probability (exact head) or relative frequency (sampling head) of each joint outcome of the measured
            qubits, float64, shape (n_rows, 2**n_outputs); the first measured qubit is the top bit.
    """

    joint: torch.Tensor
    circuits: int
    shots: int

    def margins(self) -> Executed:
        """Return p(outcome 0) of each measured qubit."""
        is_zero = 1.0 - basis_bits(self.joint.shape[1].bit_length() - 1).T
        return Executed(self.joint @ torch.from_numpy(is_zero).to(self.joint), circuits=self.circuits, shots=self.shots)


_Answer = TypeVar("_Answer", Executed, Outcomes)


class QuantumHead(torch.nn.Module, abc.ABC):
    """A layer of ``n_circuits`` copies of one circuit, each fed its own angles.

    An adapter writes ``_prepare``, ``_execute`` and ``provenance``. With ``_outcomes`` too, circuits with several outputs
    can be sampled from its response table. One that models noise also says, in
    ``noiseless_options``, which option turns off each source of noise, e.g. ``{"readout_error": False}``: with all of
    them it must equal the oracle, and each alone must make a difference.

    Args:
        circuit: What is evaluated.
        n_circuits: Copies, one a class in the paper (Sec. 3).
        shots: Repetitions of each evaluation, or None for exact probabilities.
        seed: Of the shot noise, and of the first values of trainable weights. Every evaluation has a number of its own,
            so no noise is ever used twice.
        shift_rule: "exact", or "paper_eq9" for Eq. (9) as printed.
        options: The adapter's options, as its ``Options`` or as a mapping.
        skip_dead_angles: Leave out the shifted evaluations of angles that provably cannot matter: their derivative is
            then 0, without shot noise. ``skipped`` holds these angles and the proofs (dead_angles.py).

    Raises:
        ConfigError: a value that this adapter cannot use; raised before any compute.
        MissingPackageError: the adapter's SDK is not installed.
    """

    capabilities: ClassVar[Capabilities]
    Options: ClassVar[type[HeadOptions]] = HeadOptions
    noiseless_options: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        circuit: Circuit,
        *,
        n_circuits: int = 10,
        shots: int | None = None,
        seed: int = 0,
        shift_rule: ShiftRule = "exact",
        options: Mapping[str, Any] | HeadOptions | None = None,
        skip_dead_angles: bool = False,
    ) -> None:
        super().__init__()
        self.options = self.check(circuit, shots=shots, options=options)
        if n_circuits < 1:
            raise ConfigError(f"{self.name}: n_circuits must be at least 1, got {n_circuits}")
        if seed < 0:
            raise ConfigError(f"{self.name}: seed must be 0 or more, got {seed}")
        self.circuit = circuit
        self.n_circuits = n_circuits
        self.shots = shots
        self.seed = seed
        self.shift_rule = shift_rule
        self.shifts = shifts_of(circuit, shift_rule)
        self._shot_stream = f"shots {self.name} {shots} {circuit.fingerprint} {self.options.model_dump_json()}"
        self.tally = Tally()
        self.n_evaluated = 0
        self.weights = torch.nn.Parameter(self._first_weights()) if circuit.n_weights else None
        self._prepare()
        self.skipped = self._proofs() if skip_dead_angles and self.gradient == "parameter-shift" else {}
        self.shifts = tuple(shift for shift in self.shifts if shift.angle not in self.skipped)

    @classmethod
    def check(
        cls, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> HeadOptions:
        """Validate what a head would be made of, without making it, and return the validated options.

        Raises:
            ConfigError: shots, an option, or the circuit's width does not fit this adapter.
        """
        able = cls.capabilities
        if shots is None and not able.analytic:
            raise ConfigError(
                f"{cls.__name__}: it samples, so shots must be a number of 1 or more, got none; set shots = 1000"
            )
        if shots is not None and not able.shots:
            raise ConfigError(f"{cls.__name__}: it is exact and takes no shots, got shots = {shots}; leave shots out")
        if shots is not None and (isinstance(shots, bool) or not isinstance(shots, int) or not 1 <= shots <= MAX_SHOTS):
            raise ConfigError(f"{cls.__name__}: shots must be a whole number from 1 to {MAX_SHOTS}, got {shots!r}")
        if circuit.n_qubits > able.max_qubits:
            raise ConfigError(
                f"{cls.__name__}: circuit {circuit.name!r} has {circuit.n_qubits} qubits, it takes at most {able.max_qubits}"
            )
        if isinstance(options, cls.Options):
            return options
        try:
            return cls.Options.model_validate(dict(options or {}))
        except pydantic.ValidationError as error:
            known = ", ".join(cls.Options.model_fields) or "none"
            lines = [
                f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}, got {e['input']!r}"
                for e in error.errors()
            ]
            raise ConfigError(f"{cls.__name__}: option {'; '.join(lines)} (options: {known})") from None

    def extra_repr(self) -> str:
        """Return what ``print(model)`` shows of a head."""
        shots = "exact" if self.shots is None else f"{self.shots} shots"
        return f"{self.n_circuits} x {self.circuit.name}, {shots}, {self.gradient}"

    @property
    def name(self) -> str:
        """The adapter's class name, for messages."""
        return type(self).__name__

    @property
    def gradient(self) -> Literal["autograd", "parameter-shift"]:
        """How derivatives are made; Eq. (9) as printed is a rule of shifts, and no derivative that autograd could find."""
        by_autograd = self.capabilities.autograd and self.shots is None and self.shift_rule == "exact"
        return "autograd" if by_autograd else "parameter-shift"

    @property
    def input_shape(self) -> tuple[int, int]:
        """(n_circuits, n_inputs): the last two dimensions that ``forward`` takes."""
        return self.n_circuits, self.circuit.n_inputs

    @property
    def evaluations_per_row(self) -> int:
        """Circuit evaluations of one circuit in one training step: 1 + 2 n_angles for eq7 by parameter shift.

        Those that ``skip_dead_angles`` leaves out are not among them.
        """
        return 1 + (len(self.shifts) if self.gradient == "parameter-shift" else 0)

    @final  # type: ignore[misc]  # nn.Module declares forward an attribute
    def forward(self, angles: torch.Tensor) -> torch.Tensor:
        """Return p(outcome 0) of each measured qubit of each circuit.

        Args:
            angles: Radians, shape (..., n_circuits, n_inputs), floating point.
        Returns:
            Probabilities in [0, 1], shape (..., n_circuits * n_outputs), dtype of ``angles``.
        Raises:
            AnglesError: wrong shape or dtype, or a value that is not finite.
            ExecutionError: the vendor's call failed.
            OutputError: the vendor's answer is not a table of probabilities.
        """
        angles = self._checked_angles(angles)
        weighted = self.weights is not None and self.weights.requires_grad
        trained = torch.is_grad_enabled() and (angles.requires_grad or weighted)
        if trained and self.gradient == "parameter-shift":
            shifted: torch.Tensor = ParameterShift.apply(angles, self.weights, self)  # type: ignore[no-untyped-call]  # torch's own
            return shifted
        rows = bound(angles, self.weights)
        p_zero = self.evaluate(rows, n_shifted=0)
        if trained and not p_zero.requires_grad:
            p_zero = p_zero + 0 * rows.sum()  # no angle enters: the derivative is 0, and not an error of backward()
        n_values = self.n_circuits * self.circuit.n_outputs
        return p_zero.reshape(*angles.shape[:-2], n_values).to(angles.dtype)

    @final
    def evaluate(self, rows: torch.Tensor, *, n_shifted: int) -> torch.Tensor:
        """Run rows of bound angles as one job, check the answer and count it. Called by ``forward`` and ParameterShift.

        Args:
            rows: Radians, shape (n_rows, n_angles), float64.
            n_shifted: How many of them, the last ones, are shifted evaluations.
        Returns:
            p(0), shape (n_rows, n_outputs), float64.
        """
        if len(rows) == 0:
            return rows.new_zeros(0, self.circuit.n_outputs)
        executed = self._counted(self._execute, rows, n_shifted=n_shifted)
        return self._checked_output(executed.p_zero, shape=(len(rows), self.circuit.n_outputs))

    @final
    def shot_seed(self, evaluation: int) -> int:
        """Return a 63-bit seed for the shots of an evaluation, or of the job that begins with it.

        Heads that differ in class, circuit, shots or options draw apart: if they shared their noise, equal results of
        two of them would be no confirmation.
        """
        return stream_seed(self.seed, self._shot_stream, evaluation)

    @final
    def outcome_probabilities(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the probability of each joint outcome, or of a head that samples its frequency; checked and counted.

        Args:
            rows: Bound angles in radians, shape (n_rows, n_angles), float64.
        Returns:
            float64, shape (n_rows, 2**n_outputs); the first measured qubit is the top bit.
        Raises:
            ConfigError: the adapter has no ``_outcomes``.
        """
        if len(rows) == 0:
            return rows.new_zeros(0, 2**self.circuit.n_outputs)
        outcomes = self._counted(self._outcomes, rows, n_shifted=0)
        joint = self._checked_output(outcomes.joint, shape=(len(rows), 2**self.circuit.n_outputs))
        wrong = (joint.sum(dim=1) - 1).abs() > _LOST
        if wrong.any():
            row = int(wrong.nonzero()[0])
            raise OutputError(
                f"{self.name}: the joint outcome probabilities of a row must add up to 1, those of row {row} add up to "
                f"{joint[row].sum().item()}"
            )
        return joint

    @abc.abstractmethod
    def _prepare(self) -> None:
        """Compile what does not depend on the angles (transpile, noise model, device); called once by ``__init__``."""

    @abc.abstractmethod
    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        """Run one job.

        Args:
            rows: Bound angles in radians, shape (n_rows, n_angles), float64, finite.
            first_evaluation: The number of the first row's evaluation in this head's life; shot noise of row j is
                seeded from ``shot_seed(first_evaluation + j)`` or, for the whole job, ``shot_seed(first_evaluation)``.
        """

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        """Run one job, as ``_execute``, for the joint outcomes of the measured qubits."""
        raise ConfigError(
            f"{self.name}: it does not say how often each joint outcome occurs; write its _outcomes, or use a circuit with "
            "one output"
        )

    @abc.abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Return what the backend was set up as (method, device, layout, versions of data): JSON values only."""

    def _first_weights(self) -> torch.Tensor:
        """Return weights to begin with, radians, shape (n_circuits, n_weights): uniform in +-0.1, by the head's seed.

        Ours. Near zero, so that layers begin near the identity and signals pass, whatever the depth (Grant et al.,
        Quantum 3, 214 (2019), begin there for the same reason); not zero, so that copies and layers differ.
        """
        stream = torch.Generator().manual_seed(stream_seed(self.seed, "weights", 0))
        shape = (self.n_circuits, self.circuit.n_weights)
        return torch.empty(shape).uniform_(-_FIRST_WEIGHTS, _FIRST_WEIGHTS, generator=stream)

    def _proofs(self) -> dict[int, str]:
        from backends.analysis.dead_angles import proofs_of  # it makes heads itself

        return proofs_of(self)

    def _checked_angles(self, angles: torch.Tensor) -> torch.Tensor:
        if not isinstance(angles, torch.Tensor) or not angles.is_floating_point():
            got = angles.dtype if isinstance(angles, torch.Tensor) else type(angles).__name__
            raise AnglesError(f"{self.name}: expected a floating-point tensor of angles, got {got}")
        if angles.dim() < 2 or tuple(angles.shape[-2:]) != self.input_shape:
            raise AnglesError(
                f"{self.name}: expected angles of shape (..., {self.n_circuits}, {self.circuit.n_inputs}) "
                f"= (..., n_circuits, n_inputs) for circuit {self.circuit.name!r}, got {tuple(angles.shape)}"
            )
        if not math.isfinite(
            angles.detach().sum().item()
        ):  # one operation in each step; the sum of finite angles may still overflow
            self._refuse_infinite(angles)
        return angles

    def _refuse_infinite(self, angles: torch.Tensor) -> None:
        finite = torch.isfinite(angles)
        if not finite.all():
            index = tuple(torch.nonzero(~finite)[0].tolist())
            raise AnglesError(
                f"{self.name}: expected finite angles, got {angles[index].item()} at {index}; the network has diverged, "
                "try a smaller learning rate"
            )

    def _counted(self, run: Callable[..., _Answer], rows: torch.Tensor, *, n_shifted: int) -> _Answer:
        """Run one job, name what fails, and count and time it."""
        started = seconds_on(rows.device)
        try:
            executed = run(rows, first_evaluation=self.n_evaluated)
        except HeadError:
            raise
        except Exception as error:
            raise ExecutionError(
                f"{self.name}: the backend failed on {len(rows)} evaluations of circuit {self.circuit.name!r}: "
                f"{type(error).__name__}: {error}"
            ) from error
        counts = [getattr(executed, name, None) for name in ("circuits", "shots")]
        if not isinstance(executed, Executed | Outcomes) or not all(isinstance(count, int) for count in counts):
            raise OutputError(
                f"{self.name}: the adapter must return Executed (or Outcomes) with whole numbers of circuits and shots, "
                f"it returned {type(executed).__name__} with {counts[0]} and {counts[1]}"
            )
        self.n_evaluated += len(rows)
        self.tally.add(
            n_forward=len(rows) - n_shifted,
            n_shifted=n_shifted,
            executed=executed.circuits,
            shots=executed.shots,
            seconds=seconds_on(rows.device) - started,
        )
        return executed

    def _checked_output(self, p_zero: torch.Tensor, *, shape: tuple[int, int]) -> torch.Tensor:
        if not isinstance(p_zero, torch.Tensor) or tuple(p_zero.shape) != shape or p_zero.dtype != torch.float64:
            got = (
                f"{p_zero.dtype} of shape {tuple(p_zero.shape)}"
                if isinstance(p_zero, torch.Tensor)
                else type(p_zero).__name__
            )
            raise OutputError(f"{self.name}: the adapter must return torch.float64 of shape {shape}, it returned {got}")
        low, high = (extreme.item() for extreme in torch.aminmax(p_zero.detach()))  # NaN if one of them is
        if low >= 0 and high <= 1:
            return p_zero
        if not (low >= -_ROUNDING and high <= 1 + _ROUNDING):
            wrong = ~((p_zero >= -_ROUNDING) & (p_zero <= 1 + _ROUNDING))
            row, output = torch.nonzero(wrong)[0].tolist()
            raise OutputError(
                f"{self.name}: the adapter must return probabilities in [0, 1], it returned {p_zero[row, output].item()} "
                f"for row {row}, output {output}"
            )
        return p_zero.clamp(0.0, 1.0)
