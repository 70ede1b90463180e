"""Records of older schemas, brought up to date as they are read; the files stay as they are."""

from collections.abc import Callable
from typing import Any

from harness.records.record import SCHEMA_VERSION


def migrated(content: dict[str, Any]) -> dict[str, Any]:
    """Return a record's content in today's schema; one of a later schema, or of none, as it is."""
    while content.get("schema_version") in _STEPS:
        content = _STEPS[content["schema_version"]](content)
    return content


def _from_1(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 says what became of checkpoints; before it there were none."""
    return content | {"schema_version": 2, "resumed_at": None, "notes": [], "weights_sha256": None}


def _from_2(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 3 knows the code of somebody else's head (``spec.head_code``); before it only the head's name counted."""
    return content | {"schema_version": 3}


def _from_3(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 4 says whether the head had passed the conformance suite (``head.checked``); before it that is not known."""
    return content | {"schema_version": 4}


_STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1, 2: _from_2, 3: _from_3}
assert max(_STEPS) == SCHEMA_VERSION - 1
