"""``qhb report`` hands on what a results folder holds: earlier attempts, and the labels of the latest plan."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from unit.harness.report.example_records import LINEAR, failing, record

from harness.cli.report import command
from harness.cli.summary import summary
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


def test_the_terminals_table_has_the_plans_labels() -> None:
    """Its rows are those of the report: one a configuration, marked where the accuracy is of other weights."""
    records = [record("old"), record("old", seed=1), failing("f", seed=2)]
    lines = summary(records, labels={"old-1": "renamed"}, width=200)
    assert len(lines) == 2
    assert lines[0].split()[:3] == ["run", "seeds", "accuracy"]
    assert lines[1].split() == [
        "renamed", "(2", "ok,", "1", "diverged)", "3", "1.0000", "-", "5", "6.0", "10.0", "2880", "2000", "288,000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (80, ["run", "seeds", "accuracy", "official", "train s", "evals/step"]),
        (94, ["run", "seeds", "accuracy", "official", "train s", "ms/step", "evals/step", "executed"]),
        (20, ["run", "seeds", "accuracy", "official", "evals/step"]),
    ],
)
def test_the_table_fits_the_terminal(width: int, titles: list[str]) -> None:
    """Columns are left out by their rank until a label has 24 characters, and longer labels are cut."""
    lines = summary([record("a label that is much longer than a line can hold, as some are")], labels={}, width=width)

    assert lines[0].replace("train s", "train_s").split() == [title.replace("train s", "train_s") for title in titles]
    assert max(map(len, lines)) <= max(width, 24 + sum(2 + len(title) for title in titles[1:]))
    assert lines[1].startswith("a label that is much lo")
    assert "…" in lines[1]


def test_the_terminal_ends_with_the_reports_verdicts() -> None:
    """A sentence for each declared comparison, after the table, and whether they were declared before the first run."""
    records = [record("linear", seed=seed, spec=LINEAR) for seed in (0, 1)]
    records += [record("ours", seed=seed, n_right=8) for seed in (0, 1)]
    declared = Declared(pairs=[Pair(ours="ours", theirs="linear")], margin_pp=0.5, declared_at="2026-01-01T00:00:00Z")
    assert summary(records, labels={}, declared=declared)[-3:] == [
        "",
        "ours against linear: -2.00 points (2 seeds x 100 images): descriptive only, because a test needs at least 5 seeds "
        "(the seed changed nothing).",
        "Declared in the plan at 2026-01-01T00:00:00Z, before the first run began.",
    ]
    earlier = [record("ours", attempt=0, started_at="2025-12-31T00:00:00Z")]
    assert "after the first run began" in summary(records, labels={}, earlier=earlier, declared=declared)[-1]


def test_the_plans_comparisons_reach_the_report(store: Store) -> None:
    """The report shows what the plan declared, and when."""
    plan = read_last_plan(store.root)
    declared = Declared(pairs=[Pair(ours="renamed", theirs="gone")], margin_pp=0.5, declared_at="2025-12-31T00:00:00Z")
    write_last_plan(store.root, plan.model_copy(update={"comparison": declared}))
    CliRunner().invoke(command, [str(store.root)], catch_exceptions=False, standalone_mode=False)
    text = (store.root / "report" / "report.md").read_text(encoding="utf-8")
    assert "- **No verdict.** renamed against gone: there is no run of gone." in text
    assert "Declared in the plan at 2025-12-31T00:00:00Z, before the first run began." in text
