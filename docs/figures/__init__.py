"""Scripts that make the figures of these documents; each prints or writes one table."""

import re


def between_marks(text: str, name: str, content: str) -> str:
    """Return a document with new content between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises:
        ValueError: the document does not have this pair of marks exactly once.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    new, found = pattern.subn(lambda marks: marks[1] + content + marks[2], text)
    if found != 1:
        raise ValueError(f"expected the marks of {name!r} once in the document, found them {found} times")
    return new
