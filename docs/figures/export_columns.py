"""Writes the list of columns in docs/export.md from the code.

python -m docs.figures.export_columns
"""

import ast
import inspect
import itertools
from pathlib import Path

import pydantic

from docs.figures import between_marks
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
        meaning = " ".join(meaning.replace("|", "\\|").replace("``", "`").split())
        lines.append(f"| `{column.name}` | {column.kind} | {meaning} |")
    return "\n".join([*lines, ""])


def _docstring(column: Column) -> str:
    """Return the docstring of a field; pydantic does not keep it."""
    return _docstrings(column.part).get(column.field, "") if column.part else ""


def _docstrings(part: type[pydantic.BaseModel]) -> dict[str, str]:
    """Return the docstring below each field of a class."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(part)).body if isinstance(node, ast.ClassDef))
    found = {}
    for field, below in itertools.pairwise(body):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = str(below.value.value)
    return found


def with_table(text: str) -> str:
    """Return the document with the columns of today."""
    return between_marks(text, "columns", table())


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
