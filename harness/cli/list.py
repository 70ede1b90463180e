"""``qhb list``."""

import dataclasses
import json
from typing import Any

import click

from backends.adapters import fake_devices
from backends.circuits.catalogue import CIRCUITS, FAMILIES, circuit_named, signature
from backends.circuits.circuit import Circuit
from backends.outside import OutsideEntry, outside_heads
from backends.registry import HEADS
from baselines import BASELINES
from harness.data import digits
from harness.data.dataset import DataFacts
from harness.data.generators import GENERATORS
from harness.data.generators.generator import Generator, generate
from harness.data.mnist import MNIST_LIKE, expected_facts
from harness.data.outside import outside_datasets
from harness.plan.plan import load_preset, presets
from harness.text import WIDTH, counted, wrapped

_WIDEST_NAME = 20


@dataclasses.dataclass(frozen=True)
class Item:
    """Something that a plan can name.

    Attributes:
        name: As a plan names it.
        summary: One line.
        missing: Packages that it needs and that are not installed; None where it needs none.
        pip: The command that installs them.
    """

    name: str
    summary: str
    missing: tuple[str, ...] | None = None
    pip: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fields that are not None."""
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None}


@click.command("list")
@click.argument("what", metavar="[devices]", type=click.Choice(["devices"]), required=False)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(what: str | None, as_json: bool) -> None:
    """Heads, circuits, data sets and presets: what there is, what is missing.

    With "devices": the devices of the heads fake_ibm and pennylane.
    """
    found = _devices() if what else _everything()
    if as_json:
        content = {kind: [item.as_json() for item in items] for kind, items in found.items()}
        click.echo(json.dumps(content, indent=1))
        return
    for kind, items in found.items():
        if not items:
            continue
        click.secho(kind, bold=True)
        for item in items:
            for line in _lines(item, width=min(_WIDEST_NAME, max(len(one.name) for one in items))):
                click.echo(line)


def _lines(item: Item, *, width: int) -> list[str]:
    """Return an item in lines of at most 80 characters: its name, its summary, and what is missing.

    Args:
        item: The item.
        width: Of the names; a longer one has a line of its own.
    """
    indent = " " * (width + 4)
    lines = wrapped(item.summary, indent=indent).splitlines()
    if len(item.name) <= width:
        lines[0] = f"  {item.name:<{width}}  {lines[0].lstrip()}"
    else:
        lines.insert(0, f"  {item.name}")
    if item.missing:
        what, how = f"    [missing {', '.join(item.missing)}:", f"{item.pip}]"
        lines += [f"{what} {how}"] if len(f"{what} {how}") <= WIDTH else [what, f"     {how}"]
    return lines


def _everything() -> dict[str, list[Item]]:
    return {
        "quantum heads": [
            Item(
                name, entry.summary + (": qhb list devices" if name in _DEVICES else ""), entry.missing, entry.pip_line
            )
            for name, entry in HEADS.items()
        ],
        "outside heads": [_outside(name, entry) for name, entry in outside_heads().items()],
        "classical heads": [Item(name, entry.summary) for name, entry in BASELINES.items()],
        "circuits": [
            *(_circuit(name, circuit) for name, circuit in CIRCUITS.items()),
            *(_circuit(signature(name), circuit_named(name)) for name in FAMILIES),
        ],
        "data sets": _datasets(),
        "presets": [Item(preset.name, " ".join(load_preset(preset.name).description.split())) for preset in presets()],
    }


def _datasets() -> list[Item]:
    return [
        *(Item(name, _data_set(expected_facts(name), summary)) for name, summary in MNIST_LIKE.items()),
        Item(digits.NAME, _data_set(digits.load_digits().facts, digits.SUMMARY)),
        *(_generator(name, kind) for name, kind in GENERATORS.items()),
        *(Item(name, point.value) for name, point in outside_datasets().items()),
        Item('path = "mine.npz"', "a file of your own, see docs/data.md"),
    ]


def _data_set(facts: DataFacts, summary: str) -> str:
    shape = (
        f"images of {' x '.join(map(str, facts.shape))}" if len(facts.shape) > 1 else counted(facts.shape[0], "feature")
    )
    return f"{shape}, {facts.n_classes} classes; {summary}"


def _generator(name: str, kind: type[Generator]) -> Item:
    few = kind.Options(n_samples=10, n_test=0)
    options = ", ".join(f"{key} = {value}" for key, value in kind.Options().model_dump().items())
    return Item(name, f"{_data_set(generate(name, kind, few).facts, kind.summary)}; options = {{ {options} }}")


def _devices() -> dict[str, list[Item]]:
    """Return the devices by head; one item that says what is missing where a head's SDK is not installed."""
    found: dict[str, list[Item]] = {}
    for head, items in _DEVICES.items():
        entry = HEADS[head]
        found[f"devices of {head}"] = [Item("-", "none", entry.missing, entry.pip_line)] if entry.missing else items()
    return found


def _fake_devices() -> list[Item]:
    sizes = sorted((fake_devices.device_size(name), name) for name in fake_devices.devices())
    return [Item(name, counted(size, "qubit")) for size, name in sizes]


def _pennylane_devices() -> list[Item]:
    from backends.adapters.pennylane import usable_devices  # it loads torch, which the other lists do not need

    return [Item(name, f"of {distribution}") for name, distribution in sorted(usable_devices().items())]


_DEVICES = {"fake_ibm": _fake_devices, "pennylane": _pennylane_devices}
"""What lists the devices of a head that has an option ``device``."""


def _outside(name: str, entry: OutsideEntry) -> Item:
    owners = ", ".join(entry.distributions)
    if name in HEADS or name in BASELINES:
        return Item(name, f"ignored: {owners} offers it, but the name is ours; use {entry.path}")
    if len(entry.distributions) > 1:
        return Item(name, f"refused: offered by {owners}; uninstall all but one")
    return Item(name, f"{entry.path}, of {owners}")


def _circuit(name: str, circuit: Circuit) -> Item:
    weights = f" and {counted(circuit.n_weights, 'weight')}" if circuit.n_weights else ""
    inputs, outputs = counted(circuit.n_inputs, "input"), counted(circuit.n_outputs, "output")
    return Item(name, f"{counted(circuit.n_qubits, 'qubit')}, {inputs}{weights}, {outputs}; {circuit.source}")
