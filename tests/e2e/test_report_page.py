"""A report of real runs in a real browser: it shows everything, runs no script of a label, and can be printed."""

import os
import shutil
import subprocess
from pathlib import Path

import matplotlib.image
import pytest

from harness.records.record import RunRecord
from harness.report import write_report
from harness.spec import DataSpec, Run, RunSpec, TrainingSpec
from harness.training.perform import perform

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PROGRAM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">{{7*7}}"
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason=f"no browser found: none of {', '.join(BROWSERS)}, no $CHROMIUM"
)


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a page in a browser with a fresh profile; return its output."""
    command = [str(PROGRAM), *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a classical run, a quantum one with shots and without, and one that diverged."""
    folder = tmp_path_factory.mktemp("report")

    def made(run_id: str, label: str, **spec: object) -> RunRecord:
        asked = RunSpec(
            **{"data": DataSpec(n_images=200, official_images=0), "training": TrainingSpec(epochs=2), **spec}
        )
        return perform(Run(run_id, label, asked), attempt=1, weights_of=lambda name: folder / f"{name}.safetensors")

    records = [
        made("1" * 64, "linear", head="linear"),
        made("2" * 64, HOSTILE, head="statevector", circuit="eq7", shots=1000),
        made("4" * 64, "exact", head="statevector", circuit="eq7"),
        made("3" * 64, "too fast", head="linear", training=TrainingSpec(learning_rate=1e30)),
    ]
    return write_report(records, folder / "out", title=f"Report {HOSTILE}")


def test_the_browser_shows_it_without_a_complaint(page: Path, tmp_path: Path) -> None:
    """The console is empty (a refused resource would be reported there), hostile labels are text, and no section is missing."""
    seen = browse(page, tmp_path, "--dump-dom")
    assert "CONSOLE" not in seen.stderr
    assert "<title>Report &lt;script&gt;" in seen.stdout
    assert "&lt;script&gt;document.title='taken'&lt;/script&gt;" in seen.stdout
    assert "<title>taken" not in seen.stdout
    for section in (
        "verdicts",
        "what-was-run",
        "comparisons",
        "comparison",
        "sweeps",
        "time",
        "digits",
        "learning",
        "circuits",
        "settings",
        "runs",
        "limits",
    ):
        assert f'<section id="{section}"' in seen.stdout
    assert seen.stdout.count("<svg") >= 5


def test_the_policy_refuses_what_the_escaping_let_through(page: Path, tmp_path: Path) -> None:
    """A script that is put into the file does not run, and the console reports it, so the console is really read."""
    text = page.read_text(encoding="utf-8").replace("</main>", "<script>document.title='taken'</script></main>")
    broken = tmp_path / "broken.html"
    broken.write_text(text, encoding="utf-8")
    seen = browse(broken, tmp_path / "profile", "--dump-dom")
    assert "<title>taken" not in seen.stdout
    assert "CONSOLE" in seen.stderr
    assert "Content Security Policy" in seen.stderr


@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_light_and_dark_differ(page: Path, tmp_path: Path, scheme: int) -> None:
    """The page follows the reader's colour scheme: its first rows of pixels are dark or light."""
    picture = tmp_path / "page.png"
    setting = f"--blink-settings=preferredColorScheme={scheme}"
    browse(
        page, tmp_path / "profile", setting, f"--screenshot={picture}", "--window-size=1300,900", "--hide-scrollbars"
    )
    pixels = matplotlib.image.imread(picture)
    assert pixels.shape[:2] == (900, 1300)
    corner = pixels[2, 2, :3].mean()
    assert corner < 0.2 if scheme == 0 else corner > 0.95
    assert pixels.std() > 0.02


def test_it_prints(page: Path, tmp_path: Path) -> None:
    """The page makes a PDF."""
    paper = tmp_path / "page.pdf"
    browse(page, tmp_path / "profile", f"--print-to-pdf={paper}")
    assert paper.read_bytes().startswith(b"%PDF")
