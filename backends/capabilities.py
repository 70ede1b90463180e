"""What an adapter can do, its options, and the check of a head's settings before any compute is spent."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import pydantic

from backends.circuits.circuit import Circuit
from backends.errors import ConfigError, did_you_mean

MAX_SHOTS = 10_000_000
Execution = Literal["native", "table", "channels"]
"""native: the backend executes every evaluation. table, channels: it executes circuits only while its surrogate is made, and
the surrogate then answers."""
_Options = TypeVar("_Options", bound=pydantic.BaseModel)


class HeadOptions(pydantic.BaseModel):
    """Base of an adapter's options: frozen; unknown keys, NaN and infinities, which JSON does not have, are refused."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
        surrogate: It answers in a backend's place. That backend executes circuits only while this head is made.
    """

    analytic: bool
    shots: bool
    noisy: bool
    autograd: bool
    multicore: bool
    max_qubits: int
    surrogate: bool = False


def check_circuit_and_shots(name: str, able: Capabilities, circuit: Circuit, *, shots: int | None) -> None:
    """Check that an adapter can evaluate a circuit with these shots.

    Args:
        name: The adapter's, for messages.
        able: What the adapter can do.
        circuit: What is evaluated.
        shots: Repetitions of each evaluation, or None for exact probabilities.

    Raises:
        ConfigError: it cannot.
    """
    if shots is None and not able.analytic:
        raise ConfigError(f"{name}: it samples, so shots must be a number of 1 or more, got none; set shots = 1000")
    if shots is not None and not able.shots:
        raise ConfigError(f"{name}: it is exact and takes no shots, got shots = {shots}; leave shots out")
    if shots is not None and (isinstance(shots, bool) or not isinstance(shots, int) or not 1 <= shots <= MAX_SHOTS):
        raise ConfigError(f"{name}: shots must be a whole number from 1 to {MAX_SHOTS}, got {shots!r}")
    if circuit.n_qubits > able.max_qubits:
        raise ConfigError(
            f"{name}: circuit {circuit.name!r} has {circuit.n_qubits} qubits, it takes at most {able.max_qubits}"
        )


def check_whole_number(name: str, what: str, value: int, *, least: int) -> None:
    """Check a setting of a head that must be a whole number.

    Raises:
        ConfigError: it is not one, or it is below ``least``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(f"{name}: {what} must be a whole number of {least} or more, got {value!r}")


def check_options(name: str, kind: type[_Options], options: Mapping[str, Any] | pydantic.BaseModel | None) -> _Options:
    """Return a head's options, checked, with every default filled in.

    Raises:
        ConfigError: an unknown option, or a value that the option cannot have; all problems at once.
    """
    if isinstance(options, kind):
        return options
    try:
        return kind.model_validate(dict(options or {}))
    except pydantic.ValidationError as error:
        problems = [_problem(found, kind) for found in error.errors()]
    raise ConfigError(f"{name}: {'; '.join(problems)}")


def _problem(found: Any, kind: type[pydantic.BaseModel]) -> str:
    option, got = ".".join(map(str, found["loc"])), repr(found["input"])
    if found["type"] == "extra_forbidden":
        known = ", ".join(kind.model_fields)
        expected = f"expected one of {known}{did_you_mean(option, kind.model_fields)}" if known else "it has no options"
        return f"unknown option {option} = {got}: {expected}"
    message: str = found["msg"].removeprefix("Value error, ")
    if not option:  # of several options together; the message names them
        return message
    return f"option {option}: {message}" + ("" if got in message else f", got {got}")
