"""Writes docs/reference/settings.md: every setting of a plan, its values, its default and its reason.

python -m docs.figures.settings
"""

import typing
from pathlib import Path

import pydantic
from pydantic.fields import FieldInfo

from docs.figures import between_marks
from docs.figures.field_texts import field_texts, in_a_cell
from harness.plan.schema import SECTIONS, Plan

DOCUMENT = Path(__file__).resolve().parents[1] / "reference" / "settings.md"


def tables() -> str:
    """Return a Markdown table for the plan and for each of its TOML tables."""
    parts: dict[str, type[pydantic.BaseModel]] = {"At the top": Plan}
    parts |= {f"`[[{name}]]`" if name == "runs" else f"`[{name}]`": part for name, part in SECTIONS.items()}
    return "\n".join(line for title, part in parts.items() for line in _table(title, part))


def _table(title: str, part: type[pydantic.BaseModel]) -> list[str]:
    texts = field_texts(part)
    lines = [f"## {title}", "", "| setting | values | default | meaning |", "|---|---|---|---|"]
    for name, field in part.model_fields.items():
        if part is not Plan or name not in SECTIONS:
            meaning = in_a_cell(texts.get(name, ""))
            lines.append(f"| `{name}` | {_values(field)} | {_default(field)} | {meaning} |")
    return [*lines, ""]


def _values(field: FieldInfo) -> str:
    """Return what a setting may be, in words: "a whole number, at least 1"."""
    limits = {"Ge": "at least {ge}", "Gt": "above {gt}", "Le": "at most {le}", "Lt": "below {lt}"}
    bounds = [
        limits[type(limit).__name__].format(
            **{type(limit).__name__.lower(): getattr(limit, type(limit).__name__.lower())}
        )
        for limit in field.metadata
        if type(limit).__name__ in limits
    ]
    return ", ".join([_kind(field.annotation), *bounds])


def _kind(annotation: object) -> str:
    plain = {int: "whole number", float: "number", str: "text", bool: "true or false"}
    if annotation in plain:
        return plain[annotation]  # type: ignore[index]  # a key of the line above
    arguments = [one for one in typing.get_args(annotation) if one is not type(None)]
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is typing.Annotated:
        return _kind(arguments[0])
    if origin is list:
        return f"list of: {_kind(arguments[0])}"
    if origin is dict:
        return "table"
    return " or ".join(_kind(one) for one in arguments) or "any value"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ([], {}, ""):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def with_tables(text: str) -> str:
    """Return the document with the settings of today."""
    return between_marks(text, "settings", tables())


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
