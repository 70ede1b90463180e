"""``qhb`` itself: the list of commands, the examples in their help, and completion in a shell."""

import os
import shlex
import subprocess
import sys

import pytest
from click.testing import CliRunner

from harness.cli.main import qhb

_QHB = [sys.executable, "-c", "import sys; sys.argv[0] = 'qhb'; from harness.cli.main import main; main()"]
_COMMANDS = qhb.list_commands(None)


@pytest.mark.parametrize("name", _COMMANDS)
def test_help_ends_in_examples_that_are_right(name, tmp_path, monkeypatch):
    """Each example is one that the command takes, and no line of the help is wider than 80 columns."""
    monkeypatch.chdir(tmp_path)
    text = CliRunner().invoke(qhb, [name, "--help"], terminal_width=80).output
    examples = [line.strip() for line in text.partition("Examples:\n")[2].splitlines()]

    assert examples
    assert max(map(len, text.splitlines())) <= 80
    for example in examples:
        words = shlex.split(example.partition(" > ")[0], comments=True)
        assert words[:2] == ["qhb", name]
        command = qhb.get_command(None, name)
        command.make_context(name, words[2:])  # raises where an option or an argument is not one of the command's


def test_every_command_is_in_the_help():
    """With its summary, in lines of at most 80 columns."""
    text = CliRunner().invoke(qhb, ["--help"], terminal_width=80).output

    assert [line.split()[0] for line in text.partition("Commands:\n")[2].splitlines() if line[2] != " "] == _COMMANDS
    assert max(map(len, text.splitlines())) <= 80


def _completed(words):
    environment = {
        **os.environ, "_QHB_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1),
    }  # fmt: skip
    done = subprocess.run(_QHB, env=environment, capture_output=True, text=True, timeout=300)
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("qhb ", _COMMANDS),
        ("qhb re", ["report", "rerun"]),
        ("qhb run --on", ["--only"]),
        ("qhb run --preset s", ["smoke", "study", "sweeps"]),
        ("qhb list ", ["devices"]),
    ],
)
def test_completion(words, expected):
    """The shell completes commands, options, presets and what a command can take."""
    assert _completed(words) == expected
