"""Progress in a notebook: a bar that is redrawn in its place, with every text escaped, and only where there is a notebook."""

import sys
import types

import pytest
from unit.harness.report.example_records import record

from harness.api.console import StudyProgress
from harness.api.notebook import NotebookDisplay, bar_html
from harness.execution.progress import RunProgress


class _Place:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, content: str) -> None:
        self.shown.append(content)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> _Place:
    """Put a notebook's IPython in place, and return where its bar is drawn."""
    found = _Place()
    display = types.SimpleNamespace(HTML=str, display=lambda content, display_id: found)
    ipython = types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace(kernel=object()), display=display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return found


def test_there_is_no_notebook_without_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in a script nor in a terminal's IPython."""
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert NotebookDisplay.here() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert NotebookDisplay.here() is None


def test_the_bar_moves_and_goes(place: _Place, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows runs that ended and the part of the one that is being made; at the end it is empty, and the lines stay."""
    display = NotebookDisplay.here()
    with display.run_display(2) as shown:
        shown.run_ended(record("a"))
        shown.progress([RunProgress(label="<b>", seed=0, done=5, total=10, loss=1.5, pid=1, age_s=0)])

    assert [text.partition("</progress>")[0] for text in place.shown] == [
        '<progress value="1.0000" max="2">',
        '<progress value="1.5000" max="2">',
        "",
    ]
    assert "&lt;b&gt; s0 loss 1.500" in place.shown[1]
    assert capsys.readouterr().out == "[1/2] ok   a, seed 0  accuracy 1.000  10.0 s\n"


def test_control_characters_are_shown() -> None:
    """What a label holds reaches neither the page's markup nor a terminal."""
    text = bar_html(StudyProgress(0.5, 2, "0/2", "ETA 1:00", "<script>\x1b"))

    assert text == '<progress value="0.5000" max="2"></progress> <code>0/2  ETA 1:00  &lt;script&gt;␛</code>'
