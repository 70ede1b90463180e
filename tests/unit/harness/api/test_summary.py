"""The table and the sentences that end ``qhb run``."""

import pytest
from unit.harness.report.example_records import LINEAR, failing, record

from harness.api.summary import summary
from harness.plan.comparison import Declared, Pair
from harness.report.numbers.grouping import grouped


def test_the_terminals_table_has_the_plans_labels() -> None:
    """Its rows are those of the report: one a configuration, marked where the accuracy is of other weights."""
    results = grouped([record("old"), record("old", seed=1), failing("f", seed=2)], labels={"old-1": "renamed"})
    lines = summary(results, None).lines(width=200)
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
    results = grouped([record("a label that is much longer than a line can hold, as some are")])
    lines = summary(results, None).lines(width=width)

    assert lines[0].replace("train s", "train_s").split() == [title.replace("train s", "train_s") for title in titles]
    assert max(map(len, lines)) <= max(width, 24 + sum(2 + len(title) for title in titles[1:]))
    assert lines[1].startswith("a label that is much lo")
    assert "…" in lines[1]


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
