"""The peers section of the report: it shows the numbers of the file, and refuses any other file by name."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from backends.peers.measure import Row
from docs.figures.peers_table import DOCUMENTS, REFERENCE, with_table
from harness.errors import StoreError
from harness.records.environment import environment
from harness.report import write_report
from harness.report.sections.peers import Measured, peers_section

MEASURED = Row(
    "one", "ours", "theirs", 0.002, 0.03, 15.0, 12.0, 18.0, 8, rounds=5, peer_images=8, ours_processor_s=0.001
)  # fmt: skip
MOST = Row("two", "table", "linear", 1.2, 1.0, 1.2, 1.1, 1.3, 1.1, target_is="at most", rounds=3)
UNMEASURED = Row("three", "ours", "<b>missing</b>", target=10, problem="needs missing, not installed")


def written(folder: Path, rows: list[Row], **environment_changes: Any) -> Path:
    """Write a file as ``qhb peers`` does."""
    where = {**environment("cpu").model_dump(), "started_at": "then", "load_average_after": 1.5, **environment_changes}
    path = folder / "peers.json"
    path.write_text(json.dumps({"environment": where, "rows": [dataclasses.asdict(row) for row in rows]}))
    return path


def test_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    """Times in milliseconds, the median with its spread, and the share of the step that was measured; no target."""
    section = peers_section(written(tmp_path, [MEASURED, MOST]))

    assert section is not None
    one, two = section.table.rows
    assert [cell.text for cell in one] == ["one", "ours", "theirs", "15.0 ×"]
    assert [cell.small for cell in one] == [
        "",
        "2.00 ms (1.00 of processor time)",
        "30.0 ms, from 8 of 32 images",
        "12.0–18.0, 5 rounds",
    ]
    assert two[3].text == "1.20 ×"
    assert "load" in section.table.caption
    assert "1.5 after" in section.table.caption


def test_a_row_without_numbers_says_why(tmp_path: Path) -> None:
    """The row is kept, with a dash and the reason below the table, and it is not drawn."""
    section = peers_section(written(tmp_path, [UNMEASURED]))

    assert section is not None
    assert section.figure is None
    assert section.table.rows[0][3].mark == "a"
    assert section.table.notes == [("a", "needs missing, not installed")]


def test_the_figure_draws_the_rows_in_which_more_is_better(tmp_path: Path) -> None:
    """A row whose target is a maximum is in the table but not in the figure."""
    section = peers_section(written(tmp_path, [MEASURED, MOST]))

    assert section is not None
    assert section.figure is not None
    assert 'aria-label="How many times as fast: one 15.0"' in section.figure.svg


def test_page_and_markdown_show_it(tmp_path: Path) -> None:
    """With the file both pages have the section, with its texts escaped; without it neither has."""
    path = written(tmp_path, [MEASURED, UNMEASURED])

    page = write_report([], tmp_path / "with", title="t", peers=path)
    other = write_report([], tmp_path / "without", title="t", peers=tmp_path / "none.json")

    shown = page.read_text()
    assert 'id="table-peers"' in shown
    assert "&lt;b&gt;missing&lt;/b&gt;" in shown
    assert "<b>missing" not in shown
    assert "15.0" in (tmp_path / "with" / "report.md").read_text()
    assert "peers" not in other.read_text()
    assert "what a user would run" not in (tmp_path / "without" / "report.md").read_text()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"environment": {}, "rows": []}', '{"environment": [], "rows": 1}']
)
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    """The message names the file and the command that makes it again."""
    path = tmp_path / "peers.json"
    path.write_text(content)

    with pytest.raises(StoreError, match=r"peers\.json is not a table of peers .* qhb peers --output .*peers\.json"):
        peers_section(path)


@pytest.mark.parametrize(("document", "main_only"), DOCUMENTS.items(), ids=lambda value: getattr(value, "name", None))
def test_documents_have_the_table_that_the_command_writes(document: Path, main_only: bool) -> None:
    """The numbers of README.md and docs/performance.md are those of results/reference/peers.json, and none was typed."""
    text = document.read_text(encoding="utf-8")
    assert with_table(text, Measured.model_validate_json(REFERENCE.read_bytes()), main_only=main_only) == text
