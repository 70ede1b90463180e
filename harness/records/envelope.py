"""Envelopes: JSON files that carry the SHA-256 of their content, so that every changed bit is found.

An envelope is ``{"sha256": digest of the content, NAME: content}``. The digest is taken of the canonical JSON.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from harness.errors import DamagedError
from harness.records.disk import read_file


def canonical_json(content: Any) -> bytes:
    """Return the one JSON text of a content: sorted keys, no spaces, ASCII.

    Raises:
        ValueError: the content holds NaN or an infinity.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: Any) -> str:
    """Return the SHA-256 of the canonical JSON of a content."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def enclose(name: str, content: Any) -> bytes:
    """Return the text of an envelope."""
    return json.dumps({"sha256": digest(content), name: content}, separators=(",", ":")).encode()


def read_envelope(path: Path, name: str, *, limit: int) -> Any:
    """Return the content of the envelope in a file of at most ``limit`` bytes.

    Raises:
        DamagedError: the file is not a regular file, is too large, or is not the envelope that was written.
        StoreError: the file cannot be read.
    """
    text = read_file(path, limit=limit)
    try:
        envelope = json.loads(text)
        content, expected = envelope[name], envelope["sha256"]
        found = digest(content)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedError(f"{path} is damaged: {type(error).__name__}: {error}") from error
    if found != expected:
        raise DamagedError(f"{path} is damaged: expected SHA-256 {expected}, found {found}")
    return content
