"""All heads by name, quantum, outside and classical: what a plan may ask for, and how a spec becomes a module."""

import functools
from typing import Any

import torch

from backends.analysis import dead_angles
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError, did_you_mean
from backends.outside import code_of, outside_heads
from backends.registry import HEADS, head_class
from backends.registry import summary as quantum_summary
from backends.surrogates.table import HeadFactory, Tabulated
from baselines import BASELINES, baseline_class
from harness.spec import N_CLASSES, RunSpec


def resolved_options(spec: RunSpec) -> dict[str, Any]:
    """Return the options with every default filled in, so that a run's identity changes when a default does.

    Raises:
        HeadError: as ``circuit_of``.
    """
    circuit = circuit_of(spec, n_classes=N_CLASSES)
    if circuit is None:
        return {}
    return quantum_class(spec).check(circuit, shots=spec.shots, options=spec.options).model_dump(mode="json")


def code_of_head(spec: RunSpec) -> str | None:
    """Return the SHA-256 of the code of somebody else's head, as it is now; None for one of ours.

    Raises:
        HeadError: the head or its code cannot be loaded.
    """
    return None if spec.head in BASELINES else code_of(head_class(spec.head))


def circuit_of(spec: RunSpec, *, n_classes: int) -> Circuit | None:
    """Check a spec's head, circuit, shots and options without building them; return the circuit, None for a classical head.

    Raises:
        HeadError: something in the spec cannot be used; the message says what and how to mend it.
    """
    if spec.head in BASELINES:
        given = [key for key in ("circuit", "shots", "options") if getattr(spec, key)]
        given += ["execution = 'table'"] if spec.execution == "table" else []
        if given:
            raise ConfigError(f"head {spec.head!r} is classical and takes no {', '.join(given)}; leave it out")
        return None
    known = (*BASELINES, *HEADS, *outside_heads())
    if spec.head not in known and ":" not in spec.head:
        hint = did_you_mean(spec.head, known)
        raise ConfigError(
            f"unknown head {spec.head!r}: expected one of {', '.join(known)}, or package.module:Class{hint}"
        )
    if spec.circuit is None:
        raise ConfigError(f"head {spec.head!r} needs a circuit; set circuit = 'eq7'")
    circuit = spec.own_circuit or circuit_named(spec.circuit)
    if circuit.n_inputs == 0:
        raise ConfigError(
            f"circuit {circuit.name!r} has no inputs, so the network could not reach it; in OpenQASM 3 declare them "
            "('input float x;'), in TOML list them under inputs (OpenQASM 2 has none)"
        )
    kind = quantum_class(spec)
    kind.check(circuit, shots=spec.shots, options=spec.options)
    if spec.training.skip_dead_angles:
        dead_angles.check(kind, circuit)
    if n_classes % circuit.n_outputs:
        raise ConfigError(
            f"circuit {circuit.name!r} has {circuit.n_outputs} outputs, which do not divide {n_classes} classes evenly"
        )
    return circuit


def build_head(spec: RunSpec, *, n_classes: int) -> torch.nn.Module:
    """Return the head of a run: n_classes / n_outputs copies of the circuit, or the classical head.

    Raises:
        HeadError: as ``circuit_of``, or the backend cannot be set up.
    """
    circuit = circuit_of(spec, n_classes=n_classes)
    if circuit is None:
        head: torch.nn.Module = baseline_class(spec.head)(n_classes)
        return head
    factory = quantum_class(spec)
    make = (
        functools.partial(dead_angles.head_without_dead_angles, factory) if spec.training.skip_dead_angles else factory
    )
    return make(
        circuit,
        n_circuits=n_classes // circuit.n_outputs,
        shots=spec.shots,
        seed=spec.seed,
        shift_rule=spec.training.shift_rule,
        options=spec.options,
    )


def wants_all_cores(spec: RunSpec) -> bool:
    """Whether the head's backend uses every core, so that the run must have the machine for itself."""
    return spec.head not in BASELINES and quantum_class(spec).capabilities.multicore


def quantum_class(spec: RunSpec) -> HeadFactory:
    """Return what makes a run's quantum head: the backend's own class, or the maker of its response tables.

    Raises:
        HeadError: no head of that name, or its SDK is not installed.
    """
    native = head_class(spec.head)
    return Tabulated(native) if spec.execution == "table" else native


def summary(name: str) -> str:
    """Return the one line that ``qhb list`` shows of a head."""
    return BASELINES[name].summary if name in BASELINES else quantum_summary(name)
