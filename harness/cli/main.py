"""``qhb``: finds the subcommand, and turns our exceptions into a message and an exit code."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from backends.errors import did_you_mean


class _Entry(NamedTuple):
    """A command in the list of commands, and the examples that its help ends in."""

    summary: str
    examples: tuple[str, ...]


_COMMANDS = {
    "run": _Entry(
        "Train and measure every run of a plan, then write the report.",
        (
            "qhb run --preset smoke              # every head on a few images",
            "qhb run my-plan.toml --jobs 2       # the same command again goes on",
            "qhb run my-plan.toml --only linear --only eq7",
            "qhb run my-plan.toml --retry failed --quiet",
            "qhb run my-plan.toml --dask tcp://login1:8786",
        ),
    ),
    "plan": _Entry(
        "Say what a plan would make and how long it would take, without making it.",
        (
            "qhb plan my-plan.toml               # times two steps of each entry",
            "qhb plan --preset study --no-probe  # what is to be made, at once",
            "qhb plan my-plan.toml --only eq7 --json",
        ),
    ),
    "init": _Entry(
        "Write a commented plan to start from, or a script that starts Dask workers.",
        (
            "qhb init                            # plan.toml",
            "qhb init my-plan.toml",
            "qhb init --cluster slurm cluster.py",
        ),
    ),
    "report": _Entry(
        "Write the report of a results folder.",
        ("qhb report results/runs/my-plan", "qhb report results/runs/my-plan --output page"),
    ),
    "list": _Entry(
        "Heads, circuits, data sets and presets: what there is, what is missing.",
        ("qhb list", "qhb list devices                    # fake IBM devices and PennyLane's", "qhb list --json"),
    ),
    "show": _Entry(
        "Print one run.",
        ("qhb show 1a2b3c4d", 'qhb show "eq7 1000 shots" --results results/reference', "qhb show linear --json"),
    ),
    "status": _Entry(
        "Show the progress of the runs in a results folder, from any terminal.",
        ("qhb status", "qhb status results/runs/my-plan"),
    ),
    "surrogate": _Entry(
        "Write a trained classifier with its head replaced by its classical function.",
        ("qhb surrogate 1a2b3c4d out", 'qhb surrogate "eq7 1000 shots" out --seed 3 --results results/runs/my-plan'),
    ),
    "rerun": _Entry(
        "Make one recorded run again in this process, to debug it.",
        ("qhb rerun 1a2b3c4d --pdb", "qhb rerun linear --seed 3"),
    ),
    "merge": _Entry(
        "Copy the runs of several results folders into one.", ("qhb merge results/runs/all one-machine another",)
    ),
    "compare": _Entry(
        "Say whether two results folders agree: runs, accuracies, verdicts.",
        ("qhb compare results/reference/study results/runs/study", "qhb compare before after --json"),
    ),
    "export": _Entry(
        "Write all attempts at all runs as one table, CSV or Parquet.",
        ("qhb export results/runs/my-plan", "qhb export results/runs/my-plan --output runs.parquet"),
    ),
    "doctor": _Entry(
        "Report known faults of the installed versions and damage in results folders, and mend it.",
        ("qhb doctor", "qhb doctor results/runs --sweep"),
    ),
    "check": _Entry(
        "Run the conformance suite on a head, ours or yours.",
        (
            "qhb check my_package.my_module:MyHead",
            "qhb check fake_ibm --set device=manila",
            "qhb check fake_ibm --execution table",
        ),
    ),
    "inspect": _Entry(
        "Analyse a circuit: which angles matter, its formula, the effect of a device.",
        (
            "qhb inspect eq7",
            "qhb inspect eq7 --head fake_ibm --set device=manila",
            "qhb inspect mine.qasm --weight theta --json",
        ),
    ),
    "cost": _Entry(
        "Estimate what a plan would cost on a quantum computer: QPU time and money.",
        (
            "qhb cost my-plan.toml",
            "qhb cost --preset paper --device sherbrooke",
            "qhb cost --tariffs-template > prices.toml",
            "qhb cost my-plan.toml --tariffs prices.toml",
        ),
    ),
    "peers": _Entry(
        "Time our heads against what a user would run instead.",
        ("qhb peers", "qhb peers --only table --rounds 3 --output peers.json"),
    ),
}


class _Commands(click.Group):
    """Imports a subcommand's module when it is called, so that ``qhb --help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"harness.cli.{name}").command
        command.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in _COMMANDS[name].examples)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command without importing any."""
        return [
            CompletionItem(name, help=entry.summary)
            for name, entry in _COMMANDS.items()
            if name.startswith(incomplete) and not incomplete.startswith("-")
        ] or super().shell_complete(ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"No such command {name!r}{did_you_mean(name, _COMMANDS)}; commands: {', '.join(_COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in _COMMANDS.items()])


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
        code: Any = qhb.main(standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None)
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
