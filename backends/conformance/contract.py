"""Checks of the interface: options, shapes, refusals, parameters, provenance, counts."""

import json
import pickle
from collections.abc import Callable, Iterator
from functools import partial

import torch

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.conformance.circuits import COIN, ONE_ANGLE_A_QUBIT
from backends.conformance.results import Finding
from backends.conformance.subject import SHOTS, Subject, angles
from backends.errors import AnglesError, ConfigError, HeadError


def options_round_trip(subject: Subject) -> Iterator[Finding]:
    """Options are the same after pickle and after JSON, and an unknown option is refused by its name."""
    shots = subject.modes[0]
    options = subject.head_class.check(COIN, shots=shots, options=subject.options)
    copies = {
        "pickle": pickle.loads(pickle.dumps(options)),  # noqa: S301  # our own bytes
        "JSON": subject.head_class.check(COIN, shots=shots, options=json.loads(options.model_dump_json())),
    }
    for how, copy in copies.items():
        yield Finding(float(copy != options), 0, f"options {options!r} after {how}: {copy!r}")
    yield _refusal(
        lambda: subject.head_class.check(COIN, shots=shots, options={**subject.options, "no_such_option": 1}),
        ConfigError,
        "no_such_option",
    )


def capabilities_are_true(subject: Subject) -> Iterator[Finding]:
    """A mode or width that the capabilities exclude is refused before any compute; a mode that they include is accepted."""
    able = subject.head_class.capabilities
    yield Finding(len(subject.modes), 1, "modes (exact, shots) that it has", at_least=True)
    for granted, shots in ((able.analytic, None), (able.shots, SHOTS)):
        if granted:
            subject.head_class.check(COIN, shots=shots, options=subject.options)
        else:
            yield _refusal(
                partial(subject.head_class.check, COIN, shots=shots, options=subject.options),
                ConfigError,
                "none" if shots is None else str(shots),
            )
    wide = Circuit("too wide", able.max_qubits + 1, 0, ())
    yield _refusal(
        lambda: subject.head_class.check(wide, shots=subject.modes[0], options=subject.options),
        ConfigError,
        f"{able.max_qubits + 1} qubits, it takes at most {able.max_qubits}",
    )


def output_is_probabilities(subject: Subject) -> Iterator[Finding]:
    """Any leading dimensions, float32 or float64, come back as finite values in [0, 1] of the same dtype."""
    for shots in subject.modes:
        head = subject.head(ONE_ANGLE_A_QUBIT, shots=shots, noise=True, n_circuits=2)
        for leading, dtype in (
            ((), torch.float32),
            ((3,), torch.float64),
            ((2, 1), torch.float32),
            ((0,), torch.float64),
        ):
            given = torch.full((*leading, 2, 2), 0.3, dtype=dtype)
            with torch.no_grad():
                got = head(given)
            expected = (*leading, 2 * 3)
            yield Finding(
                float(tuple(got.shape) != expected or got.dtype != dtype),
                0,
                f"angles {tuple(given.shape)} of {dtype}: expected {expected}, got {tuple(got.shape)} of {got.dtype}",
            )
            outside = ~((got >= 0) & (got <= 1))  # NaN is outside
            yield Finding(float(outside.sum()), 0, "values that are not in [0, 1]")


def inputs_stay_as_they_are(subject: Subject) -> Iterator[Finding]:
    """A head never writes to the angles that it is given."""
    for shots in subject.modes:
        head = subject.head(circuit_named("eq7_swapped"), shots=shots, noise=True)
        given = torch.as_tensor(angles(3, 4))[:, None, :]
        before = given.clone()
        with torch.no_grad():
            head(given)
        yield Finding(float((given != before).sum()), 0, "angles that were changed")


def wrong_angles_are_refused(subject: Subject) -> Iterator[Finding]:
    """Wrong shapes name both shapes; NaN and whole numbers are refused."""
    head = subject.head(circuit_named("eq7"), shots=subject.modes[0], noise=True, n_circuits=2)
    yield _refusal(lambda: head(torch.zeros(5, 2, 3)), AnglesError, "2, 4", "5, 2, 3")
    yield _refusal(lambda: head(torch.zeros(5, 3, 4)), AnglesError, "2, 4", "5, 3, 4")
    yield _refusal(lambda: head(torch.full((2, 4), torch.nan)), AnglesError, "nan", "(0, 0)")
    yield _refusal(lambda: head(torch.zeros(2, 4, dtype=torch.int64)), AnglesError, "int64")


def provenance_is_json(subject: Subject) -> Iterator[Finding]:
    """``provenance()`` returns JSON values and says something, so that a record can hold it."""
    head = subject.head(circuit_named("eq7"), shots=subject.modes[0], noise=True)
    found = head.provenance()
    yield Finding(
        float(json.loads(json.dumps(found, allow_nan=False)) != found),
        0,
        f"provenance {found!r} is the same after JSON",
    )
    yield Finding(len(found), 1, "entries", at_least=True)


def tally_counts_what_was_run(subject: Subject) -> Iterator[Finding]:
    """A forward and backward pass is 1 + 2 n_angles evaluations a circuit (1 with autograd), and each is counted.

    What answers in a backend's place requests as many, and its backend executes none of them.
    """
    circuit, n_circuits, batch, able = circuit_named("eq7"), 2, 3, subject.head_class.capabilities
    for shots in subject.modes:
        head = subject.head(circuit, shots=shots, noise=True, n_circuits=n_circuits)
        given = torch.full((batch, n_circuits, circuit.n_angles), 0.4, requires_grad=True)
        head(given).sum().backward()
        with torch.no_grad():
            head(given)
        rows = batch * n_circuits
        shifted = 0 if head.gradient == "autograd" else 2 * circuit.n_angles * rows
        tally = head.tally
        for name, count, evaluations in (("forward", tally.forward, 2 * rows), ("backward", tally.backward, shifted)):
            executed = 0 if able.surrogate else evaluations
            expected = (evaluations, executed, evaluations * (shots or 0))
            got = (count.requested, count.executed, count.shots)
            yield Finding(
                sum(abs(a - b) for a, b in zip(got, expected, strict=True)),
                0,
                f"{name} evaluations (requested, executed, shots): got {got}, expected {expected}",
            )


def weights_are_parameters(subject: Subject) -> Iterator[Finding]:
    """A circuit's trainable weights are parameters of the head, one set a circuit; without weights it has none."""
    for circuit, expected in ((ONE_ANGLE_A_QUBIT, [(2, 1)]), (COIN, [])):
        head = subject.head(circuit, shots=subject.modes[0], n_circuits=2, noise=True)
        got = [tuple(parameter.shape) for parameter in head.parameters()]
        yield Finding(float(got != expected), 0, f"shapes of the parameters: got {got}, expected {expected}")


def _refusal(call: Callable[[], object], kind: type[HeadError], *words: str) -> Finding:
    try:
        call()
    except kind as error:
        missing = [word for word in words if word not in str(error)]
        return Finding(len(missing), 0, f"words of {list(words)} that are missing in {kind.__name__}: {error}")
    return Finding(1, 0, f"expected {kind.__name__} naming {list(words)}, nothing was raised")
