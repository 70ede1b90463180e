"""QuantumHead: the base class of every backend's adapter, an ``nn.Module`` that turns angles into probabilities."""

import abc
import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Literal, Self, TypeVar, final

import torch

from backends.answers import Executed, Outcomes, checked_joint, checked_probabilities
from backends.capabilities import (
    Capabilities,
    HeadOptions,
    check_circuit_and_shots,
    check_options,
    check_whole_number,
)
from backends.chain import Chain
from backends.circuits.circuit import Circuit
from backends.errors import AnglesError, ConfigError, ExecutionError, HeadError, OutputError
from backends.gradients import ParameterShift, ShiftRule, bound, shifts_of
from backends.sampling import stream_seed
from backends.tally import Count, Tally, seconds_on

_FIRST_WEIGHTS = 0.1  # radians

_Answer = TypeVar("_Answer", Executed, Outcomes)


class QuantumHead(torch.nn.Module, abc.ABC):
    """A layer of ``n_circuits`` copies of one circuit, each fed its own angles.

    An adapter writes ``_prepare``, ``_execute`` and ``provenance``. With ``_outcomes`` too, a response table can sample
    circuits with several outputs. An adapter that models noise also says, in ``noiseless_options``, which option turns
    off each source of noise, e.g. ``{"readout_error": False}``: with all of them it must equal the oracle, and each
    alone must make a difference. If its noise is off by default, ``noisy_options`` says with which options the
    conformance suite checks its noise, e.g. ``{"depolarizing": 0.01}``.

    Args:
        circuit: What is evaluated.
        n_circuits: Copies; one for each class in the paper (Sec. 3).
        shots: Repetitions of each evaluation, or None for exact probabilities.
        seed: Of the shot noise, and of the first values of trainable weights. Every evaluation has a number of its own,
            so no noise is ever used twice.
        shift_rule: "exact", or "paper_eq9" for Eq. (9) as printed.
        options: The adapter's options, as its ``Options`` or as a mapping.
        skipped: Angles, counted from 0, whose shifted evaluations are left out, each with the proof that the angle
            cannot matter: its derivative is then 0, without shot noise. ``backends.analysis.dead_angles`` finds them.

    Attributes:
        tally: Counts of evaluations, shots and seconds since the head was made.
        n_evaluated: Evaluations since the head was made; the number of the next one, which seeds its shots.

    Raises:
        ConfigError: a value that this adapter cannot use; raised before any compute.
        MissingPackageError: the adapter's SDK is not installed.
    """

    capabilities: ClassVar[Capabilities]
    Options: ClassVar[type[HeadOptions]] = HeadOptions
    noiseless_options: ClassVar[Mapping[str, Any]] = {}
    noisy_options: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        circuit: Circuit,
        *,
        n_circuits: int = 10,
        shots: int | None = None,
        seed: int = 0,
        shift_rule: ShiftRule = "exact",
        options: Mapping[str, Any] | HeadOptions | None = None,
        skipped: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__()
        self.options = self._checked_settings(circuit, shots=shots, options=options)
        check_whole_number(self.name, "n_circuits", n_circuits, least=1)
        check_whole_number(self.name, "seed", seed, least=0)
        self.circuit = circuit
        self.n_circuits = n_circuits
        self.shots = shots
        self.seed = seed
        self.shift_rule = shift_rule
        self.skipped = dict(skipped or {})
        if unknown := sorted(self.skipped.keys() - set(range(circuit.n_angles))):
            raise ConfigError(
                f"{self.name}: skipped must name angles 0..{circuit.n_angles - 1} of circuit {circuit.name!r}, got {unknown}"
            )
        self.shifts = tuple(shift for shift in shifts_of(circuit, shift_rule) if shift.angle not in self.skipped)
        self._shot_stream = f"shots {self.name} {shots} {circuit.fingerprint} {self.options.model_dump_json()}"
        self.tally = Tally()
        self.n_evaluated = 0
        self.weights = torch.nn.Parameter(self._first_weights()) if circuit.n_weights else None
        self._prepare()

    @classmethod
    def check(
        cls, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> HeadOptions:
        """Check what a head would be made of, without making it, and return the options with all defaults.

        Raises:
            ConfigError: shots, an option, or the circuit's width does not fit this adapter.
        """
        check_circuit_and_shots(cls.__name__, cls.capabilities, circuit, shots=shots)
        return check_options(cls.__name__, cls.Options, options)

    def _checked_settings(
        self, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None
    ) -> HeadOptions:
        return self.check(circuit, shots=shots, options=options)

    def extra_repr(self) -> str:
        """Return what ``print(model)`` shows of a head."""
        shots = "exact" if self.shots is None else f"{self.shots} shots"
        return f"{self.n_circuits} x {self.circuit.name}, {shots}, {self.gradient}"

    def __repr__(self) -> str:
        """Return one line: the modules that an adapter computes with are none of the model's."""
        return f"{type(self).__name__}({self.extra_repr()})"

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Self:
        """Move and convert as ``nn.Module`` does, but only move the buffers: they keep their dtype.

        A backend computes with float64 rows. After ``model.to(torch.float32)`` its constants would have another dtype.
        """
        constants = {id(buffer) for buffer in self.buffers()}

        def changed(values: torch.Tensor) -> torch.Tensor:
            if id(values) not in constants:
                return fn(values)
            return values.to(fn(values.new_empty(0, dtype=torch.float32)).device)

        super()._apply(changed, recurse)  # type: ignore[no-untyped-call]  # torch's own
        return self

    @property
    def name(self) -> str:
        """The adapter's class name. Messages and shot streams use it."""
        return type(self).__name__

    @property
    def gradient(self) -> Literal["autograd", "parameter-shift"]:
        """How derivatives are made."""
        return gradient_of(self.capabilities, shots=self.shots, shift_rule=self.shift_rule)

    @property
    def input_shape(self) -> tuple[int, int]:
        """(n_circuits, n_inputs): the last two dimensions that ``forward`` takes."""
        return self.n_circuits, self.circuit.n_inputs

    @property
    def evaluations_per_row(self) -> int:
        """Circuit evaluations of one circuit in one training step: 1 + 2 n_angles for eq7 by parameter shift.

        Evaluations that ``skipped`` leaves out do not count.
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
            p_zero = p_zero + 0 * rows.sum()  # no gate uses an angle: the derivative is 0, and backward() must not fail
        n_values = self.n_circuits * self.circuit.n_outputs
        return p_zero.reshape(*angles.shape[:-2], n_values).to(angles.dtype)

    @final
    def evaluate(self, rows: torch.Tensor, *, n_shifted: int) -> torch.Tensor:
        """Run rows of bound angles as one job, check the answer and count it. ``forward`` and ParameterShift call it.

        Args:
            rows: Radians, shape (n_rows, n_angles), float64.
            n_shifted: How many of them, the last ones, are shifted evaluations.
        Returns:
            p(0), shape (n_rows, n_outputs), float64.
        """
        if len(rows) == 0:
            return rows.new_zeros(0, self.circuit.n_outputs)
        executed = self._counted(self._execute, Executed, rows, n_shifted=n_shifted)
        return checked_probabilities(executed.p_zero, name=self.name, shape=(len(rows), self.circuit.n_outputs))

    @final
    def outcome_probabilities(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the probability of each joint outcome, or of a sampling head its frequency; checked and counted.

        Args:
            rows: Bound angles in radians, shape (n_rows, n_angles), float64.
        Returns:
            float64, shape (n_rows, 2**n_outputs); the first measured qubit is the top bit.
        Raises:
            ConfigError: the adapter has no ``_outcomes``.
        """
        if len(rows) == 0:
            return rows.new_zeros(0, 2**self.circuit.n_outputs)
        outcomes = self._counted(self._outcomes, Outcomes, rows, n_shifted=0)
        return checked_joint(outcomes.joint, name=self.name, shape=(len(rows), 2**self.circuit.n_outputs))

    @final
    def shot_seed(self, evaluation: int) -> int:
        """Return a 63-bit seed for the shots of an evaluation, or of the job that begins with it.

        Heads that differ in class, circuit, shots or options have different streams: if two of them shared their noise,
        equal results would confirm nothing.
        """
        return stream_seed(self.seed, self._shot_stream, evaluation)

    @final
    @contextlib.contextmanager
    def counting(self) -> Iterator[Tally]:
        """Count the block's evaluations in a tally of its own as well, and yield that tally."""
        whole, apart = self.tally, Tally()
        self.tally = apart
        try:
            yield apart
        finally:
            whole += apart
            self.tally = whole

    @final
    def count_setup(self, cost: Count) -> None:
        """Add to the tally what other heads executed so that this one could be made."""
        self.tally.setup += cost

    @final
    def resume(self, n_evaluated: int, *, tally: Tally | None = None) -> None:
        """Go on where an earlier head of the same run stopped: the next shots are those after its last ones.

        Args:
            n_evaluated: Evaluations that the earlier head made.
            tally: Its counts, to which what this head took to set up is added; None leaves this head's counts.
        """
        self.n_evaluated = n_evaluated
        if tally is not None:
            tally.setup += self.tally.setup
            self.tally = tally

    @abc.abstractmethod
    def _prepare(self) -> None:
        """Compile what does not depend on the angles (transpile, noise model, device); called once by ``__init__``."""

    @abc.abstractmethod
    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        """Run one job.

        Outputs of one circuit share their shots: with several measured qubits the joint outcome is sampled.

        Args:
            rows: Bound angles in radians, shape (n_rows, n_angles), float64, finite.
            first_evaluation: The number of the first row's evaluation since the head was made; shot noise of row j is
                seeded from ``shot_seed(first_evaluation + j)`` or, for the whole job, ``shot_seed(first_evaluation)``.
        """

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        """Run one job, as ``_execute``, for the joint outcomes of the measured qubits."""
        raise ConfigError(
            f"{self.name}: it does not say how often each joint outcome occurs; write its _outcomes, or use a circuit with "
            "one output"
        )

    def _chain(self) -> Chain:
        """Return what the backend executes as a chain of channels, its noise and readout errors included.

        Optional. With it ``execution = "channels"`` computes the head's exact probabilities and derivatives without the
        backend, once they were compared with its own.
        """
        raise ConfigError(f"{self.name}: it does not tell its circuit as a chain of channels; write its _chain")

    @abc.abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Return what the backend was set up as (method, device, layout, versions of data): JSON values only."""

    def _first_weights(self) -> torch.Tensor:
        """Return weights to begin with, radians, shape (n_circuits, n_weights): uniform in +-0.1, by the head's seed.

        Ours. Near zero, so that layers begin near the identity and signals pass at any depth (Grant et al.,
        Quantum 3, 214 (2019), begin there for the same reason); not zero, so that copies and layers differ.
        """
        stream = torch.Generator().manual_seed(stream_seed(self.seed, "weights", 0))
        shape = (self.n_circuits, self.circuit.n_weights)
        return torch.empty(shape).uniform_(-_FIRST_WEIGHTS, _FIRST_WEIGHTS, generator=stream)

    def _checked_angles(self, angles: torch.Tensor) -> torch.Tensor:
        if not isinstance(angles, torch.Tensor) or not angles.is_floating_point():
            got = angles.dtype if isinstance(angles, torch.Tensor) else type(angles).__name__
            raise AnglesError(f"{self.name}: expected a floating-point tensor of angles, got {got}")
        if angles.dim() < 2 or tuple(angles.shape[-2:]) != self.input_shape:
            raise AnglesError(
                f"{self.name}: expected angles of shape (..., {self.n_circuits}, {self.circuit.n_inputs}) "
                f"= (..., n_circuits, n_inputs) for circuit {self.circuit.name!r}, got {tuple(angles.shape)}"
            )
        # One operation in each step. The sum of finite angles may still overflow, so each angle is looked at then.
        if not math.isfinite(angles.detach().sum().item()):
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

    def _counted(
        self, run: Callable[..., _Answer], kind: type[_Answer], rows: torch.Tensor, *, n_shifted: int
    ) -> _Answer:
        """Run one job whose answer is of this kind, name what fails, and count and time it."""
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
        if not (isinstance(executed, kind) and isinstance(executed.circuits, int) and isinstance(executed.shots, int)):
            counts = [getattr(executed, name, None) for name in ("circuits", "shots")]
            raise OutputError(
                f"{self.name}: the adapter must return {kind.__name__} with whole numbers of circuits and shots, "
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


def gradient_of(
    able: Capabilities, *, shots: int | None, shift_rule: ShiftRule
) -> Literal["autograd", "parameter-shift"]:
    """Return how a head with these settings makes derivatives.

    Eq. (9) as printed is a rule of shifts; it is no derivative that autograd could find.
    """
    by_autograd = able.autograd and shots is None and shift_rule == "exact"
    return "autograd" if by_autograd else "parameter-shift"
