"""The table of every run."""

from harness.records.record import RunRecord
from harness.report.numbers.groups import Results
from harness.report.numbers.load import Load, loads
from harness.report.sections.layout import Cell, Table, plain_table
from harness.report.sections.problems import attempt_in_words
from harness.text import Missing, clean, share


def runs_table(results: Results) -> Table:
    """Return every run, whatever its status, then the attempts that no longer count."""
    known = loads(results.attempts)
    rows = [
        _row(run, results.label_of[run.run_id], f"attempt {run.attempt}" if run.attempt > 1 else "", known)
        for run in results.runs
    ]
    rows += [_row(attempt.run, attempt.label, attempt_in_words(attempt), known) for attempt in results.earlier]
    head = ["Head", "Seed", "Status", "Accuracy", "Seconds", "Load", "Began (UTC)", "Run id"]
    caption = (
        "Every run, then earlier attempts that no longer count. Load: of the machine over one minute, when the run began; "
        "below it, how much of it the runs of this table made."
    )
    return plain_table("runs", caption, head, rows)


def _row(run: RunRecord, label: str, attempt: str, known: dict[tuple[str, int], Load]) -> list[str | Cell | Missing]:
    scored, load = run.evaluation, known.get((run.run_id, run.attempt))
    return [
        label,
        Cell(str(run.spec.seed)),
        Cell(run.status, attempt, number=False),
        Cell(share(scored.accuracy, scored.n_images)) if scored else Missing("not evaluated"),
        Cell(f"{run.seconds:,.1f}"),
        Cell(f"{load.total:.2f}", f"{load.own:.2f} own") if load else Missing("not recorded"),
        clean(run.started_at).replace("T", " "),
        run.run_id[:12],
    ]
