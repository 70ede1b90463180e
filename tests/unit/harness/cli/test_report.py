"""``qhb report`` hands on what a results folder holds: earlier attempts, and the labels of the latest plan."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from unit.harness.report.example_records import failing, record

from harness.cli.report import command
from harness.plan.comparison import Declared, Pair
from harness.plan.last_plan import LastPlan, read_last_plan, write_last_plan
from harness.records.store import Store
from harness.spec import Run

FIRST, SECOND = "1" * 64, "2" * 64


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a folder with two seeds of one configuration, of which one failed before it went well."""
    store = Store(tmp_path / "results")
    with store.opened():
        store.write(failing("old", run_id=FIRST))
        store.write(record("old", run_id=FIRST, attempt=2))
        store.write(record("old", seed=1, run_id=SECOND))
        runs = [Run(FIRST, "renamed", record("old").spec), Run(SECOND, "renamed", record("old", seed=1).spec)]
        write_last_plan(store.root, LastPlan(name="p", command="qhb run", key=None, runs=runs))
    return store


def test_the_report_shows_earlier_attempts_and_the_plans_labels(store: Store) -> None:
    """The failed attempt is listed, and the label that the plan has now is shown."""
    done = CliRunner().invoke(command, [str(store.root)], catch_exceptions=False, standalone_mode=False)
    assert done.output.strip() == str(store.root / "report" / "index.html")
    text = (store.root / "report" / "report.md").read_text(encoding="utf-8")
    assert "- renamed: 2 seeds, mean accuracy 1.000" in text
    assert "- diverged: renamed, seed 0, attempt 1, replaced by attempt 2: DivergedError: the loss is nan" in text


def test_a_damaged_plan_costs_only_its_labels(store: Store) -> None:
    """The report is written with the labels of the records, and a warning names the file."""
    (store.root / ".plan.json").write_text("{")
    done = CliRunner().invoke(command, [str(store.root)], catch_exceptions=False, standalone_mode=False)
    assert ".plan.json" in done.output
    assert "the report takes the records' labels" in done.output
    assert "- old: 2 seeds" in (store.root / "report" / "report.md").read_text(encoding="utf-8")


def test_the_plans_comparisons_reach_the_report(store: Store) -> None:
    """The report shows what the plan declared, and when."""
    plan = read_last_plan(store.root)
    declared = Declared(pairs=[Pair(ours="renamed", theirs="gone")], margin_pp=0.5, declared_at="2025-12-31T00:00:00Z")
    write_last_plan(store.root, plan.model_copy(update={"comparison": declared}))
    CliRunner().invoke(command, [str(store.root)], catch_exceptions=False, standalone_mode=False)
    text = (store.root / "report" / "report.md").read_text(encoding="utf-8")
    assert "- **No verdict.** renamed against gone: there is no run of gone." in text
    assert "Declared in the plan at 2025-12-31T00:00:00Z, before the first run began." in text
