"""Tables as they are read: headings, cells, footnotes. HTML and Markdown show the same."""

import dataclasses
import re
from collections.abc import Sequence

from harness.text import Missing

_NUMBER = re.compile(r"([+\-−]?[\d,]*\.?\d+(?:e[+-]?\d+)?)(?:\s*(million|billion|trillion|h|days|%))?(?![\w.])")
_UNITS = {"million": 1e6, "billion": 1e9, "trillion": 1e12, "h": 3_600.0, "days": 86_400.0}


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell: its text, a second line in small print, its footnote mark, and whether it is a number (right-aligned)."""

    text: str
    small: str = ""
    mark: str = ""
    number: bool = True

    @property
    def value(self) -> float | None:
        """The number by which a table is sorted; None for a text, and for a dash.

        It is the first one of the cell, in the unit that ``harness.text`` wrote: "17.0 days" is more than "12.2 h".
        """
        found = _NUMBER.search(self.text) if self.number else None
        if found is None:
            return None
        number, unit = found.groups()
        return float(number.replace(",", "").replace("−", "-")) * _UNITS.get(unit or "", 1.0)


@dataclasses.dataclass(frozen=True)
class Table:
    """A table with its texts.

    Attributes:
        name: Part of its ids in HTML.
        caption: Says what the table shows, and in which units.
        head: Headings of the columns.
        rows: Cells of each row.
        notes: Footnotes: mark and text.
        groups: Headings over several columns: text and number of columns.
        last_rows: How many rows at the end are set apart by a rule.
    """

    name: str
    caption: str
    head: list[str]
    rows: list[list[Cell]]
    notes: list[tuple[str, str]]
    groups: list[tuple[str, int]] = dataclasses.field(default_factory=list)
    last_rows: int = 0


class Notes:
    """Footnotes of one table: each reason is written once, however many cells refer to it."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def cell(self, content: Cell | Missing) -> Cell:
        """Return a cell as it is, a missing number as a dash with the mark of its reason."""
        return Cell(str(content), mark=self._mark(content.reason)) if isinstance(content, Missing) else content

    def lines(self) -> list[tuple[str, str]]:
        """Return marks and reasons, to be printed below the table."""
        return [(mark, reason) for reason, mark in self._marks.items()]

    def _mark(self, reason: str) -> str:
        number = len(self._marks)
        letter = chr(ord("a") + number % 26) * (1 + number // 26)
        return self._marks.setdefault(reason, letter)


def plain_table(name: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str | Cell | Missing]]) -> Table:
    """Return a table of texts; ``Missing`` values become dashes with a footnote."""
    notes = Notes()
    cells = [
        [notes.cell(Cell(value, number=False) if isinstance(value, str) else value) for value in row] for row in rows
    ]
    return Table(name, caption, list(head), aligned(cells), notes.lines())


def aligned(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Align the dashes of a column of texts with its texts."""
    texts = {index for row in rows for index, cell in enumerate(row) if not cell.number}
    return [
        [dataclasses.replace(cell, number=False) if index in texts else cell for index, cell in enumerate(row)]
        for row in rows
    ]
