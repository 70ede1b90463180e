"""``qhb plan``: what would be made, without making it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from unit.harness.report.example_records import record

from harness.cli.main import qhb
from harness.data.load import load
from harness.execution.probe import Forecast
from harness.plan.expand import expand
from harness.plan.plan import load_file
from harness.records.store import Store

_PLAN = """
name = "p"
seeds = [0, 1]
data = { n_images = 60, official_images = 0 }
training = { epochs = 1 }
runs = [{ head = "linear" }, { head = "cosine", label = "a label that is longer than the column in which labels stand" }]
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Return a function that runs qhb plan on a plan of two heads, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text(_PLAN)

    def run(*arguments):
        return CliRunner().invoke(qhb, ["plan", "p.toml", *arguments], standalone_mode=False)

    return run


def test_the_table_fits_80_columns(plan, tmp_path, monkeypatch):
    """Runs, steps and seconds of each entry, the time of all on this machine, and the disk; nothing is stored."""
    forecast = Forecast(n_steps=2, step_s=0.0123, run_s=65.0, stored_bytes=500_000, checkpoint_bytes=0)
    monkeypatch.setattr("harness.execution.probe.forecast", lambda run, facts, **_: forecast)
    done = plan("--jobs", "2")
    lines = done.stdout.splitlines()

    assert done.exception is None
    assert lines[0] == "plan p: 4 runs, 4 to make"
    assert lines[4].split() == ["linear", "2", "2", "2", "12.3", "65.0"]
    assert "About 130 s on this machine with 2 runs side by side." in done.stdout
    assert "Disk: at most 5.00 MB in results/runs/p" in done.stdout
    assert max(map(len, lines)) <= 80
    assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]


def test_a_real_probe(plan):
    """The child process makes two steps, and the JSON has the numbers and nothing else on standard output."""
    done = plan("--only", "linear", "--json")
    found = json.loads(done.stdout)
    (entry,) = found["entries"]

    assert (found["plan"], found["n_runs"], entry["label"], entry["n_steps"]) == ("p", 2, "linear", 2)
    assert 0 < entry["step_s"] < entry["run_s"]
    assert found["total_s"] >= entry["run_s"]


def test_what_is_done_is_not_made_again(plan):
    """Records in the results folder count as in qhb run."""
    asked = load_file(Path("p.toml"))
    runs = expand(asked, facts=load(asked.data).facts)
    store = Store(Path("results/runs/p"))
    with store.opened():
        for run in runs:
            if run.label == "linear":
                store.write(record("linear", run_id=run.run_id))
    done = plan("--no-probe")

    assert "plan p: 4 runs, 2 to make" in done.stdout
    assert "How long it takes is not known" in done.stdout
    assert "Nothing is left to make." in plan("--only", "linear").stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("linear", "linaer"), "unknown head 'linaer': expected one of"),
        (("n_images = 60", "n_images = 6000"), "n_images = 6000 were asked for"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_timed(plan, tmp_path, monkeypatch, change, message):
    """As in qhb run."""
    (tmp_path / "p.toml").write_text(_PLAN.replace(*change))
    monkeypatch.setattr("harness.execution.probe.forecast", lambda run, facts, **_: pytest.fail("timed"))

    assert message in str(plan().exception)


def test_a_missing_package_is_named(plan, monkeypatch):
    """Without the extra "report" qhb run would end without its report; qhb plan says so before."""
    monkeypatch.setattr("harness.cli.plan.missing_packages", lambda: ["pandas"])

    assert "qhb run needs pandas, not installed: pip install 'quantum-head-bench[report]'" in str(plan().exception)
