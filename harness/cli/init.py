"""``qhb init``."""

import importlib.resources
from pathlib import Path
from typing import Literal

import click

from harness.errors import PlanError

_FILE = Path("cluster.py")


@click.command("init")
@click.option(
    "--cluster", required=True, type=click.Choice(["slurm"]), help="The batch system that is to start Dask workers."
)
@click.argument("file", default=_FILE, type=click.Path(path_type=Path, dir_okay=False))
def command(cluster: Literal["slurm"], file: Path) -> int:
    """Write a script that starts Dask workers as jobs of a batch system: FILE, by default cluster.py.

    Edit it for your site and keep it running; qhb run PLAN --dask uses its workers. docs/scale-out.md says more.
    """
    recipe = importlib.resources.files("harness.cli") / "recipes" / f"{cluster}.py.txt"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(recipe.read_text(encoding="utf-8"))
    except FileExistsError as error:
        raise PlanError(
            f"{file} exists and is left as it is; give another name: qhb init --cluster {cluster} NAME"
        ) from error
    except OSError as error:
        raise PlanError(f"{file} cannot be written: {error.strerror}; give another name") from error
    click.echo(
        f"{file} is written. Edit it for your site, keep it running (python {file}), and give qhb run the --dask that it prints"
    )
    return 0
