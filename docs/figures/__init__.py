"""What makes the figures of these documents: each module prints, or writes, those of one table."""

import re


def between_marks(text: str, name: str, content: str) -> str:
    """Return a document with other content between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises:
        ValueError: it does not have these marks once.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    new, found = pattern.subn(lambda marks: marks[1] + content + marks[2], text)
    if found != 1:
        raise ValueError(f"expected the marks of {name!r} once in the document, found them {found} times")
    return new
