"""Cache of grid values on disk. A file is named by the hash of everything that its values depend on.

A file is used only if its checksum, key and shape are right; otherwise the values are computed again. If the folder cannot
be written, nothing is cached and nothing else changes.
"""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from backends.file_io import read_regular_file, user_cache_folder, write_then_rename

_FORMAT = 1
_MAX_BYTES = 2**26  # a table has at most 2**22 values, 32 MiB


def key_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of JSON content."""
    text = json.dumps({"format": _FORMAT, **content}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load(key: str, *, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the cached values of a key, float64 of this shape; None where there is no file or it is damaged."""
    try:
        content = read_regular_file(_path(key), limit=_MAX_BYTES)
        values: np.ndarray = safetensors.numpy.load(content)["values"]
        size = int.from_bytes(content[:8], "little")
        facts = json.loads(content[8 : 8 + size])["__metadata__"]
        sound = facts == _facts(key, values) and values.shape == shape and values.dtype == np.float64
    except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError):
        return None
    return values if sound else None


def store(key: str, values: np.ndarray) -> None:
    """Store the values of a key, if the folder can be written."""
    path = _path(key)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        content = safetensors.numpy.save({"values": values}, metadata=_facts(key, values))
        write_then_rename(path, content, durable=False)


def _path(key: str) -> Path:
    return user_cache_folder("tables") / f"{key}.safetensors"


def _facts(key: str, values: np.ndarray) -> dict[str, str]:
    return {"key": key, "sha256": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()}
