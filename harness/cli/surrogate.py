"""``qhb surrogate``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER, one_run
from harness.surrogate.export import FILES, export
from harness.surrogate.facts import plain
from harness.surrogate.trained import trained


@click.command("surrogate")
@click.argument("run")
@click.argument("folder", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--results", type=RESULTS_FOLDER, default=Path("results/runs"), show_default=True,
    help="A results folder, or a folder of them.",
)  # fmt: skip
@click.option("--seed", type=int, help="Seed of the run, where a label has several.")
@click.option(
    "--data-root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of data sets: torchvision's, or where the path of [data] begins.",
)
def command(run: str, folder: Path, results: Path, seed: int | None, data_root: Path | None) -> int:
    """Write the trained classifier of a run with its head replaced by the classical function that it computes.

    RUN is a label, or the first characters of a run id. OUT gets a program that needs NumPy, torch and safetensors alone,
    its weights, and what was found when it was compared with the head.
    """
    store, record = one_run(run, results, seed=seed)
    facts = export(trained(store, record, data_root=data_root), folder)
    for line in plain(facts):
        click.echo(line)
    click.echo(f"{folder} is written: {', '.join(FILES)}")
    return 0
