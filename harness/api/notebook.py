"""What is shown while runs are made in a notebook: lines, and a progress bar that is redrawn in its place."""

import contextlib
import html
import importlib
import sys
from collections.abc import Iterator
from typing import Any, Self

from harness.api.console import RunDisplay, StudyProgress
from harness.text import clean


class NotebookDisplay:
    """Shows lines and a progress bar below the cell of a notebook that is being executed."""

    @classmethod
    def here(cls) -> Self | None:
        """Return a display if this is a notebook's kernel, else None: also in a shell of IPython, which is a terminal."""
        ipython: Any = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython else None
        return cls() if getattr(shell, "kernel", None) is not None else None

    def line(self, text: str, *, important: bool = False) -> None:
        """Print a line; control characters are shown, not sent."""
        sys.stdout.write(clean(text, lines=True) + "\n")

    @contextlib.contextmanager
    def run_display(self, n_runs: int) -> Iterator[RunDisplay]:
        """Show the progress of ``n_runs`` runs while the block runs."""
        bar = NotebookBar()
        try:
            yield RunDisplay(self, n_runs, bar)
        finally:
            bar.clear()


class NotebookBar:
    """A ``Bar`` below a notebook's cell."""

    def __init__(self) -> None:
        shown: Any = importlib.import_module("IPython.display")  # untyped, and there only in a notebook
        self._html = shown.HTML
        self._place = shown.display(shown.HTML(""), display_id=True)

    def show(self, progress: StudyProgress) -> None:
        """Show this in the place of what was shown before."""
        self._place.update(self._html(bar_html(progress)))

    def clear(self) -> None:
        """Take the bar away."""
        self._place.update(self._html(""))


def bar_html(progress: StudyProgress) -> str:
    """Return a bar and what is written beside it; every text is escaped."""
    words = "  ".join(part for part in (progress.ended, progress.eta, progress.now) if part)
    return f'<progress value="{progress.done:.4f}" max="{progress.n_runs}"></progress> <code>{html.escape(clean(words))}</code>'
