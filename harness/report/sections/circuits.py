"""The circuits of a report: each drawn once, with its formula and what is proven of its angles."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pydantic

from backends.analysis.dead_angles import RESPONSE, STRUCTURE, ideal_response, structural_proofs
from backends.analysis.formula import closed_form
from backends.circuits.circuit import Circuit
from backends.circuits.drawing import angle_symbols
from backends.errors import CircuitError, ConfigError
from backends.surrogates.polynomial import Grid, Response
from harness.report.figures.circuit_drawing import circuit_figure
from harness.report.figures.svg import Drawing
from harness.report.numbers.groups import Results
from harness.report.numbers.recorded_circuit import circuit_from, is_small
from harness.text import clean, counted, listed

_MOST_AMPLITUDES = 2**18  # of all points of a response's grid together: about a second
_MOST_FORMULAS = 4
_NOT_DRAWN = "Too large to be drawn."
_IN_WORDS = {STRUCTURE: "the circuit's structure", RESPONSE: "its exact response"}


@dataclasses.dataclass(frozen=True)
class _Facts:
    """What is proven of a circuit on an ideal device.

    Attributes:
        proofs: The proof of each angle that cannot matter.
        forms: p(0) of each measured qubit as a formula; None where it has no short one, empty where it is not known.
    """

    proofs: Mapping[int, str]
    forms: Sequence[str | None]


@dataclasses.dataclass(frozen=True)
class CircuitSection:
    """A circuit in words, and drawn where it is small enough to be read."""

    text: str
    drawn: Drawing | None


@dataclasses.dataclass(frozen=True)
class _Known:
    """What is proven of a circuit on an ideal device.

    Attributes:
        proofs: The proof of each angle that cannot matter.
        function: A sentence that tells the function; empty where it takes seconds to find.
    """

    proofs: Mapping[int, str]
    function: str


def circuit_sections(results: Results) -> list[CircuitSection]:
    """Return a section for each circuit that a run's head had."""
    users: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for group in results.groups:
        data = next((run.head.circuit for run in group.runs if run.head and run.head.circuit), None)
        if data is not None:
            users.setdefault(json.dumps(data, sort_keys=True), (data, []))[1].append(group.label)
    known: dict[str, _Known] = {}
    return [_section(data, labels, number, known) for number, (data, labels) in enumerate(users.values(), 1)]


def _dead_angles_in_words(circuit: Circuit, proofs: Mapping[int, str]) -> str:
    """Say which angles are proven not to matter on an ideal device; empty where nothing is proven."""
    symbols = angle_symbols(circuit)
    sentences = []
    for proof in dict.fromkeys(proofs.values()):
        dead = [symbols[angle] for angle, by in sorted(proofs.items()) if by == proof]
        sentences.append(f"{listed(dead)} cannot matter on an ideal device (proof: {_IN_WORDS[proof]}).")
    return " ".join(sentences)


def _section(data: dict[str, Any], labels: list[str], number: int, known: dict[str, _Known]) -> CircuitSection:
    """Return one section; ``known`` keeps what is proven by fingerprint and names of angles."""
    name = clean(data.get("name", "without a name"))
    try:
        circuit = circuit_from(data)
        names = tuple(map(clean, circuit.angle_names))
        circuit = dataclasses.replace(circuit, name=name, source=clean(circuit.source), angle_names=names)
    except (CircuitError, pydantic.ValidationError) as error:
        return CircuitSection(f"Circuit {name} cannot be drawn: {clean(error)}.", None)
    size = f"{name}: {counted(circuit.n_qubits, 'qubit')}, {counted(circuit.n_angles, 'angle')}."
    users = f"Source: {circuit.source or 'not given'}. Used by: {'; '.join(labels)}."
    if not is_small(circuit):
        return CircuitSection(f"{size} {users} {_NOT_DRAWN}", None)
    key = json.dumps([circuit.fingerprint, angle_symbols(circuit)])
    if key not in known:
        known[key] = _known(circuit)
    dead = _dead_angles_in_words(circuit, known[key].proofs)
    text = " ".join(filter(None, (size, dead, known[key].function, users)))
    drawn = circuit_figure(circuit, name=f"circuit-{number}", caption=text)
    return CircuitSection(text if drawn else f"{text} {_NOT_DRAWN}", drawn)


def _known(circuit: Circuit) -> _Known:
    """Return what is proven of a circuit; by the structure alone where a response takes seconds."""
    proofs = structural_proofs(circuit)
    try:
        n_points = Grid.of(circuit, dead=proofs).n_points
    except (CircuitError, ConfigError):
        return _Known(proofs, "")
    if n_points << circuit.n_qubits > _MOST_AMPLITUDES:
        return _Known(proofs, "")
    response = ideal_response(circuit, dead=proofs)
    return _Known(dict.fromkeys(response.dead_angles, RESPONSE) | proofs, _function_in_words(circuit, response))


def _function_in_words(circuit: Circuit, response: Response) -> str:
    symbols = angle_symbols(circuit)
    forms = [closed_form(response, value=value, names=symbols) for value in range(response.n_values)]
    short = [form for form in forms if form is not None]
    if len(short) == len(forms) == 1:
        return f"Without noise it is exactly this classical function: p(0) = {short[0]}."
    if len(short) == len(forms):
        listing = "; ".join(f"output {number}: p(0) = {form}" for number, form in enumerate(short))
        return f"Without noise it is exactly this classical function: {listing}."
    return (
        f"Without noise it is exactly a classical function, a sum of {counted(response.n_terms, 'product')} of cosines and "
        "sines of its angles; qhb surrogate writes down that of a trained run."
    )
