"""A record's file: JSON with the checksum of what it says; whatever is wrong with one is found and named."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pydantic

from harness.errors import DamagedError, StoreError
from harness.records.migrations import migrated
from harness.records.record import SCHEMA_VERSION, RunRecord


def sealed_record(record: RunRecord) -> bytes:
    """Return what a record's file holds."""
    content = json.loads(record.model_dump_json())
    return json.dumps({"sha256": digest(content), "record": content}, indent=1).encode()


def read_record(path: Path) -> RunRecord:
    """Return the record in a file.

    Raises:
        DamagedError: the file is not, bit for bit, what was written.
        StoreError: it cannot be read, or is of a schema that this version does not know.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise StoreError(f"record {path} cannot be read: {error.strerror or error}") from error
    try:
        envelope = json.loads(text)
        content, expected = envelope["record"], envelope["sha256"]
        found = digest(content)
        if found != expected:
            raise DamagedError(
                f"record {path} is damaged: expected SHA-256 {expected}, found {found}; the run will be made again"
            )
        content = migrated(content)
        if content.get("schema_version") != SCHEMA_VERSION:
            raise StoreError(
                f"record {path} has schema {content.get('schema_version')!r}, this version reads up to {SCHEMA_VERSION}; "
                "use the version of qhb that wrote it, or a later one"
            )
        record = RunRecord.model_validate(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"
        if isinstance(error, pydantic.ValidationError):
            what = f"{error.error_count()} fields are not those of a record, first {error.errors()[0]['loc']}"
        raise DamagedError(f"record {path} is damaged: {what}; the run will be made again") from error
    if path.name != f"{record.run_id}.{record.attempt}.json":
        raise DamagedError(
            f"record {path} is misnamed: it holds attempt {record.attempt} at run {record.run_id}; the run will be made again"
        )
    return record


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a record's canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
