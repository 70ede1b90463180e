"""The file of a record: an envelope with the record as its content. Every fault of such a file is found and named."""

import json
from pathlib import Path
from typing import Any

import pydantic

from harness.errors import DamagedError, StoreError
from harness.records.envelope import enclose, read_envelope
from harness.records.migrations import migrated
from harness.records.record import SCHEMA_VERSION, RunRecord

_NAME = "record"
_MAX_BYTES = 2**26  # a record of 10,000 test images and 10,000 epochs takes 3 MB


def record_bytes(record: RunRecord) -> bytes:
    """Return the content of a record's file.

    Raises:
        StoreError: the record is larger than what ``read_record`` reads.
    """
    content = enclose(_NAME, json.loads(record.model_dump_json()))
    if len(content) > _MAX_BYTES:
        raise StoreError(
            f"the record of {record.label}, seed {record.spec.seed}, has {len(content)} bytes; expected at most {_MAX_BYTES}"
        )
    return content


def read_record(path: Path) -> RunRecord:
    """Return the record in a file.

    Raises:
        DamagedError: the file is not, bit for bit, what was written.
        StoreError: the file cannot be read, or has a schema that this version does not know.
    """
    try:
        return _checked(path, read_envelope(path, _NAME, limit=_MAX_BYTES))
    except DamagedError as error:
        raise DamagedError(f"record {error}; qhb run makes the run again") from error


def _checked(path: Path, content: Any) -> RunRecord:
    """Return the record that a file's content is, brought up to the schema of today."""
    try:
        content = migrated(content)
        if content.get("schema_version") != SCHEMA_VERSION:
            raise StoreError(
                f"record {path} has schema {content.get('schema_version')!r}, this version reads up to {SCHEMA_VERSION}; "
                "use the version of qhb that wrote it, or a later one"
            )
        record = RunRecord.model_validate(content)
    except (ValueError, TypeError, AttributeError, DamagedError) as error:
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, pydantic.ValidationError):
            reason = f"{error.error_count()} fields are not those of a record, first {error.errors()[0]['loc']}"
        raise DamagedError(f"{path} is damaged: {reason}") from error
    if path.name != f"{record.run_id}.{record.attempt}.json":
        raise DamagedError(f"{path} is misnamed: it holds attempt {record.attempt} at run {record.run_id}")
    return record
