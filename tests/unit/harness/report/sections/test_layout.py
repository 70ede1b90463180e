"""Cells: the number by which a reader sorts."""

import math

import pytest

from harness.report.sections.layout import Cell
from harness.text import Missing, compact, count, duration, seconds, share, significant


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((write(number), number) for write in (compact, count, significant) for number in (0, 7, 640_000, 5_760_000, 2e9, 3e12)),
        *((duration(number), number) for number in (2.54, 10_000, 43_900, 1_468_800)),
        (share(0.9813, 10_000), 0.9813), (seconds(0.001), 0.01), (seconds(1234.5), 1234.5),
        ("-0.54", -0.54), ("−0.54", -0.54), ("+1.08", 1.08), ("-0.73 to -0.35", -0.73), ("8.87 ×", 8.87), ("97.5 %", 97.5),
        ("<0.001", 0.001), ("1e-05", 1e-5), ("320 + 2,560", 320),
    ],
)  # fmt: skip
def test_the_texts_of_numbers_are_sorted_as_numbers(text: str, value: float) -> None:
    """Whatever a number was written as, in its unit; three digits of a large one are enough to sort."""
    found = Cell(text).value
    assert found is not None
    assert math.isclose(found, value, rel_tol=0.005)


@pytest.mark.parametrize("cell", [Cell(str(Missing("none"))), Cell("12", number=False), Cell(""), Cell("never")])
def test_dashes_and_texts_have_no_number(cell: Cell) -> None:
    """A missing number comes last, and a text is sorted as text."""
    assert cell.value is None
