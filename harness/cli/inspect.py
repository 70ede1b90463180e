"""``qhb inspect``."""

import dataclasses
import json
from typing import Any

import click

from backends.analysis.inspection import inspect_circuit
from backends.analysis.inspection_facts import BATCH, Formula, Inspection, Noise
from backends.circuits.circuit import Circuit
from backends.circuits.drawing import draw
from backends.circuits.files import find_circuit
from backends.registry import head_class
from harness.cli.set_option import options_of
from harness.text import counted, wrapped


@click.command("inspect")
@click.argument("circuit")
@click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="NAME",
    help="An input variable of an OpenQASM file that is a trainable weight; repeatable.",
)
@click.option("--head", help="Also analyse the circuit as this head executes it; fake_ibm for noise.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the head; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(circuit: str, weights: tuple[str, ...], head: str | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Analyse a circuit: which angles matter, its formula, and the effect of a device.

    CIRCUIT is a name of qhb list, or a file that ends in .toml or .qasm.
    """
    if settings and head is None:
        raise click.UsageError("--set sets an option of a head; expected --head as well, for example --head fake_ibm")
    found = find_circuit(circuit, weights=weights)
    inspection = inspect_circuit(found, head=head_class(head) if head else None, options=options_of(settings))
    if as_json:
        click.echo(json.dumps(_content(found, inspection, head), indent=1, ensure_ascii=False))
        return
    for paragraph in _paragraphs(found, inspection, head):
        click.echo(paragraph + "\n")


def _content(circuit: Circuit, found: Inspection, head: str | None) -> dict[str, Any]:
    forms = _lines(found.formulas or [], only_short=True)
    return {
        "circuit": circuit.name,
        "fingerprint": circuit.fingerprint,
        "n_qubits": circuit.n_qubits,
        "n_inputs": circuit.n_inputs,
        "n_weights": circuit.n_weights,
        "n_outputs": circuit.n_outputs,
        "closed_form": "; ".join(forms) if len(forms) == circuit.n_outputs else None,
        "head": head,
        **dataclasses.asdict(found),
        "has_structure": found.has_structure,
        "drawing": draw(circuit),
    }


def _paragraphs(circuit: Circuit, found: Inspection, head: str | None) -> list[str]:
    dead = set(found.dead_angles)
    inputs = _counted_angles(circuit, "from the network", found.names[: circuit.n_inputs])
    weights = found.names[circuit.n_inputs :]
    trained = f" and {_counted_angles(circuit, 'trained as weights', weights)}" if weights else ""
    title = f"{circuit.name}: {counted(circuit.n_qubits, 'qubit')}, {inputs}{trained}, {counted(circuit.n_outputs, 'output')}."
    title += " Numbers count from 1, as in the paper."
    return [
        wrapped(title + (f" Source: {circuit.source}." if circuit.source else "")),
        draw(circuit),
        "\n".join(_angles(found, dead)),
        "\n".join(_formulas(found)),
        *([wrapped(_step(found))] if found.step else []),
        wrapped(_size(found, head)),
        *(["\n".join(_noise(found.noise, found, head or ""))] if found.noise else []),
        *(wrapped(f"Note: {note}.") for note in found.notes),
    ]


def _counted_angles(circuit: Circuit, role: str, names: list[str]) -> str:
    """Return "4 angles from the network (phi_1, ...)"; names that the author gave are all listed."""
    if not names:
        return f"no angle {role}"
    shown = ", ".join(names) if circuit.angle_names or len(names) == 1 else f"{names[0]}, ..."
    return f"{counted(len(names), 'angle')} {role} ({shown})"


def _angles(found: Inspection, dead: set[int]) -> list[str]:
    named = {
        proof: [found.names[n - 1] for n, by in found.proofs.items() if by == proof]
        for proof in ("structure", "response")
    }
    lines = []
    if named["structure"]:
        lines.append(f"Never matters, by the circuit's structure: {', '.join(named['structure'])}.")
    if named["response"]:
        lines.append(f"Never matters, by the exact response: {', '.join(named['response'])}.")
    if found.undecided:
        seen = "Not seen to matter, but not proven dead" if found.rank is not None else "Not proven dead"
        lines.append(f"{seen}: {', '.join(found.names[n - 1] for n in found.undecided)}.")
    others = [
        name for number, name in enumerate(found.names, 1) if number not in dead and number not in found.undecided
    ]
    lines.append(f"Matters: {', '.join(others) or 'no angle'}.")
    if found.rank is not None:
        lines.append(
            f"Independent combinations of angles that matter (rank of the Jacobians): {found.rank} of {len(found.names)}."
        )
    lines += [
        f"Redundant combination: {direction}. Moving the angles along it changes nothing."
        for direction in found.redundant or ()
    ]
    if not found.has_structure and found.formulas:
        lines.append("No structure was found: every angle matters, no combination is redundant, no formula is short.")
    return [wrapped(line) for line in lines]


def _formulas(found: Inspection) -> list[str]:
    if found.formulas is None:
        return ["No formula: see the note."]
    return [wrapped(line) for line in _lines(found.formulas)]


def _lines(formulas: list[Formula], *, only_short: bool = False) -> list[str]:
    """Return a line for each output: p0 where there is one output, p0[k] for output k of several."""
    lines = []
    for output, formula in enumerate(formulas):
        left = "p0" if len(formulas) == 1 else f"p0[{output}]"
        if formula.closed_form is not None:
            lines.append(f"{left} = {formula.closed_form}")
        elif not only_short:
            lines.append(f"{left} has no short formula; it begins with {formula.leading}")
    return lines


def _step(found: Inspection) -> str:
    step = found.step
    assert step is not None
    total = step.forward + step.shifted
    share = f" {step.measure_zero} of them measure a derivative that is always zero." if step.measure_zero else ""
    return (
        f"A training step by parameter shift ({BATCH} images, {counted(step.n_circuits, 'circuit')}): {total} circuit evaluations, "
        f"{step.forward} for the outputs and {step.shifted} for derivatives.{share}"
    )


def _size(found: Inspection, head: str | None) -> str:
    before = f"As written: {found.gates} gates, {found.two_qubit_gates} on two qubits, depth {found.depth}."
    after = found.transpiled
    if after is None:
        hint = (
            "For a device, add --head fake_ibm --set device=manila." if head is None else f"{head} does not transpile."
        )
        return f"{before} {hint}"
    where = f" for {after['device']}, physical qubits {after['physical_qubits']}" if "device" in after else ""
    return (
        f"{before} Transpiled{where}: {after['gates']} gates ({', '.join(after['basis'])}), "
        f"{after['two_qubit_gates']} on two qubits, depth {after['depth']}."
    )


def _noise(noise: Noise, found: Inspection, head: str) -> list[str]:
    lines = [f"With the noise of {head}: {line}" for line in _lines(noise.formulas or [])]
    if noise.contraction:
        low, high = (f"{factor:.6f}" for factor in noise.contraction)
        factor = low if low == high else f"{low} to {high}"
        fitted = f", by least squares at {noise.points} random points" if noise.points else ""
        lines.append(f"The noise of {head} multiplies what varies by {factor}{fitted}.")
    if noise.added:
        lines.append(f"It adds terms that the ideal circuit does not have, of at most {noise.added:.2g}.")
    dead = [found.names[number - 1] for number in noise.dead_angles]
    lines.append(f"Never matters with this noise: {', '.join(dead) or 'no angle'}.")
    if noise.undecided:
        unseen = ", ".join(found.names[number - 1] for number in noise.undecided)
        lines.append(f"Not seen to matter with this noise, but not proven dead: {unseen}.")
    return [wrapped(line) for line in lines]
