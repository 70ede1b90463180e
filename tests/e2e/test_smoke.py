"""The product from the outside: `qhb run --preset smoke` twice, then list, show, report and refusals."""

import json
import subprocess
import sys

import pytest

from backends.registry import HEADS
from harness.records.store import Store

_QHB = [sys.executable, "-c", "from harness.cli.main import main; main()"]


def _qhb(*arguments, cwd):
    return subprocess.run([*_QHB, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """Two results folders of the smoke preset, made one after the other."""
    folder = tmp_path_factory.mktemp("smoke")
    for name in ("one", "two"):
        made = _qhb("run", "--preset", "smoke", "--results", folder / name, cwd=folder)
        assert made.returncode == 0, made.stdout + made.stderr
    return folder


def _records(folder):
    return {record.label: record for record in Store(folder).read().records}


def test_same_seed_same_predictions(smoke):
    """Run twice with one seed, every head gives identical predictions and losses."""
    one, two = _records(smoke / "one"), _records(smoke / "two")

    assert one.keys() == two.keys()
    for label, record in one.items():
        assert record.evaluation.predictions == two[label].evaluation.predictions, label
        assert record.epochs == two[label].epochs, label


def test_every_head_is_in_it(smoke):
    """The smoke preset runs every quantum and classical head natively, and each record is complete."""
    records = _records(smoke / "one").values()

    assert {record.spec.head for record in records} == {*HEADS, "linear", "cosine"}
    for record in records:
        assert record.status == "ok"
        assert sum(map(sum, record.evaluation.confusion)) == record.evaluation.n_images == 32
        assert record.environment.cpu
        assert record.peak_rss_mib > 0


def test_counts_are_the_formulas(smoke):
    """Parameter-shift heads requested and executed batch x 10 x (1 + 2 x 4) circuit evaluations a step, with their shots."""
    for record in _records(smoke / "one").values():
        steps = record.steps
        requested = steps.forward_evaluations + steps.backward_evaluations
        assert requested == pytest.approx(steps.formula_evaluations), record.label
        assert steps.executed_evaluations == pytest.approx(requested), record.label
        if record.head.gradient == "parameter-shift":
            assert requested * steps.n_steps == 103 * 10 * (1 + 2 * 4), record.label
            assert steps.shots == pytest.approx(requested * (record.spec.shots or 0)), record.label


def test_same_command_again_makes_nothing(smoke):
    """The same command on the same folder finds every run done, and keeps the records as they are."""
    before = {path: path.read_bytes() for path in (smoke / "one" / "records").iterdir()}
    again = _qhb("run", "--preset", "smoke", "--results", smoke / "one", cwd=smoke)

    assert again.returncode == 0
    assert "10 done already, 0 to make" in again.stdout
    assert {path: path.read_bytes() for path in (smoke / "one" / "records").iterdir()} == before


def test_report_has_every_row(smoke):
    """The page, the Markdown and the CSV name every label."""
    for name in ("index.html", "report.md", "comparison.csv"):
        text = (smoke / "one" / "report" / name).read_text()
        for label in _records(smoke / "one"):
            assert label in text.replace("\\", ""), (name, label)


def test_show_and_list(smoke):
    """Show prints a run by the beginning of its id, as text and as JSON; list --json names what there is."""
    record = _records(smoke / "one")["linear"]
    shown = _qhb("show", record.run_id[:10], "--results", smoke / "one", cwd=smoke)
    assert f"test accuracy {record.evaluation.accuracy:.4f}" in shown.stdout
    as_json = _qhb("show", record.run_id[:10], "--results", smoke / "one", "--json", cwd=smoke)
    assert json.loads(as_json.stdout)["run_id"] == record.run_id
    listed = json.loads(_qhb("list", "--json", cwd=smoke).stdout)
    assert {entry["name"] for entry in listed["quantum heads"]} == set(HEADS)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run", "--preset", "smokee"), 2, "did you mean 'smoke'"),
        (("run", "nowhere.toml"), 2, "nowhere.toml: the plan cannot be read"),
        (("run", "--preset", "smoke", "--results", "/dev/null/x"), 4, "cannot be written"),
        (("show", "abc", "--results", "nowhere"), 4, "there is no folder nowhere"),
        (("report", "nowhere"), 4, "is not a results folder"),
        (("rum",), 2, "No such command"),
    ],
)
def test_refusals(tmp_path, arguments, code, message):
    """A mistake ends in one message without a traceback, in the documented exit code."""
    refused = _qhb(*arguments, cwd=tmp_path)

    assert refused.returncode == code, refused.stderr
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
