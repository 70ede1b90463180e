"""The named circuits, and families of circuits with parameters. A user's own circuits come from files (files.py)."""

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Mapping

from backends.circuits.ansatz import (
    basic_entangler,
    dressed,
    hardware_efficient,
    reuploading,
    reuploading_affine,
    strongly_entangling,
)
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import CircuitError, did_you_mean

_PAPER = "Rizvi, Ulum, Asif, Shin: Neural Networks with Variational Quantum Circuits"


def _paper_circuit(
    name: str, *, first_cx: tuple[int, int] | None, second_cx: tuple[int, int] | None, source: str
) -> Circuit:
    return Circuit(
        name=name,
        n_qubits=3,
        n_angles=4,
        gates=(
            *(Gate("h", (qubit,)) for qubit in range(3)),  # Eq. (5)
            *(Gate("rz", (qubit,), (Angle(qubit),)) for qubit in range(3)),  # Eq. (6): phi_1, phi_2, phi_3
            *([Gate("cx", first_cx)] if first_cx else []),
            Gate("rz", (1,), (Angle(3),)),  # phi_4 on the paper's qubit 2
            *([Gate("cx", second_cx)] if second_cx else []),
            Gate("h", (0,)),
        ),
        measured=(0,),  # Eq. (8): the paper's first qubit
        source=source,
    )


CIRCUITS: dict[str, Circuit] = {
    circuit.name: circuit
    for circuit in (
        # The text above Eq. (7): CNOT with control 3, target 2, then with control 2, target 1 (the paper counts from 1).
        _paper_circuit("eq7", first_cx=(2, 1), second_cx=(1, 0), source=f"{_PAPER}, Eq. (5)-(8), Fig. 5"),
        # Deviation from paper: both CNOTs turned round, so that every angle can reach the measured qubit.
        _paper_circuit(
            "eq7_swapped", first_cx=(1, 2), second_cx=(0, 1), source=f"ours: Eq. (7) of {_PAPER}, CNOTs turned round"
        ),
        # The control: what eq7_swapped has beyond it is due to entanglement; eq7 has nothing beyond it.
        _paper_circuit(
            "no_entanglement", first_cx=None, second_cx=None, source=f"ours: Eq. (7) of {_PAPER} without its CNOTs"
        ),
        # The control: eq7 without its dead angles. It computes the same function, so a difference from eq7 comes from training.
        Circuit(
            name="eq7_reduced",
            n_qubits=1,
            n_angles=1,
            gates=(Gate("h", (0,)), Gate("rz", (0,), (Angle(0),)), Gate("h", (0,))),
            measured=(0,),
            source=f"ours: Eq. (7) of {_PAPER} without the qubits and angles that cannot matter",
        ),
        Circuit(
            name="hadamard_ry",
            n_qubits=1,
            n_angles=1,
            gates=(Gate("h", (0,)), Gate("ry", (0,), (Angle(0),))),
            measured=(0,),
            source="the Qiskit textbook's Hybrid quantum-classical Neural Networks with PyTorch and Qiskit",
        ),
        dataclasses.replace(
            hardware_efficient(n_qubits=10, n_layers=1, n_outputs=10),
            name="ten_outputs",
            source="ours: hardware_efficient with a measured qubit for each of ten classes",
        ),
    )
}

FAMILIES: dict[str, Callable[..., Circuit]] = {
    family.__name__: family
    for family in (reuploading, reuploading_affine, strongly_entangling, hardware_efficient, dressed, basic_entangler)
}
"""Circuits that are called with parameters; each parameter is a whole number with a default."""

_CALL = re.compile(r"\s*(\w+)\s*(?:\(\s*(.*?)\s*\))?\s*")


def circuit_named(name: str) -> Circuit:
    """Return the catalogue's circuit of that name.

    Args:
        name: "eq7", or a family with or without its parameters: "hardware_efficient(n_qubits=4, n_layers=2)". The
            circuit's own name then spells out all of them.

    Raises:
        CircuitError: no such circuit, parameter or value; the message lists the names and the nearest one.
    """
    match = _CALL.fullmatch(name)
    base, inside = match.groups() if match else (name, None)
    if base in FAMILIES:
        return _built(base, _numbers(inside or "", base))
    if base in CIRCUITS and inside is not None:
        raise CircuitError(f"circuit {base!r} takes no parameters, got {name!r}; those that do: {', '.join(FAMILIES)}")
    if base in CIRCUITS:
        return CIRCUITS[base]
    known = (*CIRCUITS, *map(signature, FAMILIES))
    hint = did_you_mean(base, (*CIRCUITS, *FAMILIES))
    raise CircuitError(
        f"unknown circuit {name!r}: expected one of {', '.join(known)}{hint}; a file's name ends in .toml or .qasm"
    )


@dataclasses.dataclass(frozen=True)
class Member:
    """A circuit of a family: the family's name and all its parameters."""

    family: str
    parameters: Mapping[str, int]

    def resized(self, **changed: int) -> Circuit:
        """Return the family's circuit with other values of some parameters.

        Raises:
            CircuitError: the family has no such circuit.
        """
        return _built(self.family, {**self.parameters, **changed})


def member_of(circuit: Circuit) -> Member | None:
    """Return which family of the catalogue a circuit belongs to; None where it belongs to none."""
    match = _CALL.fullmatch(circuit.name)
    if match is None or match[1] not in FAMILIES:
        return None
    try:
        found = Member(match[1], {**_defaults(match[1]), **_numbers(match[2] or "", match[1])})
        return found if found.resized() == circuit else None  # a circuit from elsewhere may have such a name too
    except CircuitError:
        return None


def signature(family: str) -> str:
    """Return how a family is called, with its defaults."""
    return f"{family}({', '.join(f'{key}={value}' for key, value in _defaults(family).items())})"


def _defaults(family: str) -> dict[str, int]:
    return {key: parameter.default for key, parameter in inspect.signature(FAMILIES[family]).parameters.items()}


def _numbers(inside: str, family: str) -> dict[str, int]:
    given: dict[str, int] = {}
    known = _defaults(family)
    for part in filter(None, re.split(r"\s*,\s*", inside)):
        key, _, value = (text.strip() for text in part.partition("="))
        if key not in known:
            hint = did_you_mean(key, known)
            raise CircuitError(f"circuit {family!r} has no parameter {key!r}: expected {', '.join(known)}{hint}")
        if key in given or not re.fullmatch(r"\d{1,4}", value, re.ASCII):
            raise CircuitError(
                f"circuit {family!r}: expected {key} once, as a whole number of at most 9999, got {part!r}"
            )
        given[key] = int(value)
    return given


def _built(family: str, given: Mapping[str, int]) -> Circuit:
    return _cached(family, tuple({**_defaults(family), **given}.items()))


@functools.cache
def _cached(family: str, parameters: tuple[tuple[str, int], ...]) -> Circuit:
    name = f"{family}({', '.join(f'{key}={value}' for key, value in parameters)})"
    return dataclasses.replace(FAMILIES[family](**dict(parameters)), name=name)
