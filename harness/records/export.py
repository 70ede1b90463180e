"""Records as one flat table, a row a run: CSV with the standard library, Parquet with fastparquet."""

import csv
import importlib.util
import io
import json
import os
import typing
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pydantic

from backends.file_io import PART
from harness.errors import ExportPackageError
from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.text import csv_safe

Format = Literal["csv", "parquet"]
_PACKAGES = ("pandas", "fastparquet")


def export(records: Sequence[RunRecord], path: Path, *, file_format: Format) -> Path:
    """Write a file with a row for each record, whatever its status.

    A part of a record is a group of columns, ``evaluation.accuracy``; lists and dictionaries are JSON text. What a record
    lacks is an empty cell; the columns are always the same.

    Raises:
        DiskError: the file cannot be written.
        ExportPackageError: a package that Parquet needs is not installed.
    """
    rows = [_row(record) for record in records]
    columns = list(_columns(RunRecord))
    if file_format == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: csv_safe(value) for name, value in row.items()} for row in rows)
        write_atomically(path, text.getvalue().encode())
    else:
        write_atomically(path, _parquet(rows, columns, beside=path))
    return path


def _columns(part: type[pydantic.BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in part.model_fields.items():
        kinds = typing.get_args(field.annotation) or (field.annotation,)
        parts = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)]
        if parts and typing.get_origin(field.annotation) is not list:
            yield from _columns(parts[0], f"{prefix}{name}.")
        else:
            yield prefix + name


def _row(part: pydantic.BaseModel, prefix: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, pydantic.BaseModel):
            row |= _row(value, f"{prefix}{name}.")
        elif isinstance(value, (list, tuple, dict)):
            row[prefix + name] = json.dumps(value, default=lambda item: item.model_dump(mode="json"))
        elif value is not None:
            row[prefix + name] = value
    return row


def _parquet(rows: list[dict[str, Any]], columns: list[str], *, beside: Path) -> bytes:
    missing = [package for package in _PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        raise ExportPackageError(
            f"Parquet needs {', '.join(missing)}, not installed: pip install 'quantum-head-bench[parquet]', or take "
            "--format csv"
        )
    import fastparquet
    import pandas as pd

    frame = pd.DataFrame(rows, columns=columns).convert_dtypes(dtype_backend="numpy_nullable")
    texts = {
        name: frame[name].astype(object).where(frame[name].notna(), None) for name in frame.select_dtypes("string")
    }
    part = beside.with_name(f".{beside.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}{PART}")
    try:
        fastparquet.write(str(part), frame.assign(**texts), write_index=False, object_encoding="utf8")
        return part.read_bytes()
    finally:
        part.unlink(missing_ok=True)
