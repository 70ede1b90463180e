"""The figures of docs/reliability.md: written by a command alone, from the file that the fault tests leave."""

import sys

import pytest

from docs.figures import reliability
from docs.figures.reliability import Figures


@pytest.fixture
def document(tmp_path, monkeypatch):
    """A document with figures of an earlier day."""
    path = tmp_path / "reliability.md"
    path.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    monkeypatch.setattr(reliability, "DOCUMENT", path)
    return path


def test_the_command_puts_figures_into_the_document(document, tmp_path, monkeypatch):
    """The table stands between the marks, with where it was made; the rest of the document is as it was."""
    file = tmp_path / "reliability.json"
    figures = Figures(date="2026-01-02", python="3.11.7", n_cores=2, values={"kills": 200, "seconds": "0.5"})
    file.write_text(figures.model_dump_json())
    monkeypatch.setattr(sys, "argv", ["reliability", str(file)])

    reliability.main()

    table = "| Figure | Value |\n|---|---|\n| kills | 200 |\n| seconds | 0.5 |\n"
    made = "Made by `tox -e chaos`, 2026-01-02, Python 3.11.7, 2 cores."
    assert document.read_text() == f"before\n<!-- figures -->\n{table}\n{made}\n<!-- end of figures -->\nafter\n"


def test_a_file_of_something_else_is_refused(document, tmp_path, monkeypatch):
    """A file that is not the fault tests' leaves the document as it was."""
    file = tmp_path / "other.json"
    file.write_text("{}")
    monkeypatch.setattr(sys, "argv", ["reliability", str(file)])
    before = document.read_text()

    with pytest.raises(ValueError, match="values"):
        reliability.main()
    assert document.read_text() == before
