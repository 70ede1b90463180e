"""The record's documented schema."""

import datetime
import re
from pathlib import Path

import pydantic
import pytest

from harness.records.record import Epoch, now, schema


def test_documented_schema_is_the_codes():
    """docs/record.schema.json is what the code says; its docstring has the line that writes it anew.

    python -c "from harness.records.record import schema; print(schema(), end='')" > docs/record.schema.json
    """
    documented = Path(__file__).parents[4] / "docs" / "record.schema.json"

    assert documented.read_text() == schema()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_of_a_record_are_finite(value):
    """JSON has no NaN: a loss that is not finite ends a run and stands in no record."""
    epoch = {"epoch": 1, "train_loss": 1.0, "train_accuracy": 0.5, "validation_loss": 1.0, "validation_accuracy": 0.5}
    Epoch(**epoch)

    with pytest.raises(pydantic.ValidationError, match="finite number"):
        Epoch(**epoch | {"validation_loss": value})


@pytest.mark.parametrize(
    ("field", "value"), [("train_accuracy", 1.1), ("train_accuracy", -0.1), ("train_loss", "a"), ("other", 1)]
)
def test_parts_of_a_record_are_checked(field, value):
    """Shares from 0 to 1, numbers, and no field that the schema does not know."""
    epoch = {"epoch": 1, "train_loss": 1.0, "train_accuracy": 0.5, "validation_loss": 1.0, "validation_accuracy": 0.5}
    for sound in (0.0, 1.0):
        Epoch(**epoch | {"train_accuracy": sound})

    with pytest.raises(pydantic.ValidationError, match=field):
        Epoch(**epoch | {field: value})


def test_times_are_utc_to_the_second():
    """As 2026-01-31T12:00:00Z."""
    assert datetime.datetime.fromisoformat(now()).tzinfo == datetime.UTC
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now())
