"""What an adapter can do, checked before any compute; messages are tested in test_head.py."""

import dataclasses
from typing import Literal

import pydantic
import pytest

from backends.capabilities import MAX_SHOTS, Capabilities, HeadOptions, check_circuit_and_shots, check_options
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError

ABLE = Capabilities(analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=3)


class Options(HeadOptions):
    """One option with a default, one with a validator."""

    device: Literal["manila", "lima"] = "manila"
    level: int = 1

    @pydantic.field_validator("level")
    @classmethod
    def _not_seven(cls, value: int) -> int:
        if value == 7:
            raise ValueError("seven is taken")
        return value


@pytest.mark.parametrize(("n_qubits", "shots"), [(1, None), (3, None), (3, 1), (1, MAX_SHOTS)])
def test_the_limits_are_allowed(n_qubits: int, shots: int | None) -> None:
    """As many qubits as the adapter takes, one shot, and ten million."""
    check_circuit_and_shots("Mine", ABLE, Circuit("c", n_qubits, 0, ()), shots=shots)

    assert MAX_SHOTS == 10_000_000
    assert not ABLE.surrogate


@pytest.mark.parametrize(
    ("able", "n_qubits", "shots", "message"),
    [
        ({}, 4, None, "Mine: circuit 'c' has 4 qubits, it takes at most 3"),
        ({"analytic": False}, 1, None, "it samples, so shots must be a number"),
        ({"shots": False}, 1, 1, "it is exact and takes no shots, got shots = 1"),
        ({}, 1, 0, "from 1 to 10000000, got 0"),
        ({}, 1, MAX_SHOTS + 1, "got 10000001"),
        ({}, 1, True, "got True"),
        ({}, 1, 1.0, "got 1.0"),
    ],
)
def test_what_lies_beyond_is_refused(able: dict[str, bool], n_qubits: int, shots: int, message: str) -> None:
    """One qubit or one shot more than allowed, and what is no number of shots."""
    with pytest.raises(ConfigError, match=message):
        check_circuit_and_shots("Mine", dataclasses.replace(ABLE, **able), Circuit("c", n_qubits, 0, ()), shots=shots)


def test_options_are_filled_in() -> None:
    """From nothing, from a mapping, or as they are."""
    options = Options(level=3)

    assert check_options("Mine", Options, None) == Options(device="manila", level=1)
    assert check_options("Mine", Options, {"device": "lima"}) == Options(device="lima", level=1)
    assert check_options("Mine", Options, options) is options


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (
            Options,
            {"devise": "lima"},
            r"^Mine: unknown option devise = 'lima': expected one of device, level; did you mean 'device'\?$",
        ),
        (HeadOptions, {"device": 1}, "^Mine: unknown option device = 1: it has no options$"),
        (Options, {"level": 7}, "^Mine: option level: seven is taken, got 7$"),
        (Options, {"level": "x", "device": "y"}, "option device: .*got 'y'; option level: .*, got 'x'$"),
    ],
)
def test_every_wrong_option_is_named(kind: type[HeadOptions], given: dict[str, object], message: str) -> None:
    """All of them at once, each with what was expected and what came."""
    with pytest.raises(ConfigError, match=message):
        check_options("Mine", kind, given)
