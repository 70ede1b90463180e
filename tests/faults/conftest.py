"""The figures that the fault tests collect, as JSON for docs/figures/reliability.py."""

import os
from pathlib import Path

import pytest

from docs.figures.reliability import Figures


@pytest.fixture(scope="session")
def figures():
    """Figures by what they count; at the end they are written to the file that QHB_FIGURES names, if it is set."""
    found = {}
    yield found
    if found and (path := os.environ.get("QHB_FIGURES")):
        Path(path).write_text(Figures.of_today(found).model_dump_json(indent=1) + "\n", encoding="utf-8")
