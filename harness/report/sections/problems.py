"""Runs and attempts that did not end ok, with their reasons."""

import dataclasses

from harness.records.record import STATUSES, RunRecord
from harness.report.numbers.groups import EarlierAttempt, Results
from harness.text import clean


@dataclasses.dataclass(frozen=True)
class Problem:
    """A run, or an earlier attempt at one, that did not end ok.

    Attributes:
        status: How it ended.
        who: Label and seed, and what became of an earlier attempt.
        reason: One line.
        details: Traceback and last lines of the log; empty where there are none.
    """

    status: str
    who: str
    reason: str
    details: str


def problems(results: Results) -> list[Problem]:
    """Return every run that is not ok, in the order of the statuses, then earlier attempts that were not."""
    found = [
        _problem(run, f"{group.label}, seed {run.spec.seed}")
        for status in STATUSES[1:]
        for group in results.groups
        for run in group.runs
        if run.status == status
    ]
    for attempt in results.earlier:
        run = attempt.run
        if run.status != "ok":
            found.append(_problem(run, f"{attempt.label}, seed {run.spec.seed}, {attempt_in_words(attempt)}"))
    return found


def attempt_in_words(attempt: EarlierAttempt) -> str:
    """Return which attempt it is and why it no longer counts."""
    instead = "no longer counts" if attempt.counts_instead is None else f"replaced by attempt {attempt.counts_instead}"
    return f"attempt {attempt.run.attempt}, {instead}"


def _problem(run: RunRecord, who: str) -> Problem:
    if run.failure is None:
        return Problem(run.status, who, "no reason was recorded", "")
    log = "\n".join(["", "last lines printed:", *run.failure.log_tail]) if run.failure.log_tail else ""
    reason = clean(f"{run.failure.kind}: {run.failure.message}")
    return Problem(run.status, who, reason, clean(run.failure.traceback + log, lines=True).strip())
