"""The mutants that docs/mutants.md lists as equivalent: no test can tell them from the source."""

import re
from pathlib import Path

LIST = "docs/mutants.md"
_ENTRY = re.compile(r"^```diff\n- (?P<old>.*)\n\+ (?P<new>.*)\n```$", re.MULTILINE)
_HEADING = re.compile(r"^### `(?P<path>[^`]+)`$", re.MULTILINE)

Equivalents = frozenset[tuple[str, str, str]]
"""(path, line as it is, line as it would be) of each mutant."""


def read(root: Path) -> Equivalents:
    """Return the listed mutants.

    Raises:
        ValueError: a line is no longer in its module.
    """
    parts = _HEADING.split((root / LIST).read_text())
    found = set()
    for path, text in zip(parts[1::2], parts[2::2], strict=True):
        lines = {line.strip() for line in (root / path).read_text().splitlines()}
        for entry in _ENTRY.finditer(text):
            if entry["old"] not in lines:
                raise ValueError(
                    f"{LIST} lists a line that {path} does not have: {entry['old']}; remove or mend the entry"
                )
            found.add((path, entry["old"], entry["new"]))
    return frozenset(found)
