"""The table of figures that the fault tests fill, and docs/reliability.md, where the chaos environment writes it."""

import os
import platform
from pathlib import Path

import pytest

from docs.figures import between_marks
from harness.records.record import now

_DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"


@pytest.fixture(scope="session")
def figures():
    """Figures by what they count; with QHB_CHAOS they are written into docs/reliability.md at the end."""
    found = {}
    yield found
    if found and "QHB_CHAOS" in os.environ:
        rows = "\n".join(f"| {what} | {value} |" for what, value in found.items())
        made = f"Made by `tox -e chaos`, {now()[:10]}, Python {platform.python_version()}, {os.cpu_count()} cores."
        table = f"| Figure | Value |\n|---|---|\n{rows}\n\n{made}\n"
        text = _DOCUMENT.read_text(encoding="utf-8")
        _DOCUMENT.write_text(between_marks(text, "figures", table), encoding="utf-8")
