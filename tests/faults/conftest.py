"""The table of figures that the fault tests fill, and docs/reliability.md, where the chaos environment writes it."""

import os
import platform
import re
from pathlib import Path

import pytest

from harness.record import now

_DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
_TABLE = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)


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
        _DOCUMENT.write_text(_TABLE.sub(lambda match: match[1] + table + match[2], text), encoding="utf-8")
