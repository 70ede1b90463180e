"""``qhb inspect``."""

import dataclasses
import json
from typing import Any

import click

from backends.analysis.inspection import inspect_circuit
from backends.analysis.inspection_facts import Inspection
from backends.analysis.trainability.decay import RULE
from backends.analysis.trainability.facts import Trainability
from backends.analysis.trainability.trainability import trainability_of
from backends.circuits.circuit import Circuit
from backends.circuits.drawing import draw
from backends.circuits.files import find_circuit
from backends.registry import head_class
from harness.cli import inspect_text, trainability_text
from harness.cli.set_option import options_of


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
@click.option(
    "--trainability",
    is_flag=True,
    help="Instead: gradients at random angles, barren plateaus, expressibility, entanglement.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Of the random angles of --trainability; 0 by default.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(
    circuit: str,
    weights: tuple[str, ...],
    head: str | None,
    settings: tuple[str, ...],
    trainability: bool,
    seed: int | None,
    as_json: bool,
) -> None:
    """Analyse a circuit: which angles matter, its formula, and the effect of a device.

    CIRCUIT is a name of qhb list, or a file that ends in .toml or .qasm.
    """
    if settings and head is None:
        raise click.UsageError("--set sets an option of a head; expected --head as well, for example --head fake_ibm")
    if seed is not None and not trainability:
        raise click.UsageError("--seed is of the random angles of --trainability; expected --trainability as well")
    found = find_circuit(circuit, weights=weights)
    used, options = head_class(head) if head else None, options_of(settings)
    if trainability:
        facts = trainability_of(found, head=used, options=options, seed=seed or 0)
        content, paragraphs = _trainability(found, facts, head), trainability_text.paragraphs(found, facts, head)
    else:
        inspection = inspect_circuit(found, head=used, options=options)
        content, paragraphs = _inspection(found, inspection, head), inspect_text.paragraphs(found, inspection, head)
    if as_json:
        click.echo(json.dumps(content, indent=1, ensure_ascii=False))
        return
    for paragraph in paragraphs:
        click.echo(paragraph + "\n")


def _inspection(circuit: Circuit, found: Inspection, head: str | None) -> dict[str, Any]:
    forms = inspect_text.formula_lines(found.formulas or [], only_short=True)
    return {
        **_of(circuit, head),
        "n_inputs": circuit.n_inputs,
        "n_weights": circuit.n_weights,
        "n_outputs": circuit.n_outputs,
        "closed_form": "; ".join(forms) if len(forms) == circuit.n_outputs else None,
        **dataclasses.asdict(found),
        "has_structure": found.has_structure,
        "drawing": draw(circuit),
    }


def _trainability(circuit: Circuit, found: Trainability, head: str | None) -> dict[str, Any]:
    return {**_of(circuit, head), **dataclasses.asdict(found), "rule": RULE}


def _of(circuit: Circuit, head: str | None) -> dict[str, Any]:
    return {"circuit": circuit.name, "fingerprint": circuit.fingerprint, "n_qubits": circuit.n_qubits, "head": head}
