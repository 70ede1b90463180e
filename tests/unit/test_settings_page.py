"""The page of settings is what the code says today."""

from docs.figures.settings import DOCUMENT, with_tables
from harness.plan.schema import SECTIONS


def test_the_page_is_of_today() -> None:
    """``python -m docs.figures.settings`` writes it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_tables(text) == text


def test_every_setting_is_there() -> None:
    """A row for each field of each table of a plan."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for part in SECTIONS.values():
        assert all(f"| `{name}` |" in text for name in part.model_fields)
