"""Texts of reports: untrusted text made safe for each format, numbers formatted for people, missing numbers."""

import dataclasses
import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable
from typing import Any

DASH = "–"
WIDTH = 80
"""Columns of a terminal, where it does not say how many it has."""
# Special inside a line (an underscore within a word is not), and at the start of a line (lists and headings).
_MARKDOWN_SPECIAL = re.compile(r"([\\`*\[\]|~$]|(?<!\w)_|_(?!\w))")
_MARKDOWN_START = re.compile(r"^(\s*)(\d*)((?<=\d)[.)]|(?<!\d)[-+#=])(?=[-+#=\s]|$)")
_A_RANGE = 3
_CSV_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclasses.dataclass(frozen=True)
class Missing:
    """A number that does not exist, with the reason."""

    reason: str

    def __str__(self) -> str:
        return DASH


def json_values(value: Any) -> Any:
    """Return dataclasses, lists and numbers as JSON values; a number that does not exist is {"missing": reason}."""
    if isinstance(value, Missing):
        return {"missing": value.reason}
    if dataclasses.is_dataclass(value):
        return {field.name: json_values(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [json_values(part) for part in value]
    if isinstance(value, dict):
        return {key: json_values(part) for key, part in value.items()}
    return value


def clean(text: object, *, lines: bool = False) -> str:
    r"""Return text in which every control or invisible character is replaced by a visible one.

    >>> clean("a\x1b[31mb")
    'a␛[31mb'

    Args:
        text: Any value; it is converted by ``str``.
        lines: Keep line breaks, as in a traceback.
    """
    return "".join(char if lines and char == "\n" else _visible(char) for char in str(text))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc":
        code = ord(char)
        return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"\\x{code:02x}"
    return f"\\u{ord(char):04x}" if category in ("Cf", "Cn", "Cs", "Zl", "Zp") else char


def wrapped(text: str, *, indent: str = "", width: int = WIDTH) -> str:
    """Return text in lines of at most ``width`` characters, words kept whole; the lines after the first stand 2 further in."""
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def short(text: str, limit: int) -> str:
    """Return the text, cut with an ellipsis where it is longer than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def csv_safe(value: object) -> object:
    """Return a string that no spreadsheet takes for a formula; other values are returned unchanged.

    Source: OWASP, CSV Injection.
    """
    return "'" + value if isinstance(value, str) and value.startswith(_CSV_FORMULA) else value


def markdown(value: object) -> str:
    """Return text that Markdown shows literally, also in the cell of a table."""
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", clean(value).replace("&", "&amp;"))
    return _MARKDOWN_START.sub(r"\1\2\\\3", escaped.replace("<", "&lt;").replace(">", "&gt;"))


def fenced(text: str, language: str = "") -> str:
    """Return a Markdown code block; its fence is longer than any row of backticks in the text."""
    longest = max((len(row) for row in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def count(value: float) -> str:
    """Return a count with thousands separators; a mean that is not whole has one decimal."""
    return f"{value:,.0f}" if math.isclose(value, round(value), abs_tol=1e-9) else f"{value:,.1f}"


def compact(value: float) -> str:
    """Return a count in words from a million on: 5,760,000 -> "5.76 million"."""
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= 0.9995 * size:
            return f"{value / size:.3g} {name}"
    return count(value)


def significant(value: float, digits: int = 3) -> str:
    """Return a number rounded to some significant digits, with thousands separators and without a power of ten."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{round(value, digits - 1 - math.floor(math.log10(abs(value)))):,.{decimals}f}"


def seconds(value: float) -> str:
    """Return seconds with two decimals; a time that would be rounded to zero is "<0.01"."""
    return "<0.01" if 0 < value < 0.005 else f"{value:,.2f}"


def duration(value_s: float) -> str:
    """Return a time of any length with three digits: "2.54 s", "12.2 h", "17.0 days"."""
    for unit_s, unit in ((86_400, "days"), (3_600, "h")):
        if value_s >= 3 * unit_s:
            return f"{significant(value_s / unit_s)} {unit}"
    return f"{significant(value_s)} s"


def share(value: float, n_images: int) -> str:
    """Return an accuracy or a score with three decimals, four where there are more than 1,000 images."""
    return f"{value:.{4 if n_images > 1000 else 3}f}"


def listed(words: list[str]) -> str:
    """Return "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def counted(number: int, noun: str) -> str:
    """Return "1 run", "2 runs"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def ranges(numbers: Iterable[int]) -> str:
    """Return increasing numbers, three or more in a row as a range: "0, 1, 5–9"."""
    rows: list[list[int]] = []
    for number in numbers:
        if rows and number == rows[-1][-1] + 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    parts = [[f"{row[0]}–{row[-1]}"] if len(row) >= _A_RANGE else list(map(str, row)) for row in rows]
    return ", ".join(part for found in parts for part in found)
