"""Text and numbers as the report prints them."""

import dataclasses
import json

import pytest

from harness.statistics.verdicts import Verdict
from harness.text import (
    Missing,
    clean,
    compact,
    count,
    csv_safe,
    fenced,
    json_values,
    markdown,
    ranges,
    seconds,
    share,
    significant,
    wrapped,
)


@dataclasses.dataclass(frozen=True)
class _Part:
    number: float | Missing
    parts: tuple["_Part", ...] = ()


def test_json_values() -> None:
    """Dataclasses in lists in dictionaries become JSON; a number that does not exist says why, wherever it stands."""
    found = json_values({"a": [_Part(1.5, (_Part(Missing("none")),))], "b": Missing("why"), "c": Verdict.BETTER})

    assert json.loads(json.dumps(found)) == {
        "a": [{"number": 1.5, "parts": [{"number": {"missing": "none"}, "parts": []}]}],
        "b": {"missing": "why"},
        "c": "better",
    }


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("nul\x00", "nul␀"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\x7f\x9b", "␡\\x9b"),
        ("right\u202eleft", "right\\u202eleft"),
        ("\ud800", "\\ud800"),
        ("φ₁ 数 é", "φ₁ 数 é"),
    ],
)
def test_invisible_characters_are_made_visible(hostile: str, shown: str) -> None:
    """Control characters, terminal escapes, direction marks and lone surrogates become visible; other text is unchanged."""
    assert clean(hostile) == shown
    clean(hostile).encode()


def test_line_breaks_stay_only_where_asked() -> None:
    """A traceback keeps its lines; a label is one line."""
    assert clean("a\nb", lines=True) == "a\nb"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_starts_a_formula(text: str) -> None:
    """Text that a spreadsheet would take for a formula gets an apostrophe; numbers are unchanged."""
    assert csv_safe(text) == "'" + text
    assert csv_safe(-1.5) == -1.5


def test_markdown_shows_markup_literally() -> None:
    """Pipes, backticks, brackets and tags are escaped."""
    assert markdown("a|b `c` <d> [e](f)") == "a\\|b \\`c\\` &lt;d&gt; \\[e\\](f)"
    assert markdown("_a_ b_c *d*") == "\\_a\\_ b_c \\*d\\*"
    assert [markdown(text) for text in ("- a", "1. a", "# a", "0.5 - 1")] == ["\\- a", "1\\. a", "\\# a", "0.5 - 1"]


def test_a_fence_is_longer_than_any_backticks_inside() -> None:
    """Text cannot close its own code block."""
    assert fenced("````").splitlines() == ["`````", "````", "`````"]


def test_numbers_as_people_read_them() -> None:
    """Numbers have thousands separators, no powers of ten, and as many decimals as the images can resolve."""
    assert [count(2880), count(31.4)] == ["2,880", "31.4"]
    assert [significant(x) for x in (0, 0.01234, 6.321, 1941234, 99.96)] == [
        "0",
        "0.0123",
        "6.32",
        "1,940,000",
        "100.0",
    ]
    assert [seconds(0), seconds(0.001), seconds(1234.5)] == ["0.00", "<0.01", "1,234.50"]
    assert [share(0.97, 1000), share(0.97, 10_000)] == ["0.970", "0.9700"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (288_000, "288,000"),
        (5_760_000, "5.76 million"),
        (999_600_000, "1 billion"),
        (2.5e9, "2.5 billion"),
        (3e12, "3 trillion"),
    ],
)
def test_large_counts_are_in_words(value: float, text: str) -> None:
    """From a million on three digits are enough; no power of ten is shown."""
    assert compact(value) == text


def test_numbers_in_a_row_are_a_range() -> None:
    """Two in a row stay as they are."""
    assert ranges((0, 1, 2, 3, 7, 9, 10)) == "0–3, 7, 9, 10"
    assert ranges((4,)) == "4"
    assert ranges(()) == ""


def test_paragraphs_fit_a_terminal() -> None:
    """Lines have at most 80 characters and all but the first are indented; words are neither broken nor lost."""
    text = "name(n_qubits=4, n_layers=2) " * 8 + "x" * 90
    lines = wrapped(text).splitlines()

    assert max(map(len, lines[:-1])) <= 80
    assert lines[-1] == "  " + "x" * 90
    assert all(line.startswith("  ") for line in lines[1:])
    assert " ".join(line.strip() for line in lines) == text
