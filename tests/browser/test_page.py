"""Both reports in a browser: nothing is complained of, nothing is loaded, nothing overflows, and everybody can read it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browser.conftest import DESKTOP, HOSTILE, PHONE, Opened

Open = Callable[..., Opened]
SECTIONS = (
    "verdicts", "differences", "comparisons", "comparison", "learning", "digits", "samples", "time", "sweeps", "cost", "circuits",
    "settings", "runs", "limits",
)  # fmt: skip


def test_it_opens_in_silence_and_asks_for_nothing(opened: Open, report: Path) -> None:
    """The console is empty, and the only address that is loaded is the file's."""
    shown = opened(report)
    shown.page.locator("#limits").scroll_into_view_if_needed()
    assert (shown.said, shown.asked) == ([], [report.as_uri()])
    assert shown.page.locator("main > section").evaluate_all("all => all.map(one => one.id)") == [*SECTIONS]


@pytest.mark.parametrize("width", [PHONE, 768, 1100, DESKTOP])
def test_nothing_is_wider_than_the_screen(opened: Open, report: Path, width: int) -> None:
    """Wide tables and figures scroll in frames of their own; the page itself does not scroll sideways."""
    page = opened(report, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")])
def test_axe_finds_no_fault(opened: Open, report: Path, width: int, scheme: str) -> None:
    """No finding of axe-core, whatever its impact: contrasts, names of controls, headings, frames that scroll."""
    assert opened(report, width=width, color_scheme=scheme).findings() == []


def test_axe_finds_faults_where_there_are_some(opened: Open, small: Path, tmp_path: Path) -> None:
    """The check can fail: a page without a language, and with a button without a name."""
    broken = tmp_path / "broken.html"
    text = small.read_text(encoding="utf-8")
    broken.write_text(
        text.replace(' lang="en"', "", 1).replace("</main>", "<button></button></main>"), encoding="utf-8"
    )
    found = opened(broken).findings()
    assert [finding.partition(":")[0] for finding in found] == ["critical button-name", "serious html-has-lang"]


def test_hostile_names_are_text(opened: Open, small: Path) -> None:
    """A name that is markup is shown literally: in the title, in tables, in figures; the page's title stays ours."""
    shown = opened(small)
    assert shown.page.title() == f"Report {HOSTILE}"
    assert shown.page.locator("h1").inner_text() == f"Report {HOSTILE}"
    assert shown.page.locator("img").count() == 0
    assert shown.page.locator("script").count() == 1
    assert shown.page.locator(".names dd").all_inner_texts() == [HOSTILE]
    assert HOSTILE in shown.page.locator("#table-comparison [title]").first.get_attribute("title")
    assert HOSTILE in shown.page.locator("#figure-accuracy title").first.text_content()


def test_the_policy_refuses_what_the_escaping_let_through(opened: Open, small: Path, tmp_path: Path) -> None:
    """A script and a style that are put into the file do nothing, and the console says so: it is really read."""
    text = small.read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    added = "<script>document.title='taken'</script><p id='styled' style='color: rgb(1, 2, 3)'>x</p></main>"
    broken.write_text(text.replace("</main>", added), encoding="utf-8")
    shown = opened(broken)
    assert shown.page.title() == f"Report {HOSTILE}"
    assert shown.page.locator("#styled").evaluate("one => getComputedStyle(one).color") != "rgb(1, 2, 3)"
    assert ["Content Security Policy" in message for message in shown.said] == [True, True]


def test_it_prints(opened: Open, report: Path) -> None:
    """Printed, the page shows what is folded and no controls; dark turns into light."""
    page = opened(report, color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("details pre").first.evaluate("one => one.checkVisibility({contentVisibilityAuto: true})")
    assert not page.locator("nav").is_visible()
    assert not page.locator(".save").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


def test_without_javascript_everything_is_there(opened: Open, reference: Path) -> None:
    """Tables, figures, and the choices of theme, cost and curves; only sorting, filtering and saving are missing."""
    page = opened(reference, java_script_enabled=False).page
    assert page.locator(".filter, .sort, .save").count() == 0
    assert page.locator("#table-runs tbody tr").count() == 176
    page.locator("label[for=cost-qpu]").click()
    assert page.locator("#figure-cost-qpu").is_visible()
    assert not page.locator("#figure-cost-seconds").is_visible()
    page.locator("#curve-0").uncheck()
    assert not page.locator(".plot .curve-0").first.is_visible()
