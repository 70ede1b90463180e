"""What is shown while runs are made: plain lines, and on a terminal a progress bar with an ETA."""

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, TextIO, cast

import rich.console
import rich.progress
import rich.table
import rich.text

from harness.execution.progress import RunProgress
from harness.records.record import RunRecord
from harness.text import clean, short


class _UnfailingStream:
    """A stream that drops what cannot be written: after a terminal closed, into ``| head``, onto a full disk.

    A week of runs must not end because a message cannot be shown: what counts is in the results folder.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._errors_ignored():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._errors_ignored():
            self._stream.flush()

    @contextlib.contextmanager
    def _errors_ignored(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())  # under the stream, so that what it still holds goes there too
            os.close(nowhere)


class StudyProgress(NamedTuple):
    """How far the runs of a plan are.

    Attributes:
        done: Runs that ended, and parts of those that are being made.
        n_runs: All of them.
        ended: "3/10, 1 not ok".
        eta: "ETA 2:05", minutes and seconds.
        now: What is being made.
    """

    done: float
    n_runs: int
    ended: str
    eta: str
    now: str


class Bar(Protocol):
    """Shows how far the runs of a plan are, in one place."""

    def show(self, progress: StudyProgress) -> None:
        """Show this in the place of what was shown before."""


class Lines(Protocol):
    """Takes lines of text."""

    def line(self, text: str, *, important: bool = False) -> None:
        """Show a line. What went wrong is important."""


class Display(Lines, Protocol):
    """Where a study says what it does."""

    def run_display(self, n_runs: int) -> contextlib.AbstractContextManager["RunDisplay"]:
        """Show the progress of ``n_runs`` runs while the block runs."""


class NoDisplay:
    """A ``Display`` that shows nothing."""

    def line(self, text: str, *, important: bool = False) -> None:
        """Show nothing."""

    def run_display(self, n_runs: int) -> contextlib.AbstractContextManager["RunDisplay"]:
        """Show nothing."""
        return contextlib.nullcontext(RunDisplay(self, n_runs, None))


class Console:
    """Writes lines to one stream; text is never interpreted as markup.

    Args:
        stream: Where to.
        quiet: Write only what is important, and show no progress.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._quiet = quiet
        unfailing = cast(TextIO, _UnfailingStream(stream))
        self._rich = rich.console.Console(file=unfailing, highlight=False, markup=False, emoji=False)

    def line(self, text: str, *, important: bool = False) -> None:
        """Print a line; control characters are shown, not sent to the terminal. What went wrong is important."""
        if self._quiet and not important:
            return
        self._rich.print(rich.text.Text(clean(text, lines=True)), soft_wrap=True)

    @contextlib.contextmanager
    def run_display(self, n_runs: int) -> Iterator["RunDisplay"]:
        """Show the progress of ``n_runs`` runs while the block runs."""
        if self._quiet or not self._rich.is_terminal:
            yield RunDisplay(self, n_runs, None)
            return
        whole = rich.table.Column(no_wrap=True)
        rest = rich.table.Column(no_wrap=True, overflow="ellipsis", ratio=1)
        columns = (
            rich.progress.TextColumn("{task.description}", markup=False, table_column=whole),
            rich.progress.BarColumn(bar_width=12),
            rich.progress.TextColumn("{task.fields[eta]}", markup=False, table_column=whole.copy()),
            rich.progress.TextColumn("{task.fields[now]}", markup=False, table_column=rest),
        )
        with rich.progress.Progress(*columns, console=self._rich, transient=True, expand=True) as bar:
            yield RunDisplay(self, n_runs, _TerminalBar(bar, n_runs))


class _TerminalBar:
    def __init__(self, bar: rich.progress.Progress, n_runs: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=n_runs, eta="", now="")

    def show(self, progress: StudyProgress) -> None:
        self._bar.update(
            self._task, completed=progress.done, description=progress.ended, eta=progress.eta, now=progress.now
        )


class RunDisplay:
    """Shows the runs of a plan as they are made and as they end."""

    def __init__(self, lines: Lines, n_runs: int, bar: Bar | None) -> None:
        self._lines = lines
        self._n_runs = n_runs
        self._n_ended = 0
        self._n_not_ok = 0
        self._started = time.monotonic()
        self._bar = bar

    def run_ended(self, record: RunRecord) -> None:
        """Print a line for a run that ended."""
        self._n_ended += 1
        self._n_not_ok += record.status != "ok"
        resumed = f"  from step {record.resumed_at}" if record.resumed_at else ""
        accuracy = f"  accuracy {record.evaluation.accuracy:.3f}" if record.evaluation else ""
        text = f"[{self._n_ended}/{self._n_runs}] {record.status:<4} {record.label}, seed {record.spec.seed}{accuracy}  {record.seconds:.1f} s{resumed}"
        failure = f"  {record.failure.kind}: {record.failure.message}" if record.failure else ""
        self._lines.line(text + failure, important=record.status != "ok")
        for note in record.notes:
            self._lines.line(f"  note: {note}", important=record.status != "ok")
        self.progress([])

    def progress(self, runs: list[RunProgress]) -> None:
        """Redraw the bar from the progress of the runs that are being made."""
        if self._bar is None:
            return
        done = self._n_ended + sum(run.done / run.total for run in runs)
        seconds = time.monotonic() - self._started
        left = seconds * (self._n_runs - done) / done if done > 0.05 else None
        eta = "ETA --:--" if left is None else f"ETA {int(left // 60)}:{int(left % 60):02d}"
        now = "; ".join(
            f"{run.done}/{run.total} {short(run.label, 24)} s{run.seed} {run.last_step_text or f'loss {run.loss:.3f}'}"
            for run in runs
        )
        not_ok = f", {self._n_not_ok} not ok" if self._n_not_ok else ""
        self._bar.show(StudyProgress(done, self._n_runs, f"{self._n_ended}/{self._n_runs}{not_ok}", eta, now))
