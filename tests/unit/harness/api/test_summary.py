"""The table and the sentences that end ``qhb run``."""

from unit.harness.report.example_records import LINEAR, failing, record

from harness.api.summary import summary
from harness.plan.comparison import Declared, Pair
from harness.report.numbers.grouping import grouped


def test_the_terminals_table_has_the_plans_labels() -> None:
    """Its rows are those of the report: one a configuration, marked where the accuracy is of other weights."""
    results = grouped([record("old"), record("old", seed=1), failing("f", seed=2)], labels={"old-1": "renamed"})
    lines = summary(results, None).lines()
    assert len(lines) == 2
    assert lines[0].split()[:3] == ["run", "seeds", "accuracy"]
    assert lines[1].split() == [
        "renamed", "(2", "ok,", "1", "diverged)", "3", "1.0000", "-", "5", "6.0", "10.0", "2880", "2000", "288,000",
    ]  # fmt: skip


def test_the_terminal_ends_with_the_reports_verdicts() -> None:
    """A sentence for each declared comparison, after the table, and whether they were declared before the first run."""
    records = [record("linear", seed=seed, spec=LINEAR) for seed in (0, 1)]
    records += [record("ours", seed=seed, n_right=8) for seed in (0, 1)]
    declared = Declared(pairs=[Pair(ours="ours", theirs="linear")], margin_pp=0.5, declared_at="2026-01-01T00:00:00Z")
    assert summary(grouped(records), declared).lines()[-3:] == [
        "",
        "ours against linear: -2.00 points (2 seeds x 100 images): descriptive only, because a test needs at least 5 seeds "
        "(the seed changed nothing).",
        "Declared in the plan at 2026-01-01T00:00:00Z, before the first run began.",
    ]
    earlier = [record("ours", attempt=0, started_at="2025-12-31T00:00:00Z")]
    assert "after the first run began" in summary(grouped(records, earlier), declared).lines()[-1]
