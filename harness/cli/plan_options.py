"""How a command is told which plan it is about: PLAN.toml, --preset and --only, the same for all commands."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from harness.plan.plan import presets


def _presets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(preset.name) for preset in presets() if preset.name.startswith(incomplete)]


plan_argument = click.argument(
    "plan_file", metavar="[PLAN.toml]", required=False, type=click.Path(path_type=Path, dir_okay=False)
)
preset_option = click.option(
    "--preset",
    shell_complete=_presets,
    help="A plan that comes with qhb, a name of qhb list; bench by default. qhb run takes a folder of them too: gallery.",
)
only_option = click.option(
    "--only",
    multiple=True,
    metavar="LABEL",
    help="Only the entry with this label, or all whose label holds it, and what they need; repeatable.",
)
