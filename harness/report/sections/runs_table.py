"""The table of every run."""

import shlex
from pathlib import Path

from harness.records.record import RunRecord
from harness.report.numbers.groups import Results
from harness.report.numbers.load import Load, loads
from harness.report.sections.layout import Cell, Table, plain_table
from harness.report.sections.problems import attempt_in_words
from harness.text import Missing, clean, share

_ID = 12  # characters of a run id that the commands show


def runs_table(results: Results, folder: Path | None) -> Table:
    """Return every run, whatever its status, then the attempts that no longer count.

    Args:
        results: The runs.
        folder: Their results folder, for the commands that make them again; None where it is not known.
    """
    known = loads(results.attempts)
    rows = [
        _row(run, results.label_of[run.run_id], f"attempt {run.attempt}" if run.attempt > 1 else "", known, folder)
        for run in results.runs
    ]
    rows += [_row(attempt.run, attempt.label, attempt_in_words(attempt), known, folder) for attempt in results.earlier]
    head = ["Head", "Seed", "Status", "Accuracy", "Seconds", "Load", "Began (UTC)", "To make it again"]
    caption = (
        "Every run, then earlier attempts that no longer count. Load: of the machine over one minute, when the run began; "
        "below it, how much of it the runs of this table made. To make it again: the command makes the run from its beginning, beside "
        "this record, and compares the predictions; the first characters of the run id stand in it."
    )
    return plain_table("runs", caption, head, rows)


def _row(
    run: RunRecord, label: str, attempt: str, known: dict[tuple[str, int], Load], folder: Path | None
) -> list[str | Cell | Missing]:
    scored, load = run.evaluation, known.get((run.run_id, run.attempt))
    return [
        label,
        Cell(str(run.spec.seed)),
        Cell(run.status, attempt, number=False),
        Cell(share(scored.accuracy, scored.n_images)) if scored else Missing("not evaluated"),
        Cell(f"{run.seconds:,.1f}"),
        Cell(f"{load.total:.2f}", f"{load.own:.2f} own") if load else Missing("not recorded"),
        clean(run.started_at).replace("T", " "),
        _command(run, folder),
    ]


def _command(run: RunRecord, folder: Path | None) -> str:
    where = [] if folder is None else ["--results", str(folder)]
    return clean(shlex.join(["qhb", "rerun", run.run_id[:_ID], *where]))
