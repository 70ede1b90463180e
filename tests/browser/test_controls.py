"""What a reader can do with the page: sort, filter, choose a theme, a cost and curves, save figures."""

import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.conftest import HOSTILE, Opened
from playwright.sync_api import Page

Open = Callable[..., Opened]
SVG = "{http://www.w3.org/2000/svg}"


def heading(page: Page, table: str, name: str):
    return page.locator(f"#table-{table} tr.columns").get_by_role("button", name=name, exact=True)


def test_a_table_sorts_by_number_and_back(opened: Open, reference: Path) -> None:
    """Up, down, and as it was; the heading says which; dashes come last both ways."""
    shown = opened(reference)
    at_first = shown.column("comparison", "Requested in training")
    assert "–" in at_first
    by_size = {"–": None, "640,000": 640e3, "1.92 million": 1.92e6, "5.76 million": 5.76e6}
    sort = heading(shown.page, "comparison", "Requested in training")
    for order, reverse in (("ascending", False), ("descending", True)):
        sort.click()
        values = [by_size[text] for text in shown.column("comparison", "Requested in training")]
        numbers = [value for value in values if value is not None]
        assert numbers == sorted(numbers, reverse=reverse)
        assert values[len(numbers):] == [None] * at_first.count("–")  # fmt: skip
        assert shown.page.locator("#table-comparison [aria-sort]").get_attribute("aria-sort") == order
    sort.click()
    assert shown.column("comparison", "Requested in training") == at_first
    assert shown.page.locator("#table-comparison [aria-sort]").count() == 0
    assert shown.said == []


def test_a_table_sorts_by_text_from_the_keyboard(opened: Open, reference: Path) -> None:
    """The heading is a button: it has the focus, and Enter sorts."""
    shown = opened(reference)
    heading(shown.page, "comparison", "Head").focus()
    shown.page.keyboard.press("Enter")
    labels = shown.column("comparison", "Head")
    assert labels == sorted(labels)
    assert len(labels) == 16


def test_rows_below_the_rule_stay_there(opened: Open, reference: Path) -> None:
    """The averages of Table 1 are no digits: sorting leaves them at the end."""
    shown = opened(reference)
    heading(shown.page, "classes", "Digit").click()
    heading(shown.page, "classes", "Digit").click()
    assert shown.column("classes", "Digit") == [str(digit) for digit in range(9, -1, -1)]
    rows = shown.page.locator("#table-classes tbody th").all_inner_texts()
    assert rows[-2:] == ["Accuracy", "Macro average"]


def test_a_table_is_filtered_by_words(opened: Open, reference: Path) -> None:
    """Rows with all words, in whatever case; the number of them is told; without words all rows are back."""
    shown = opened(reference)
    frame = shown.page.locator("div.table[data-table=runs]")
    words = frame.get_by_role("searchbox")
    words.fill("SHOTS shuffled")
    assert shown.column("runs", "Head") == ["eq7 1000 shots, shuffled labels"] * 3
    assert frame.locator("output").inner_text().strip() == "3 of 176 rows"
    words.fill("no such run")
    assert shown.column("runs", "Head") == []
    words.fill("")
    assert len(shown.column("runs", "Head")) == 176


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_readers_until_another_is_chosen(opened: Open, small: Path, scheme: str) -> None:
    """The page and its figures follow the system's scheme, or the switch."""
    page = opened(small, color_scheme=scheme).page
    colors = {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}
    inks = {}
    assert background(page) == colors[scheme]
    for theme in ("dark", "light"):
        page.locator(f"#theme-{theme}").check()
        assert background(page) == colors[theme]
        inks[theme] = page.locator("#figure-accuracy text").first.evaluate("one => getComputedStyle(one).fill")
    assert inks["dark"] != inks["light"]
    page.locator("#theme-auto").check()
    assert background(page) == colors[scheme]


def test_one_kind_of_cost_is_drawn_at_a_time(opened: Open, report: Path) -> None:
    """Seconds at first; then what is chosen."""
    page = opened(report).page
    for chosen in ("seconds", "evaluations", "qpu"):
        if not page.locator(f"#cost-{chosen}").count():
            continue
        page.locator(f"#cost-{chosen}").check()
        shown = page.locator(".choice figure").evaluate_all(
            "all => all.filter(one => one.checkVisibility()).map(one => one.id)"
        )
        assert shown == [f"figure-cost-{chosen}"]


def test_curves_are_chosen(opened: Open, reference: Path) -> None:
    """Twelve heads at first; a box shows or hides one in every panel; the buttons all, none, and as at first."""
    page = opened(reference).page
    legend = page.locator("#figure-curves .legend")

    def drawn() -> int:
        parts = page.locator("#figure-curves .plot [class^=curve-]")
        shown = parts.evaluate_all(
            "all => all.filter(one => getComputedStyle(one).display !== 'none').map(one => one.className.baseVal)"
        )
        assert {shown.count(part) for part in shown} <= {4}  # a band and a line in each of two panels
        return len(set(shown))

    assert (drawn(), legend.locator("input").count()) == (12, 14)
    legend.get_by_label("linear", exact=True).uncheck()
    assert drawn() == 11
    assert not page.locator("#figure-curves .plot .curve-0").first.is_visible()
    for button, expected in (("all", 14), ("none", 0), ("as at first", 12)):
        legend.get_by_role("button", name=button).click()
        assert drawn() == expected


def saved(page: Page, figure: str, kind: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=f"Save figure {figure} as {kind}").click()
    assert started.value.suggested_filename == f"{figure}.{kind.lower()}"
    return Path(started.value.path()).read_bytes()


def test_a_figure_is_saved_as_svg(opened: Open, reference: Path, tmp_path: Path) -> None:
    """The file has plain colours, the chosen curves alone, and their legend; a browser shows it without a complaint."""
    shown = opened(reference, color_scheme="light")
    shown.page.locator("#figure-curves .legend").get_by_role("button", name="none").click()
    shown.page.locator("#figure-curves .legend").get_by_label("cosine", exact=True).check()
    content = saved(shown.page, "curves", "SVG")
    root = ET.fromstring(content)
    assert {node.get("class") for node in root.iter()} == {None, "curve-2"}
    assert [node.text for node in root.findall(f"{SVG}text")] == ["cosine"]
    assert root[0].get("fill") == "rgb(255, 255, 255)"
    assert b"var(" not in content
    assert shown.said == []
    file = tmp_path / "curves.svg"
    file.write_bytes(content)
    alone = opened(file)
    assert alone.said == []
    assert alone.page.locator("svg").bounding_box()["height"] > 200


def test_every_figure_is_saved_as_png(opened: Open, small: Path) -> None:
    """Twice as many pixels as the drawing has units, and not all of one colour."""
    shown = opened(small)
    names = shown.page.locator("figure").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.id)"
    )
    assert len(names) >= 5
    for name in names:
        content = saved(shown.page, name.removeprefix("figure-"), "PNG")
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", content[16:24])[0] > 200
        assert len(content) > 2000
    assert shown.said == []


def test_a_hostile_name_is_text_in_a_saved_figure(opened: Open, small: Path) -> None:
    """The saved file has the whole name, as text."""
    root = ET.fromstring(saved(opened(small).page, "curves", "SVG"))
    assert HOSTILE in [node.text for node in root.findall(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}script"))
