"""``qhb run`` as a command: what it says of options that belong into the plan."""

import pytest
from click.testing import CliRunner

from harness.cli.main import qhb


def refused(*arguments):
    result = CliRunner().invoke(qhb, arguments)
    assert result.exit_code == 2
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("run", "--epochs", "3"),
            "No such option --epochs: epochs is a key of the plan; set it in the plan file, under [training]",
        ),
        (("run", "--data", "x"), "No such option --data: data is a table of the plan; write [data] in the plan file"),
        (("run", "--runs", "x"), "runs is a table of the plan; write [[runs]] in the plan file"),
        (("run", "--learning-rate=1"), "learning_rate is a key of the plan; set it in the plan file, under [training]"),
        (("run", "--n-images", "50"), "n_images is a key of the plan; set it in the plan file, under [data]"),
        (("run", "--seed", "3"), "seeds is a key of the plan; set it in the plan file, before its first [table]"),
        (("run", "--shots", "10"), "shots is a key of the plan; set it in the plan file, in a [[runs]] table"),
        (("run", "--nonsense"), "--nonsense"),
        (("runs",), "No such command 'runs'; did you mean 'run'?; commands: run, plan"),
    ],
)
def test_mistyped_commands_and_options(arguments, message):
    """A near miss is named, and a key of the plan that is given as an option is answered with its place in the plan."""
    assert message in refused(*arguments)
