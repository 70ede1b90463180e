"""Every run stands in the table with the command that makes it again."""

from pathlib import Path

from unit.harness.report.example_records import failing, record

from harness.report.numbers.grouping import grouped
from harness.report.sections.runs_table import runs_table


def test_the_command_names_the_run_and_its_folder() -> None:
    """A folder with spaces is quoted; without a known folder the command's own default counts."""
    results = grouped([record("a"), failing("b")])
    table = runs_table(results, Path("my results/study"))
    assert table.head[-1] == "To make it again"
    assert [row[-1].text for row in table.rows] == [
        "qhb rerun a-0 --results 'my results/study'",
        "qhb rerun b-0 --results 'my results/study'",
    ]
    assert [row[2].text for row in table.rows] == ["ok", "diverged"]
    assert runs_table(results, None).rows[0][-1].text == "qhb rerun a-0"
