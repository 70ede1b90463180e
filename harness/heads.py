"""All heads by name, quantum, outside and classical: what a plan may ask for, and how a spec becomes a module."""

import dataclasses
import functools
from collections.abc import Callable

import pydantic
import torch

from backends.analysis import dead_angles
from backends.capabilities import Execution, HeadOptions, check_options
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError, did_you_mean
from backends.head import QuantumHead
from backends.outside import code_of, outside_heads
from backends.registry import HEADS, head_class
from backends.registry import summary as quantum_summary
from backends.surrogates.channels import ChannelsHead
from backends.surrogates.choice import factory_for, fastest_exact
from backends.surrogates.surrogate import HeadFactory
from backends.surrogates.table import ResponseTable, Tabulated
from baselines import BASELINES, baseline_class
from baselines.head import ClassicalOptions
from harness.spec import ModelSpec, RunSpec


@dataclasses.dataclass(frozen=True)
class ResolvedBaseline:
    """A classical head, checked. It has no circuit, and its code is ours.

    Attributes:
        options: The head's options with every default filled in.
        n_values: Values that it returns.
        n_inputs: Values that it takes for each sample.
        has_weights: Whether it has weights of its own.
    """

    options: ClassicalOptions
    n_values: int
    n_inputs: int
    has_weights: bool
    circuit_fingerprint: None = None
    code: None = None


@dataclasses.dataclass(frozen=True)
class ResolvedHead:
    """What the names in a spec stand for, checked.

    Attributes:
        circuit: The circuit.
        factory: What makes the head: the backend's own class, or the maker of what answers in its place.
        options: The head's options with every default filled in.
        n_circuits: Copies of the circuit, which together return ``width_of`` values.
        code: SHA-256 of the present code of an outside head; None for one of ours.
    """

    circuit: Circuit
    factory: HeadFactory
    options: HeadOptions
    n_circuits: int
    code: str | None

    @property
    def circuit_fingerprint(self) -> str:
        """What tells the circuit from others, by what it computes."""
        return self.circuit.fingerprint

    @property
    def n_inputs(self) -> int:
        """Angles that it takes for each sample."""
        return self.n_circuits * self.circuit.n_inputs

    @property
    def has_weights(self) -> bool:
        """Whether it has weights of its own."""
        return self.circuit.n_weights > 0


def width_of(model: ModelSpec, *, n_classes: int) -> int:
    """Return how many values a head returns: one a class, or ``head_width`` to a linear readout.

    Raises:
        ConfigError: the width does not fit the readout.
    """
    if model.readout == "probability" and model.head_width not in (None, n_classes):
        raise ConfigError(
            f"model.head_width = {model.head_width}: with readout = 'probability' each of the head's values is the score of one "
            f"of {n_classes} classes; set readout = 'linear', or leave head_width out"
        )
    return model.head_width or n_classes


def resolve_head(spec: RunSpec, *, n_classes: int) -> ResolvedHead | ResolvedBaseline:
    """Check a spec's head, circuit, shots and options without building them.

    Nothing of this depends on the spec's seed.

    Args:
        spec: What is asked.
        n_classes: Of the data set.

    Raises:
        HeadError: something in the spec cannot be used; the message says what and how to mend it.
    """
    if spec.head in BASELINES:
        return _resolve_baseline(spec, n_classes)
    known = (*BASELINES, *HEADS, *outside_heads())
    if spec.head not in known and ":" not in spec.head:
        hint = did_you_mean(spec.head, known)
        raise ConfigError(
            f"unknown head {spec.head!r}: expected one of {', '.join(known)}, or package.module:Class{hint}"
        )
    if spec.circuit is None:
        raise ConfigError(f"head {spec.head!r} needs a circuit; set circuit = 'eq7'")
    circuit = spec.own_circuit or circuit_named(spec.circuit)
    width = width_of(spec.model, n_classes=n_classes)
    _check_inputs_and_outputs(circuit, spec.model, width)
    native = head_class(spec.head)
    _check_option_names(spec, native.Options)
    factory = factory_for(native, spec.execution)
    options = factory.check(circuit, shots=spec.shots, options=spec.options)
    if spec.training.skip_dead_angles:
        dead_angles.check(factory, circuit)
    if spec.training.fidelity_every is not None:
        _check_fidelity(spec, factory, circuit, options)
    return ResolvedHead(circuit, factory, options, width // circuit.n_outputs, code_of(native))


def resolved_execution(spec: RunSpec, *, n_classes: int) -> Execution:
    """Return what ``execution = "auto"`` stands for, where the spec says native: see ``backends.surrogates.choice``.

    Args:
        spec: What is asked.
        n_classes: Of the data set.

    Raises:
        HeadError: something in the spec cannot be used.
    """
    resolved = resolve_head(spec, n_classes=n_classes)
    if isinstance(resolved, ResolvedBaseline):
        return "native"
    return fastest_exact(head_class(spec.head), resolved.circuit, shots=spec.shots, options=resolved.options)


def _check_inputs_and_outputs(circuit: Circuit, model: ModelSpec, width: int) -> None:
    if circuit.n_inputs == 0:
        raise ConfigError(
            f"circuit {circuit.name!r} has no inputs, so the network could not reach it; in OpenQASM 3 declare them "
            "('input float x;'), in TOML list them under inputs (OpenQASM 2 has none)"
        )
    if width % circuit.n_outputs:
        raise ConfigError(_misfit(circuit, model, width))


def _misfit(circuit: Circuit, model: ModelSpec, width: int) -> str:
    outputs = f"circuit {circuit.name!r} has {circuit.n_outputs} outputs, which do not divide"
    if model.readout == "linear":
        return (
            f"{outputs} head_width = {width} evenly; set model.head_width to a multiple of {circuit.n_outputs}: "
            f"{circuit.n_outputs} for one circuit"
        )
    fitting = ", ".join(str(number) for number in range(1, width + 1) if width % number == 0)
    return (
        f"{outputs} {width} classes evenly; measure a number of qubits that does: {fitting}; or set model.readout = 'linear' "
        f"and head_width = {circuit.n_outputs}"
    )


def _resolve_baseline(spec: RunSpec, n_classes: int) -> ResolvedBaseline:
    given = [key for key in ("circuit", "shots") if getattr(spec, key) is not None]
    given += [f"execution = {spec.execution!r}"] if spec.execution != "native" else []
    if given:
        raise ConfigError(f"head {spec.head!r} is classical and takes no {', '.join(given)}; leave it out")
    kind = baseline_class(spec.head)
    _check_option_names(spec, kind.Options)
    _refuse_fidelity_without_shots(spec)
    options = check_options(spec.head, kind.Options, spec.options)
    n_values = width_of(spec.model, n_classes=n_classes)
    return ResolvedBaseline(options, n_values, kind.n_inputs(n_values, options), kind.has_weights(options))


def _check_fidelity(spec: RunSpec, factory: HeadFactory, circuit: Circuit, options: HeadOptions) -> None:
    """Refuse to compare gradients where there are no shots, or no exact gradients."""
    _refuse_fidelity_without_shots(spec)
    if isinstance(factory, Tabulated):
        return
    try:
        factory.check(circuit, shots=None, options=options)
    except ConfigError as error:
        raise ConfigError(
            f"head {spec.head!r} with execution = {spec.execution!r}: fidelity_every compares gradients from shots with exact "
            f"ones, and this head has none ({error}); use execution = 'table', or leave fidelity_every out"
        ) from error


def _refuse_fidelity_without_shots(spec: RunSpec) -> None:
    if spec.training.fidelity_every is not None and spec.shots is None:
        raise ConfigError(
            f"head {spec.head!r} has no shots, so fidelity_every has no gradient from shots to compare; leave it out of "
            "[training], and give it to entries with shots: training = { fidelity_every = 50 }"
        )


def _check_option_names(spec: RunSpec, kind: type[pydantic.BaseModel]) -> None:
    """Refuse options that only other heads have, and name those heads."""
    for name in spec.options:
        owners = [] if name in kind.model_fields else _heads_with_option(name)
        if owners:
            own = ", ".join(kind.model_fields) or "none"
            raise ConfigError(
                f"head {spec.head!r} has no option {name!r}; its options: {own}; heads that have {name!r}: {', '.join(owners)}"
            )


def _heads_with_option(name: str) -> list[str]:
    """Return those of our heads that have an option of that name and whose SDK is installed."""
    kinds: dict[str, type[pydantic.BaseModel]] = {head: baseline_class(head).Options for head in BASELINES}
    kinds |= {head: head_class(head).Options for head, entry in HEADS.items() if not entry.missing}
    return [head for head, kind in kinds.items() if name in kind.model_fields]


def build_head(spec: RunSpec, resolved: ResolvedHead | ResolvedBaseline) -> torch.nn.Module:
    """Return the head of a run: copies of the circuit, or the classical head.

    Args:
        spec: What is asked.
        resolved: What ``resolve_head`` returned for it.

    Raises:
        HeadError: the backend cannot be set up.
    """
    if isinstance(resolved, ResolvedBaseline):
        return baseline_class(spec.head)(resolved.n_values, resolved.options)
    make: Callable[..., QuantumHead] = resolved.factory
    if spec.training.skip_dead_angles:
        make = functools.partial(dead_angles.head_without_dead_angles, resolved.factory)
    head = make(
        resolved.circuit,
        n_circuits=resolved.n_circuits,
        shots=spec.shots,
        seed=spec.seed,
        shift_rule=spec.training.shift_rule,
        options=resolved.options,
    )
    if isinstance(head, ChannelsHead):
        head.response.kept_bytes = round(spec.training.channels_memory_gib * 2**30)
    return head


def exact_twin(resolved: ResolvedHead, head: QuantumHead) -> QuantumHead:
    """Return a head that answers with the probabilities that a head draws its shots from, noise included.

    It has the same circuit, options, shift rule and skipped angles. Its trainable weights are its own.

    Args:
        resolved: Of the head.
        head: A head with shots that ``build_head`` made.

    Raises:
        HeadError: the backend cannot be set up.
    """
    if isinstance(head, ResponseTable):  # also where the table is an estimate, so that its source has no exact answers
        return head.without_shots()
    return resolved.factory(
        resolved.circuit,
        n_circuits=head.n_circuits,
        shots=None,
        seed=head.seed,
        shift_rule=head.shift_rule,
        options=resolved.options,
        skipped=head.skipped,
    )


def wants_all_cores(spec: RunSpec) -> bool:
    """Whether the head's backend uses every core, so that the run is made alone."""
    if spec.head in BASELINES or spec.execution != "native":
        return False
    return HEADS[spec.head].multicore if spec.head in HEADS else head_class(spec.head).capabilities.multicore


def summary(name: str) -> str:
    """Return the one line that ``qhb list`` shows of a head."""
    return BASELINES[name].summary if name in BASELINES else quantum_summary(name)
