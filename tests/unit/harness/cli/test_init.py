"""``qhb init``: the script that it writes is the one of the documents; tests/slurm runs it."""

import re
from pathlib import Path

from click.testing import CliRunner

from harness.cli.init import command

_DOCUMENT = Path(__file__).parents[4] / "docs" / "scale-out.md"


def test_the_recipe_is_the_one_that_the_document_prints(tmp_path):
    """docs/scale-out.md shows the whole file, and it is Python."""
    path = tmp_path / "mine.py"
    done = CliRunner().invoke(command, ["--cluster", "slurm", str(path)])
    (shown,) = re.findall(r"^```python\n(.*?)^```", _DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

    assert done.exception is None
    assert str(path) in done.output
    assert path.read_text(encoding="utf-8") == shown
    compile(shown, str(path), "exec")


def test_a_file_of_the_user_is_kept(tmp_path, monkeypatch):
    """A file that exists is left as it is, and the message says how to name another; the default is cluster.py."""
    monkeypatch.chdir(tmp_path)
    Path("cluster.py").write_text("mine")
    done = CliRunner().invoke(command, ["--cluster", "slurm"])

    assert done.exception.exit_code == 2
    assert "cluster.py exists and is left as it is; give another name" in str(done.exception)
    assert Path("cluster.py").read_text() == "mine"


def test_a_folder_that_is_not_there(tmp_path):
    """The message names the path and the reason."""
    done = CliRunner().invoke(command, ["--cluster", "slurm", str(tmp_path / "none" / "cluster.py")])

    assert done.exception.exit_code == 2
    assert "none/cluster.py cannot be written: No such file or directory" in str(done.exception)
