"""Writes the list of columns in docs/export.md from the code.

python -m docs.figures.export_columns
"""

from pathlib import Path

from docs.figures import between_marks
from docs.figures.field_texts import field_texts, in_a_cell
from harness.records.export import Column, columns

DOCUMENT = Path(__file__).resolve().parents[1] / "export.md"
_PLAIN = {
    "head": "name of the head, or package.module:Class",
    "options": "options of the head, by name",
    "seed": "of initial weights, order of images, dropout and shots",
    "data.name": "the data set's",
    "training.epochs": "times that each training image is used",
    "training.learning_rate": "of the optimizer, Adam",
    "training.batch_size": "images of a step",
    "data.n_images": "images that are used, the first ones of the training file",
    "model.padding": "of the convolutions",
    "model.pool_kernel": "width of the pooling window, pixels",
    "model.dropout": "share of the feature maps that training leaves out",
}
"""Settings that harness/spec.py does not describe, or of which it says only whose default it is."""


def table() -> str:
    """Return the columns as a Markdown table."""
    lines = ["| Column | Holds | Meaning |", "|---|---|---|"]
    for column in columns():
        meaning = _PLAIN.get(column.name) or column.meaning or _docstring(column)
        lines.append(f"| `{column.name}` | {column.kind} | {in_a_cell(meaning)} |")
    return "\n".join([*lines, ""])


def _docstring(column: Column) -> str:
    """Return the docstring of a field."""
    return field_texts(column.part).get(column.field, "") if column.part else ""


def with_table(text: str) -> str:
    """Return the document with the columns of today."""
    return between_marks(text, "columns", table())


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
