"""Messages about what a plan's text may not hold: the key, its line in the file, and the key that was meant."""

import re

import pydantic_core

from backends.errors import did_you_mean
from harness.plan.schema import SECTIONS, Plan, sections_with


def problem(found: pydantic_core.ErrorDetails, text: str, where: str) -> str:
    """Say what one of pydantic's errors is about.

    Args:
        found: The error.
        text: The plan.
        where: Names the text.
    """
    location = found["loc"]
    key = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in location)
    line = _line_of(location, text)
    place = where if line is None else f"{where}:{line}"
    if found["type"] == "extra_forbidden":
        section = str(location[0]) if len(location) > 1 else ""
        fields = SECTIONS.get(section, Plan).model_fields
        names = {"": "the plan, before its first [table]", "runs": "[[runs]]"}
        homes = " or ".join(names.get(name, f"[{name}]") for name in sections_with(str(location[-1])))
        hint = f"; it is a key of {homes}" if homes else did_you_mean(str(location[-1]), fields)
        return f"{place}: unknown key {key}{hint} (known: {', '.join(fields)})"
    if found["type"] == "missing":
        return f"{place}: missing key {key}"
    hint = ""
    if found["type"] == "literal_error":
        hint = did_you_mean(str(found["input"]), re.findall(r"'([^']*)'", found["ctx"]["expected"]))
    return f"{place}: {key}: {found['msg']}, got {found['input']!r}{hint}"


def _line_of(location: tuple[int | str, ...], text: str) -> int | None:
    """Return the number of the line in a plan's text that sets a key, or begins its table; None if none is found.

    Args:
        location: As pydantic gives it: ("training", "epochs"), ("runs", 1, "shots"), ("seeds", 0), ...
        text: The plan.
    """
    names = [part for part in location if isinstance(part, str)]
    if not names:
        return None
    section, key = (names[0], names[1]) if len(names) > 1 else ("", names[0])
    table = 1 + next((part for part in location if isinstance(part, int)), 0) if section == "runs" else 1
    current, n_seen, heading = "", 1 if section == "" else 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[{1,2}\s*([\w-]+)\s*\]{1,2}", line):
            current = header[1]
            n_seen += current == section
            if current == (section or key) and n_seen == table:
                heading = heading or number
        elif current == section and n_seen == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return heading
