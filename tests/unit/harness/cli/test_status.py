"""``qhb status``, ``show`` and ``export`` know the latest plan: how to continue, and what its runs are called now."""

import csv

from click.testing import CliRunner
from stores import folder_of, record_of

from harness.cli.main import qhb
from harness.plan.last_plan import LastPlan, write_last_plan
from harness.spec import Run


def _folder(path, *records, label="renamed"):
    store = folder_of(path, *records)
    runs = [Run(record.run_id, label, record.spec) for record in records]
    write_last_plan(store.root, LastPlan(name="p", command="qhb run p.toml", key=None, runs=runs))
    return store


def _output(*arguments):
    done = CliRunner().invoke(qhb, [str(argument) for argument in arguments], catch_exceptions=False)
    return " ".join(done.output.split())


def test_killed_and_failed_runs_have_a_way_to_be_made_again(tmp_path):
    """The command is named, with --results because the folder is not the plan's default one."""
    store = _folder(tmp_path / "r", record_of("a", status="killed"), record_of("b", status="timeout"))
    text = _output("status", store.root)

    again = f"qhb run p.toml --results {store.root}"
    assert f"the same command makes killed runs again, from a checkpoint where there is one: {again}" in text
    assert "to make again the runs that ran out of time: add --retry timeout" in text


def test_a_finished_plan_needs_no_command(tmp_path):
    """Where every run is ok nothing is advised."""
    assert "qhb run" not in _output("status", _folder(tmp_path / "r", record_of("a")).root)


def test_runs_are_found_by_their_latest_label(tmp_path):
    """A label that the plan has now names the run in show and in the export; the older one no longer does."""
    store = _folder(tmp_path / "r", record_of("a"))

    assert "renamed, seed 0: ok" in _output("show", "renamed", "--results", store.root)
    _output("export", store.root)
    with (store.root / "runs.csv").open(newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["renamed"]
