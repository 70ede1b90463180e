"""Base classes of surrogates, which answer in the place of another head's backend, and of what makes them."""

import abc
import dataclasses
import time
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import torch

from backends.answers import Executed
from backends.capabilities import Capabilities, HeadOptions, check_circuit_and_shots
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError
from backends.gradients import ShiftRule
from backends.head import QuantumHead
from backends.sampling import sample_frequencies, sample_zeros
from backends.tally import Count

_Response = TypeVar("_Response", bound=torch.nn.Module, covariant=True)


@dataclasses.dataclass(frozen=True)
class Built(Generic[_Response]):
    """A response, which turns rows of angles into probabilities, and how it was built: JSON values, for provenance."""

    response: _Response
    facts: dict[str, Any]


class Surrogate(QuantumHead):
    """A head that answers in the place of another one, whose backend is asked only while this one is made.

    Args:
        source: The head that it stands for; its circuit and options become the surrogate's. It is not kept.
        n_circuits: As of any head; ``shots``, ``seed``, ``shift_rule`` and ``skipped`` as well.

    Attributes:
        response: What answers: p(0) of each output, or the joint outcomes where several outputs share their shots; as a
            function of rows of angles, differentiable.

    Raises:
        ConfigError: the source cannot be answered for, or is a surrogate.
        TableError, ChannelsError: the response is not the source's.
    """

    execution: ClassVar[str]  # as plans and records call it
    suffix: ClassVar[str]  # follows the source's name in the surrogate's

    def __init__(
        self,
        source: QuantumHead,
        *,
        n_circuits: int = 10,
        shots: int | None = None,
        seed: int = 0,
        shift_rule: ShiftRule = "exact",
        skipped: Mapping[int, str] | None = None,
    ) -> None:
        self._name = source.name + self.suffix
        self._capabilities = self.capabilities_for(source.name, source.capabilities)
        self.check_source(type(source), source.circuit, shots=shots)
        super().__init__(
            source.circuit,
            n_circuits=n_circuits,
            shots=shots,
            seed=seed,
            shift_rule=shift_rule,
            options=source.options,
            skipped=skipped,
        )
        started = time.perf_counter()
        with source.counting() as made:
            built = self._built(source, joint=is_joint(self.circuit, shots))
        seconds = time.perf_counter() - started
        self.count_setup(Count(executed=made.forward.executed, shots=made.forward.shots, seconds=seconds))
        self.response = built.response
        self._provenance = {"execution": self.execution, **built.facts, "source": source.provenance()}

    @classmethod
    def capabilities_for(cls, source: str, able: Capabilities) -> Capabilities:
        """Return what a surrogate can do of a head with this name and these capabilities."""
        if able.surrogate:
            raise _surrogate_already(source)
        return dataclasses.replace(able, autograd=able.analytic, multicore=False, surrogate=True)

    @classmethod
    @abc.abstractmethod
    def check_source(cls, source: type[QuantumHead], circuit: Circuit, *, shots: int | None) -> None:
        """Check, before any compute, that heads of this class can be answered for.

        Raises:
            ConfigError: they cannot.
        """

    @abc.abstractmethod
    def _built(self, source: QuantumHead, *, joint: bool) -> Built[torch.nn.Module]:
        """Return the response after a comparison with the source itself at fresh random angles."""

    @property
    def name(self) -> str:
        """The source's name and the suffix. Messages and shot streams use it."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:  # type: ignore[override]  # the source decides, not the class
        """What the source can do, answered without its backend."""
        return self._capabilities

    def _checked_settings(
        self, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None
    ) -> HeadOptions:
        assert isinstance(options, HeadOptions)  # the source's, checked when that was made
        check_circuit_and_shots(self.name, self.capabilities, circuit, shots=shots)
        return options

    def _prepare(self) -> None:
        """Nothing: the source was compiled when it was made."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        values = self.response(rows)
        if self.shots is None:
            # An estimate may lie outside [0, 1] by its error; shots are drawn from what is cut off there.
            return Executed(values if self.capabilities.analytic else values.clamp(0.0, 1.0), circuits=0, shots=0)
        draw = sample_zeros if self.circuit.n_outputs == 1 else sample_frequencies
        return Executed(
            draw(values, shots=self.shots, seed=self.shot_seed(first_evaluation)),
            circuits=0,
            shots=len(rows) * self.shots,
        )

    def provenance(self) -> dict[str, Any]:
        """Return how the response was made and how well it fits, and the provenance of the head that it stands for."""
        return self._provenance


@dataclasses.dataclass(frozen=True)
class SurrogateMaker(abc.ABC):
    """Makes the surrogates of an adapter's heads; takes what the adapter's class takes.

    Attributes:
        source: The adapter's class.
        kind: The class of the surrogates.

    Raises:
        ConfigError: the source is itself a surrogate's class, or no class.
    """

    source: type[QuantumHead]
    kind: ClassVar[type[Surrogate]]

    def __post_init__(self) -> None:
        if not isinstance(self.source, type) or issubclass(self.source, Surrogate):
            raise _surrogate_already(self.source.__name__)

    @property
    def __name__(self) -> str:
        return self.source.__name__ + self.kind.suffix

    @property
    def capabilities(self) -> Capabilities:
        """What a surrogate of this head can do."""
        return self.kind.capabilities_for(self.source.__name__, self.source.capabilities)

    @property
    def noiseless_options(self) -> Mapping[str, Any]:
        """As of the head."""
        return self.source.noiseless_options

    @property
    def noisy_options(self) -> Mapping[str, Any]:
        """As of the head."""
        return self.source.noisy_options

    @abc.abstractmethod
    def source_shots(self, circuit: Circuit) -> int | None:
        """Return the shots of each evaluation of the source; None for exact ones.

        Raises:
            ConfigError: the head samples, and cannot be asked so.
        """

    def check(
        self, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> HeadOptions:
        """Check as the head does, and that it can be answered for with this circuit; return the options.

        Raises:
            ConfigError: as the head's own, or it cannot be answered for.
        """
        check_circuit_and_shots(self.__name__, self.capabilities, circuit, shots=shots)
        checked = self.source.check(circuit, shots=shots, options=options)
        self.source.check(circuit, shots=self.source_shots(circuit), options=checked)
        self.kind.check_source(self.source, circuit, shots=shots)
        return checked

    def __call__(
        self,
        circuit: Circuit,
        *,
        n_circuits: int = 10,
        shots: int | None = None,
        seed: int = 0,
        shift_rule: ShiftRule = "exact",
        options: Mapping[str, Any] | HeadOptions | None = None,
        skipped: Mapping[int, str] | None = None,
    ) -> Surrogate:
        """Return a surrogate of a head that is made for it; see ``QuantumHead`` and ``Surrogate``."""
        checked = self.check(circuit, shots=shots, options=options)
        source = self.source(circuit, n_circuits=1, shots=self.source_shots(circuit), seed=seed, options=checked)
        return self.kind(source, n_circuits=n_circuits, shots=shots, seed=seed, shift_rule=shift_rule, skipped=skipped)


HeadFactory = type[QuantumHead] | SurrogateMaker
"""What makes heads of one kind: an adapter's class, or the maker of its surrogates."""


def _surrogate_already(name: str) -> ConfigError:
    return ConfigError(f"{name} answers in a backend's place already; take the head that it stands for")


def is_joint(circuit: Circuit, shots: int | None) -> bool:
    """Whether the joint outcomes are needed: several outputs share their shots."""
    return shots is not None and circuit.n_outputs > 1


def tells_chain(source: type[QuantumHead]) -> bool:
    """Whether a head tells its circuits as chains of channels."""
    return source._chain is not QuantumHead._chain


def tells_joint_outcomes(source: type[QuantumHead]) -> bool:
    """Whether a head says how often each joint outcome occurs."""
    return source._outcomes is not QuantumHead._outcomes
