"""`qhb run --only` and `--quiet`, and output off a terminal, on it, and without colours."""

import contextlib
import os
import pty
import re
import subprocess
import sys

import pytest

from harness.plan.last_plan import read_last_plan
from harness.records.store import Store

_QHB = [sys.executable, "-c", "from harness.cli.main import main; main()"]
_PLAN = """
name = "p"
seeds = [0]
data = { n_images = 60, official_images = 0 }
training = { epochs = 1 }
runs = [
  { head = "linear" },
  { head = "linear", label = "too fast", training = { learning_rate = 1e30 } },
  { head = "linear", label = "again", weights_of = "linear" },
]
"""


@pytest.fixture
def qhb(tmp_path):
    """Return a function that runs qhb in a folder with a plan of three runs, one of which diverges."""
    (tmp_path / "p.toml").write_text(_PLAN)

    def run(*arguments):
        return subprocess.run([*_QHB, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=300)

    return run


def test_some_entries_now_and_the_others_later(qhb, tmp_path):
    """Only what is asked and what it needs is made; it decides the exit code, and status tells how to make the rest."""
    store = Store(tmp_path / "results/runs/p")
    some = qhb("run", "p.toml", "--only", "again")
    first = {record.label for record in store.read().records}
    status = qhb("status").stdout
    rest = qhb("run", "p.toml")

    assert (some.returncode, first) == (0, {"linear", "again"})
    assert "plan p: 2 of 3 runs, 0 done already, 2 to make" in some.stdout
    assert len(read_last_plan(store.root).runs) == 3
    assert "to go on: qhb run p.toml\n" in status
    assert rest.returncode == 3
    assert "plan p: 3 runs, 2 done already, 1 to make" in rest.stdout


def test_quiet_tells_what_went_wrong_alone(qhb):
    """Nothing where all is ok; else the runs that are not, and how to go on."""
    ok, failed = qhb("run", "p.toml", "--only", "linear", "--quiet"), qhb("run", "p.toml", "--quiet")

    assert (ok.returncode, ok.stdout, ok.stderr) == (0, "", "")
    assert failed.returncode == 3
    assert "diverged too fast, seed 0" in failed.stdout
    assert "add --retry failed" in failed.stdout
    assert "linear, seed 0" not in failed.stdout
    assert "report:" not in failed.stdout


def test_off_a_terminal_lines_are_plain(qhb):
    """No escape sequence and no carriage return reach a file or a pipe."""
    assert not re.search(r"[\x1b\r]", qhb("run", "p.toml", "--only", "linear").stdout + qhb("list").stdout)


def _all_of(terminal: int) -> bytes:
    """Return what is written to a terminal until its other end is closed, which Linux reports as EIO."""
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65_536):
            shown += part
    return shown


@pytest.mark.parametrize(("no_color", "styled"), [("", True), ("1", False)])
def test_colours_on_a_terminal(no_color, styled):
    """Headings are bold on a terminal, and plain where NO_COLOR is set (no-color.org)."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": no_color}
    with subprocess.Popen([*_QHB, "list"], stdout=theirs, env=environment) as process:
        os.close(theirs)
        shown = _all_of(ours).decode()  # while it runs: a terminal that nobody reads takes 4 KiB, then the writer waits
    os.close(ours)

    assert process.returncode == 0
    assert "quantum heads" in shown
    assert ("\x1b[1m" in shown) is styled
