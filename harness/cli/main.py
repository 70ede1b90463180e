"""``qhb``: finds the subcommand, and turns the exceptions of ours into a message and an exit code."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

_SUMMARIES = {
    "run": "Train and measure every run of a plan, then write the report.",
    "report": "Write the report of a results folder.",
    "list": "Heads, circuits, data sets and presets: what there is, what is missing.",
    "show": "Print one run.",
    "status": "Show the progress of the runs in a results folder, from any terminal.",
    "rerun": "Make one recorded run again in this very process, to debug it.",
    "merge": "Bring the runs of several results folders into one.",
    "export": "Write all attempts at all runs as one table, CSV or Parquet.",
    "doctor": "Report known faults of the installed versions, and faults of results folders, and mend these.",
    "check": "Run the conformance suite on a head, ours or yours.",
    "inspect": "See through a circuit: which angles matter, to what formula, what a device makes of it.",
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quantum-head-bench", prog_name="qhb")
def qhb() -> None:
    """Trains one image classifier with interchangeable heads, quantum and classical, and says what each costs."""


def main() -> None:
    """Entry point of the ``qhb`` command."""
    _open_standard_streams()
    sys.path.append(str(Path.cwd()))  # for heads named package.module:Class; last, so that it hides nothing installed
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
    """Open what was closed (``>&-``): otherwise the next pipe or file takes its number, and a run's messages for its own."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free, which is this one
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
