"""Puts what the fault tests counted into docs/reliability.md.

tox -e chaos writes the file; then: python -m docs.figures.reliability .tox/reliability.json
"""

import platform
import sys
from pathlib import Path
from typing import Self

import pydantic

from backends.machine import n_cores
from docs.figures import between_marks
from harness.records.record import now

DOCUMENT = Path(__file__).resolve().parents[1] / "reliability.md"


class Figures(pydantic.BaseModel):
    """What the fault tests counted, and where."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    date: str
    python: str
    n_cores: int
    values: dict[str, int | str]

    @classmethod
    def of_today(cls, values: dict[str, int | str]) -> Self:
        """Return figures that were counted today on this machine."""
        return cls(date=now()[:10], python=platform.python_version(), n_cores=n_cores(), values=values)


def table(figures: Figures) -> str:
    """Return the figures as a Markdown table, and where they were counted."""
    rows = "\n".join(f"| {what} | {value} |" for what, value in figures.values.items())
    made = f"Made by `tox -e chaos`, {figures.date}, Python {figures.python}, {figures.n_cores} cores."
    return f"| Figure | Value |\n|---|---|\n{rows}\n\n{made}\n"


def main() -> None:
    """Write the document."""
    figures = Figures.model_validate_json(Path(sys.argv[1]).read_bytes())
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(between_marks(text, "figures", table(figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
