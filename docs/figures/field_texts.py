"""What the settings of a class mean: the docstring below each field, which pydantic does not keep."""

import ast
import inspect
import itertools

import pydantic


def field_texts(part: type[pydantic.BaseModel]) -> dict[str, str]:
    """Return the docstring below each field of a class, by the field's name."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(part)).body if isinstance(node, ast.ClassDef))
    found = {}
    for field, below in itertools.pairwise(body):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = str(below.value.value)
    return found


def in_a_cell(text: str) -> str:
    """Return a docstring as the text of a cell in a Markdown table."""
    return " ".join(text.replace("|", "\\|").replace("``", "`").split())
