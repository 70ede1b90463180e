"""``qhb list``."""

import json
from typing import Any

import click

from backends.circuits.catalogue import CIRCUITS, FAMILIES, circuit_named, signature
from backends.circuits.circuit import Circuit
from backends.outside import OutsideEntry, outside_heads
from backends.registry import HEADS
from baselines import BASELINES
from harness.plan.plan import load_preset, presets
from harness.spec import DATASETS
from harness.text import counted

_DATASETS = {
    "mnist-5000": "first 5,000 training and the 10,000 test images of MNIST; built in",
    "mnist": "torchvision; --data-root FOLDER, --download",
    "fashion-mnist": "torchvision; --data-root FOLDER, --download",
    "kmnist": "torchvision; --data-root FOLDER, --download",
}


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(as_json: bool) -> None:
    """Heads, circuits, data sets and presets: what there is, what is missing."""
    found = _found()
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for kind, entries in found.items():
        if not entries:
            continue
        click.secho(kind, bold=True)
        width = max(len(entry["name"]) for entry in entries)
        for entry in entries:
            missing = f"  [missing {', '.join(entry['missing'])}: {entry['pip']}]" if entry.get("missing") else ""
            click.echo(f"  {entry['name']:<{width}}  {entry['summary']}{missing}")


def _found() -> dict[str, list[dict[str, Any]]]:
    return {
        "quantum heads": [
            {"name": name, "summary": entry.summary, "missing": list(entry.missing), "pip": entry.pip_line}
            for name, entry in HEADS.items()
        ],
        "outside heads": [_outside(name, entry) for name, entry in outside_heads().items()],
        "classical heads": [{"name": name, "summary": entry.summary} for name, entry in BASELINES.items()],
        "circuits": [
            *(_circuit(name, circuit) for name, circuit in CIRCUITS.items()),
            *(_circuit(signature(name), circuit_named(name)) for name in FAMILIES),
        ],
        "data sets": [{"name": name, "summary": _DATASETS[name]} for name in DATASETS],
        "presets": [
            {"name": preset.name, "summary": " ".join(load_preset(preset.name).description.split())}
            for preset in presets()
        ],
    }


def _outside(name: str, entry: OutsideEntry) -> dict[str, Any]:
    owners = ", ".join(entry.distributions)
    if name in HEADS or name in BASELINES:
        return {"name": name, "summary": f"ignored: {owners} offers it, but the name is ours; use {entry.path}"}
    if len(entry.distributions) > 1:
        return {"name": name, "summary": f"refused: offered by {owners}; uninstall all but one"}
    return {"name": name, "summary": f"{entry.path}, of {owners}"}


def _circuit(name: str, circuit: Circuit) -> dict[str, Any]:
    weights = f" and {counted(circuit.n_weights, 'weight')}" if circuit.n_weights else ""
    inputs, outputs = counted(circuit.n_inputs, "input"), counted(circuit.n_outputs, "output")
    size = f"{counted(circuit.n_qubits, 'qubit')}, {inputs}{weights}, {outputs}"
    return {"name": name, "summary": f"{size}; {circuit.source}"}
