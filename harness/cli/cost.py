"""``qhb cost``."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from harness.cli.cost_tables import paragraphs
from harness.cost.estimate import PlanCost, plan_cost
from harness.cost.tariffs import Tariff, load_tariffs, template
from harness.data.load import facts_of
from harness.plan.expand import expand
from harness.plan.plan import data_root_of, load_asked
from harness.text import Missing


@click.command("cost")
@click.argument("plan_file", metavar="[PLAN.toml]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--preset", help="A plan that comes with qhb, a name of qhb list; bench by default.")
@click.option("--only", multiple=True, metavar="TEXT", help="Only entries whose label holds this; repeatable.")
@click.option(
    "--device", help="A fake IBM device of qhb list devices, for all entries. Default: the entry's own, or sherbrooke."
)
@click.option("--shots", type=click.IntRange(min=1), help="Shots of each evaluation, also of entries that are exact.")
@click.option(
    "--tariffs",
    "tariffs_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of prices, as --tariffs-template prints one.",
)
@click.option("--tariffs-template", is_flag=True, help="Print the file of prices that comes with qhb, and do no more.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(
    plan_file: Path | None,
    preset: str | None,
    only: tuple[str, ...],
    device: str | None,
    shots: int | None,
    tariffs_file: Path | None,
    tariffs_template: bool,
    as_json: bool,
) -> None:
    """Estimate what each entry of a plan would cost on a quantum computer. Nothing is run.

    Circuits, QPU time and money of a run, for training and for testing: as planned, without dead angles, with circuits side
    by side on the chip, and with a response table that is measured once. Prices may be out of date.
    """
    if tariffs_template:
        click.echo(template(), nl=False)
        return
    plan = load_asked(plan_file, preset)
    tariffs = load_tariffs(tariffs_file)
    facts = facts_of(plan.data, data_root=data_root_of(plan, None))
    runs = expand(plan, facts=facts, folder=plan_file.parent if plan_file else Path())
    chosen = [run for run in runs if not only or any(text in run.label for text in only)]
    if not chosen:
        labels = "; ".join(dict.fromkeys(run.label for run in runs))
        raise click.UsageError(f"--only {' '.join(only)}: no such entry in plan {plan.name}; there are: {labels}")
    found = plan_cost(chosen, facts, tariffs, device=device, shots=shots)
    if as_json:
        click.echo(json.dumps(_content(found, tariffs), indent=1, ensure_ascii=False))
        return
    for paragraph in paragraphs(found, tariffs):
        click.echo(paragraph + "\n")


def _content(found: PlanCost, tariffs: list[Tariff]) -> dict[str, Any]:
    entries = []
    for entry in found.entries:
        ways = [
            {
                "way": cost.use.way.value,
                "step": _plain(cost.use.step),
                "training": _plain(cost.use.training),
                "testing": _plain(cost.use.testing),
                "prices": [_plain(price) for price in cost.prices],
            }
            for cost in entry.ways
        ]
        entries.append(
            {
                "labels": entry.labels,
                "runs": entry.n_runs,
                "circuit": entry.load.circuit.name,
                "shots": entry.load.shots,
                "dead_angles": sorted(angle + 1 for angle in entry.load.dead),
                "device": dataclasses.asdict(entry.device) | {"copies": entry.device.copies},
                "ways": ways,
            }
        )
    return {
        "entries": entries,
        "without": [dataclasses.asdict(entry) for entry in found.without],
        "tariffs": [tariff.model_dump(mode="json") for tariff in tariffs],
    }


def _plain(value: Any) -> Any:
    """Return a dataclass as JSON values; a number that does not exist as {"missing": reason}."""
    if isinstance(value, Missing):
        return {"missing": value.reason}
    return {
        field.name: _plain(part) if dataclasses.is_dataclass(part := getattr(value, field.name)) else part
        for field in dataclasses.fields(value)
    }
