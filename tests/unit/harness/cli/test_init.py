"""``qhb init``: the plan that it writes can be run; the script is the one of the documents, and tests/slurm runs it."""

import re
from pathlib import Path

from click.testing import CliRunner
from data_facts import mnist_facts

from backends.registry import HEADS
from baselines import BASELINES
from harness.cli.init import command
from harness.plan.comparison import declared
from harness.plan.expand import expand
from harness.plan.plan import parse

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


def _plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, [])
    assert done.exception is None
    assert "To make it: qhb run plan.toml" in done.output
    return Path("plan.toml").read_text(encoding="utf-8")


def test_the_plan_can_be_run_as_it_is(tmp_path, monkeypatch):
    """Its heads need torch alone, its comparisons name its labels, and its lines fit 80 columns."""
    text = _plan(tmp_path, monkeypatch)
    plan = parse(text, where="plan.toml")
    runs = expand(plan, facts=mnist_facts())

    assert len(runs) == 3 * 5
    assert all(run.spec.head in BASELINES or not HEADS[run.spec.head].packages for run in runs)
    assert [(pair.ours, pair.theirs) for pair in declared(plan.comparison, runs, at="").pairs][-1] == (
        "eq7 1000 shots",
        "cosine",
    )
    assert max(map(len, text.splitlines())) <= 80


def test_what_the_plan_has_in_comments_is_true(tmp_path, monkeypatch):
    """With the commented lines it is a plan too; those of [data], [model], [training], [comparison] change nothing."""
    text = _plan(tmp_path, monkeypatch)
    before, after = (parse(one, where="plan.toml") for one in (text, re.sub(r"(?m)^#: ", "", text)))
    first, second = (expand(plan, facts=mnist_facts()) for plan in (before, after))

    assert text.count("\n#: ") == 14
    assert before.comparison.model_dump() == after.comparison.model_dump()
    assert second[: len(first)] == first
    assert {run.label for run in second[len(first) :]} == {"eq7 on sherbrooke"}
