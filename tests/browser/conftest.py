"""A browser, and the reports that the tests open: of real small runs with hostile names, and of the reference study."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # the file of axe-core, which the package brings along
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright

from harness.cli.main import qhb
from harness.records.record import RunRecord
from harness.report import write_report
from harness.spec import DataSpec, Run, RunSpec, TrainingSpec
from harness.training.perform import perform

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "study"
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">{{7*7}}"
PHONE, DESKTOP = 375, 1440  # pixels


class Opened:
    """A page in the browser, and all that the browser said of it and asked for.

    Attributes:
        page: The page.
        said: Messages of the console and exceptions of scripts.
        asked: Addresses that it loaded; data: addresses, which are in the page itself, are left out.
    """

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.said, self.asked = page, list[str](), list[str]()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())
        self.asked = [url for url in self.asked if not url.startswith("data:")]

    def column(self, table: str, heading: str) -> list[str]:
        """Return the cells of a column, of the rows that are shown, without their small print."""
        found: list[str] = self.page.evaluate(
            """([table, heading]) => {
                const shown = document.getElementById(`table-${table}`);
                const names = [...shown.querySelectorAll("tr.columns th")].map(cell => cell.textContent);
                const rows = [...shown.tBodies[0].rows].filter(row => row.checkVisibility());
                return rows.map(row => row.cells[names.indexOf(heading)].firstChild.textContent);
            }""",
            [table, heading],
        )
        return found

    def findings(self) -> list[str]:
        """Return what axe-core finds fault with."""
        self.page.evaluate(AXE_SCRIPT)
        found: dict[str, Any] = self.page.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        return [f"{one['impact']} {one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the system's browser; a missing one is a failure, not a skip."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(
            f"no browser: none of {', '.join(BROWSERS)} is on the PATH, and $CHROMIUM is not set; install Debian's package "
            "(apt-get install chromium), or set CHROMIUM to the path of a Chromium"
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens a page; each page has a context of its own, which ends with the test."""
    contexts = []

    def of(path: Path, *, width: int = DESKTOP, **options: Any) -> Opened:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        return Opened(contexts[-1].new_page(), path)

    yield of
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of the reference study, written by ``qhb report``."""
    folder = tmp_path_factory.mktemp("reference")
    done = CliRunner().invoke(qhb, ["report", str(REFERENCE), "--output", str(folder)], standalone_mode=False)
    assert done.return_value == 0, done.output
    return folder / "index.html"


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a classical run, two quantum ones, one of them with a hostile name, and one that diverged."""
    folder = tmp_path_factory.mktemp("small")

    def made(run_id: str, label: str, **spec: object) -> RunRecord:
        asked = {"data": DataSpec(n_images=200, official_images=0), "training": TrainingSpec(epochs=2), **spec}
        run = Run(run_id, label, RunSpec(**asked))
        return perform(run, attempt=1, weights_of=lambda name: folder / f"{name}.safetensors")

    records = [
        made("1" * 64, "linear", head="linear"),
        made("2" * 64, HOSTILE, head="statevector", circuit="eq7", shots=1000),
        made("4" * 64, "exact", head="statevector", circuit="eq7"),
        made("3" * 64, "too fast", head="linear", training=TrainingSpec(learning_rate=1e30)),
    ]
    return write_report(records, folder / "out", title=f"Report {HOSTILE}", results_folder=folder)


@pytest.fixture(params=["small", "reference"])
def report(request: pytest.FixtureRequest) -> Path:
    """Return each of the two reports in turn."""
    found: Path = request.getfixturevalue(request.param)
    return found
