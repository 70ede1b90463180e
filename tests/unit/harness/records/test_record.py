"""The record's documented schema."""

from pathlib import Path

from harness.records.record import schema


def test_documented_schema_is_the_codes():
    """docs/record.schema.json is what the code says; its docstring has the line that writes it anew.

    python -c "from harness.records.record import schema; print(schema(), end='')" > docs/record.schema.json
    """
    documented = Path(__file__).parents[4] / "docs" / "record.schema.json"

    assert documented.read_text() == schema()
