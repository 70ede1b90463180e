"""Records of older schemas: they are converted when they are read, and the files stay as they are."""

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.records.packed import pack
from harness.records.record import SCHEMA_VERSION


def migrated(content: dict[str, Any]) -> dict[str, Any]:
    """Return a record's content in the current schema; content of a later schema, or without one, is returned as it is."""
    while content.get("schema_version") in _STEPS:
        content = _STEPS[content["schema_version"]](content)
    return content


def _from_1(content: dict[str, Any]) -> dict[str, Any]:
    """Add the fields on checkpoints, which schema 1 did not have."""
    return content | {"schema_version": 2, "resumed_at": None, "notes": [], "weights_sha256": None}


def _from_2(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 3 adds ``spec.head_code``, the code of a head from outside; before, a head was known by its name alone."""
    return content | {"schema_version": 3}


def _from_3(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 4 says whether the head had passed the conformance suite (``head.checked``); before it that is not known."""
    return content | {"schema_version": 4}


def _from_4(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 5 packs the predictions, and adds the true classes and the data set's own test images; before, none were kept."""
    evaluation, spec = content.get("evaluation"), content.get("spec")
    if isinstance(evaluation, dict) and isinstance(evaluation.get("predictions"), list):
        predictions = pack(np.frombuffer(bytes(evaluation["predictions"]), dtype=np.uint8))
        content = content | {"evaluation": evaluation | {"predictions": predictions}}
    if isinstance(spec, dict) and isinstance(spec.get("data"), dict):
        content = content | {"spec": spec | {"data": spec["data"] | {"official_images": 0}}}
    return content | {"schema_version": 5}


def _from_5(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 6 tells the shape of an image and the names of the classes; before, all data sets were of MNIST's form."""
    dataset = content.get("dataset")
    if isinstance(dataset, dict):
        content = content | {"dataset": dataset | {"shape": [1, 28, 28], "class_names": [str(n) for n in range(10)]}}
    return content | {"schema_version": 6}


_STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _from_1, 2: _from_2, 3: _from_3, 4: _from_4, 5: _from_5,
}  # fmt: skip
assert max(_STEPS) == SCHEMA_VERSION - 1
