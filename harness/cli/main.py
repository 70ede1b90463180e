"""``qhb``: finds the subcommand, and turns our exceptions into a message and an exit code."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from backends.errors import did_you_mean

_SUMMARIES = {
    "run": "Train and measure every run of a plan, then write the report.",
    "report": "Write the report of a results folder.",
    "list": "Heads, circuits, data sets and presets: what there is, what is missing.",
    "show": "Print one run.",
    "status": "Show the progress of the runs in a results folder, from any terminal.",
    "init": "Write a script that starts Dask workers as jobs of a batch system.",
    "rerun": "Make one recorded run again in this process, to debug it.",
    "merge": "Copy the runs of several results folders into one.",
    "compare": "Say whether two results folders agree: runs, accuracies, verdicts.",
    "export": "Write all attempts at all runs as one table, CSV or Parquet.",
    "doctor": "Report known faults of the installed versions and damage in results folders, and mend it.",
    "check": "Run the conformance suite on a head, ours or yours.",
    "inspect": "Analyse a circuit: which angles matter, its formula, the effect of a device.",
    "cost": "Estimate what a plan would cost on a quantum computer: QPU time and money.",
    "peers": "Time our heads against what a user would run instead.",
}


class _Commands(click.Group):
    """Imports a subcommand's module when it is called, so that ``qhb --help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_SUMMARIES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _SUMMARIES:
            return None
        command: click.Command = importlib.import_module(f"harness.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _SUMMARIES and not name.startswith("-"):
            ctx.fail(f"No such command {name!r}{did_you_mean(name, _SUMMARIES)}; commands: {', '.join(_SUMMARIES)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quantum-head-bench", prog_name="qhb")
def qhb() -> None:
    """Trains one image classifier with interchangeable heads, quantum and classical, and measures what each costs."""


def main() -> None:
    """Entry point of the ``qhb`` command."""
    _open_standard_streams()
    sys.path.append(
        str(Path.cwd())
    )  # for heads named package.module:Class; last, so that it hides no installed package
    try:
        code: Any = qhb.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Exception as error:
        from backends.errors import HeadError
        from harness.errors import HarnessError
        from harness.text import clean

        if not isinstance(error, (HarnessError, HeadError)):
            raise
        click.echo(clean(f"qhb: {error}", lines=True), err=True)
        code = error.exit_code if isinstance(error, HarnessError) else 2
    sys.exit(code if isinstance(code, int) else 0)


def _open_standard_streams() -> None:
    """Open a closed standard stream (``>&-``): otherwise the next file takes its number, and gets what is printed."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number, which is this one
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
