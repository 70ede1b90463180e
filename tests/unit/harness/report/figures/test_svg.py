"""Inline SVG: no style attribute, the page's colours, ids of its own, and the texts of marks."""

import xml.etree.ElementTree as ET

from harness.report.figures.rows import left_out, name_rows
from harness.report.figures.svg import ACCENT, Drawing, canvas, drawing, mark

HOSTILE = "<script>&\"' ]]>"


def drawn_of(name: str = "one") -> Drawing:
    with canvas(name, width=3, height=2) as figure:
        axes = figure.add_subplot()
        (line,) = axes.plot([0, 1], [0, 1], color=ACCENT, linewidth=2)
        mark(line, title=HOSTILE, part="curve-7")
        name_rows(axes, ["a whole name", "b"], ["a…", "b"])
        return drawing(figure, name=name, alt=HOSTILE, caption="c")


def test_colours_are_the_pages_and_there_is_no_style_attribute() -> None:
    """The page's policy refuses style attributes; the colours are variables, so that they follow the theme."""
    svg = drawn_of().svg
    assert "style=" not in svg
    assert 'stroke="var(--accent)"' in svg
    assert "#0a00" not in svg
    assert 'stroke-width="2"' in svg


def test_a_mark_is_a_title_and_a_class() -> None:
    """A title is the first child of its element, and any text in it is a text; no other id than the figure's remains."""
    root = ET.fromstring(drawn_of().svg)
    assert root.get("aria-label") == HOSTILE
    (part,) = root.iterfind(".//*[@class='curve-7']")
    assert (part[0].tag, part[0].text) == ("title", HOSTILE)
    assert {node.text for node in root.iter("title")} == {"a whole name", HOSTILE}
    assert all(node.get("id", "one-").startswith("one-") for node in root.iter())


def test_a_figure_says_how_many_rows_it_leaves_out() -> None:
    """Nothing where it leaves none out."""
    assert left_out(3, 3, "heads") == ""
    assert left_out(3, 5, "heads") == " The first 3 of 5 heads; all are in the table."
