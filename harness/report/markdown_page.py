"""The Markdown page: an environment of templates that escapes for Markdown, and its tables."""

from collections.abc import Sequence
from pathlib import Path

import jinja2

from harness.report.sections.layout import Cell, Table
from harness.text import fenced, markdown

TEMPLATES = Path(__file__).parent / "templates"


class _Verbatim(str):
    """Text that is Markdown already."""


def markdown_environment() -> jinja2.Environment:
    """Return an environment that escapes for Markdown whatever a template inserts, unless it is ``_Verbatim``."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 # HTML escapes are wrong in Markdown; finalize escapes for Markdown
        undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=lambda value: value if isinstance(value, _Verbatim) else markdown(value),
    )  # fmt: skip
    environment.filters["fenced"] = lambda text, language="": _Verbatim(fenced(text, language))
    environment.filters["table"] = _table
    return environment


def _table(table: Table) -> _Verbatim:
    head = table.head
    if any(name for name, _ in table.groups):
        above = [name for name, width in table.groups for _ in range(width)]
        head = [f"{group}: {name}" if group else name for group, name in zip(above, table.head, strict=True)]
    numbers = [bool(table.rows) and table.rows[0][index].number for index in range(len(head))]
    lines = [_line([markdown(name) for name in head]), _line(["---:" if number else ":---" for number in numbers])]
    lines += [_line([_text(cell) for cell in row]) for row in table.rows]
    notes = [f"- {markdown(f'[{mark}]')} {markdown(reason)}" for mark, reason in table.notes]
    return _Verbatim("\n".join([*lines, "", markdown(table.caption), *(["", *notes] if notes else [])]))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(cell: Cell) -> str:
    small = f" ({cell.small})" if cell.small else ""
    return markdown(cell.text + small + (f" [{cell.mark}]" if cell.mark else ""))
