"""Records as one flat table, a row for each attempt: CSV with the standard library, Parquet with fastparquet.

docs/export.md describes the columns; ``python -m docs.figures.export_columns`` writes it.
"""

import csv
import dataclasses
import importlib.util
import io
import json
import tempfile
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pydantic
import pydantic.fields

from backends.errors import pip_line
from harness.errors import MissingExtraError
from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.text import csv_safe

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["csv", "parquet"]
Kind = Literal["text", "whole number", "number", "true or false", "JSON"]
_PACKAGES = ("pandas", "fastparquet")
_KINDS: dict[type, Kind] = {str: "text", bool: "true or false", int: "whole number", float: "number"}
_DTYPES: dict[Kind, str] = {
    "text": "object", "JSON": "object", "whole number": "Int64", "number": "Float64", "true or false": "boolean",
}  # fmt: skip
COUNTS = "counts"


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        name: Its heading. A part of a record is a group of columns, ``evaluation.accuracy``; what was asked of a run
            (``RunSpec``) has no group of its own: ``head``, ``training.epochs``.
        kind: What its cells hold. JSON is the text of a list or of nested data.
        part: The part of the record that the value comes from; None for ``counts``, which no record holds.
        field: The value's name in this part.
        meaning: What the value is; empty where the record's schema does not say more than the name.
    """

    name: str
    kind: Kind
    part: type[pydantic.BaseModel] | None
    field: str
    meaning: str


def columns() -> list[Column]:
    """Return the columns of the table; they are the same for all records."""
    meaning = "whether tables and reports show this attempt: of each run it is the latest, unless that is damaged or the run was started over"
    counts = Column(COUNTS, "true or false", None, COUNTS, meaning)
    found = list(_columns(RunRecord))
    after = [column.name for column in found].index("attempt") + 1
    return [*found[:after], counts, *found[after:]]


def export(records: Sequence[RunRecord], earlier: Sequence[RunRecord], path: Path, *, file_format: Format) -> Path:
    """Write a file with a row for each attempt, whatever its status, in the order in which they were made.

    A value that a record lacks is an empty cell.

    Args:
        records: The record that counts for each run.
        earlier: The records that do not count.
        path: The file; one that is there is replaced.
        file_format: How it is written.

    Raises:
        DiskError: the file cannot be written.
        MissingExtraError: a package that Parquet needs is not installed.
    """
    marked = [(record, True) for record in records] + [(record, False) for record in earlier]
    marked.sort(key=lambda item: (item[0].started_at, item[0].run_id, item[0].attempt))
    rows = [_row(RunRecord, record.model_dump(mode="json")) | {COUNTS: counts} for record, counts in marked]
    if file_format == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, [column.name for column in columns()], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: csv_safe(value) for name, value in row.items()} for row in rows)
        write_atomically(path, text.getvalue().encode())
    else:
        write_atomically(path, _parquet(rows))
    return path


def frame(records: Sequence[RunRecord]) -> "pd.DataFrame":
    """Return a pandas DataFrame with a row for each record, in their order; the columns are those of ``export`` without ``counts``.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    if importlib.util.find_spec("pandas") is None:
        raise MissingExtraError(f"a table of runs needs pandas, not installed: {pip_line('report')}")
    found = _frame([_row(RunRecord, record.model_dump(mode="json")) for record in records])
    return found.drop(columns=COUNTS)


def _columns(part: type[pydantic.BaseModel], group: str = "") -> Iterator[Column]:
    for name, field in part.model_fields.items():
        if inner := _part_in(field):
            yield from _columns(inner, _group(group, name))
        else:
            yield Column(group + name, _kind(field), part, name, field.description or "")


def _row(part: type[pydantic.BaseModel], content: dict[str, Any], group: str = "") -> dict[str, Any]:
    """Return the cells of a part of a record, by column, without those that are empty."""
    row: dict[str, Any] = {}
    for name, field in part.model_fields.items():
        value = content[name]
        if value is None:
            continue
        if inner := _part_in(field):
            row |= _row(inner, value, _group(group, name))
        else:
            row[group + name] = json.dumps(value) if _kind(field) == "JSON" else value
    return row


def _group(group: str, name: str) -> str:
    return "" if name == "spec" else f"{group}{name}."


def _part_in(field: pydantic.fields.FieldInfo) -> type[pydantic.BaseModel] | None:
    """Return the part of a record that a field holds; None where it holds a value or a list."""
    kind = _without_none(field.annotation)
    return kind if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel) else None


def _kind(field: pydantic.fields.FieldInfo) -> Kind:
    kind = _without_none(field.annotation)
    if typing.get_origin(kind) is Literal:
        kind = type(typing.get_args(kind)[0])
    return _KINDS.get(kind, "JSON")


def _without_none(annotation: Any) -> Any:
    """Return a type without its ``| None`` and without its constraints."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        annotation = next(kind for kind in typing.get_args(annotation) if kind is not types.NoneType)
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    missing = [package for package in _PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        raise MissingExtraError(
            f"Parquet needs {', '.join(missing)}, not installed: {pip_line('parquet')}, or take --format csv"
        )
    import fastparquet

    with tempfile.TemporaryDirectory() as folder:  # fastparquet writes to a path alone
        path = Path(folder) / "runs.parquet"
        fastparquet.write(str(path), _frame(rows), write_index=False, object_encoding="utf8")
        return path.read_bytes()


def _frame(rows: Sequence[Mapping[str, Any]]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        {
            column.name: pd.Series([row.get(column.name) for row in rows], dtype=_DTYPES[column.kind])
            for column in columns()
        }
    )
