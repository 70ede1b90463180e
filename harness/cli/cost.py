"""``qhb cost``."""

import json
from pathlib import Path
from typing import Any

import click

from harness.cli.cost_tables import paragraphs
from harness.cli.plan_options import only_option, plan_argument, preset_option
from harness.cost.estimate import PlanCost, plan_cost
from harness.cost.tariffs import Tariff, load_tariffs, template
from harness.data.load import facts_of
from harness.plan.expand import expand
from harness.plan.only import only as chosen
from harness.plan.plan import data_root_of, load_asked
from harness.text import json_values


@click.command("cost")
@plan_argument
@preset_option
@only_option
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
    found = plan_cost(chosen(runs, only, plan=plan.name), facts, tariffs, device=device, shots=shots)
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
                "step": json_values(cost.use.step),
                "training": json_values(cost.use.training),
                "testing": json_values(cost.use.testing),
                "prices": json_values(cost.prices),
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
                "device": json_values(entry.device) | {"copies": entry.device.copies},
                "ways": ways,
            }
        )
    return {
        "entries": entries,
        "without": json_values(found.without),
        "tariffs": [tariff.model_dump(mode="json") for tariff in tariffs],
    }
