"""``qhb init``."""

import importlib.resources
from pathlib import Path
from typing import Literal

import click

from harness.errors import PlanError

_PLAN, _CLUSTER = Path("plan.toml"), Path("cluster.py")


@click.command("init")
@click.option(
    "--cluster", type=click.Choice(["slurm"]), help="Write a script that starts Dask workers of this batch system."
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def command(cluster: Literal["slurm"] | None, file: Path | None) -> int:
    """Write a commented plan to start from: FILE, by default plan.toml.

    With --cluster, write a script that starts Dask workers as jobs of a batch system, by default cluster.py. Edit it for
    your site and keep it running; qhb run PLAN --dask uses its workers. docs/scale-out.md says more.
    """
    if cluster is None:
        path = file or _PLAN
        _write(path, recipe="plan.toml", again="qhb init NAME")
        click.echo(f"{path} is written. To see what it would make: qhb plan {path}. To make it: qhb run {path}")
        return 0
    path = file or _CLUSTER
    _write(path, recipe=f"{cluster}.py", again=f"qhb init --cluster {cluster} NAME")
    click.echo(
        f"{path} is written. Edit it for your site, keep it running (python {path}), and give qhb run the --dask that it prints"
    )
    return 0


def _write(path: Path, *, recipe: str, again: str) -> None:
    text = (importlib.resources.files("harness.cli") / "recipes" / f"{recipe}.txt").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        raise PlanError(f"{path} exists and is left as it is; give another name: {again}") from error
    except OSError as error:
        raise PlanError(f"{path} cannot be written: {error.strerror}; give another name") from error
