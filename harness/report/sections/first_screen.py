"""The first screen: the verdicts in sentences, how the runs ended, what is missing, and the machine."""

import collections
import dataclasses
from collections.abc import Sequence

from harness.records.record import STATUSES
from harness.report.numbers.groups import Results
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.report.sections.machines import machines
from harness.report.sections.verdicts import verdict_word
from harness.statistics import Verdict
from harness.text import Missing, counted

MAX_LEADING = 7
_SETTLED = (Verdict.BETTER, Verdict.WORSE, Verdict.EQUIVALENT)


@dataclasses.dataclass(frozen=True)
class VerdictLine:
    """The verdict in a word, whether it settles the question, the sentence, and what seeds without a result could change."""

    word: str
    settled: bool
    sentence: str
    more: str


@dataclasses.dataclass(frozen=True)
class FirstScreen:
    """What the page opens with.

    Attributes:
        tally: How many comparisons have which verdict.
        declaration: When the comparisons were declared.
        leading: The first comparisons to be read: all where they are few, else those of the paper's head before others,
            and those with a verdict before those that are open.
        others: The other comparisons.
        unfinished: How many planned runs have no record yet; empty where none is missing.
        runs: How many runs ended how.
        machines: A sentence for each machine.
        explanation: What explains the difference, in a few sentences.
        next_study: How many seeds would settle the comparisons that are open, a sentence each.
    """

    tally: str
    declaration: str
    leading: list[VerdictLine]
    others: list[VerdictLine]
    unfinished: str
    runs: list[str]
    machines: list[str]
    explanation: list[str]
    next_study: list[str]


def first_screen(
    results: Results, declaration: str, found: Sequence[DeclaredVerdict], explanation: list[str]
) -> FirstScreen:
    """Return what the page opens with."""
    ordered = list(found)
    if len(found) > MAX_LEADING:
        reference = results.reference.label if results.reference else None
        ordered.sort(key=lambda verdict: (verdict.ours != reference, verdict_word(verdict) not in _SETTLED))
    lines = [_line(verdict) for verdict in ordered]
    return FirstScreen(
        tally=_tally(found),
        declaration=declaration,
        leading=lines[:MAX_LEADING],
        others=lines[MAX_LEADING:],
        unfinished=_unfinished(results),
        runs=_runs(results),
        machines=machines(results) if results.runs else [],
        explanation=explanation,
        next_study=_next_study(found),
    )


def _line(verdict: DeclaredVerdict) -> VerdictLine:
    word = verdict_word(verdict)
    return VerdictLine(word.capitalize(), word in _SETTLED, verdict.sentence, verdict.sensitivity)


def _tally(found: Sequence[DeclaredVerdict]) -> str:
    counts = collections.Counter(map(verdict_word, found))
    if not counts:
        return "No two heads were compared."
    order = [*map(str, Verdict), *counts]
    parts = [f"{counts[word]} {word}" for word in dict.fromkeys(order) if counts[word]]
    return f"{counted(len(found), 'comparison')}: {', '.join(parts)}."


def _unfinished(results: Results) -> str:
    missing = results.labels.keys() - {run.run_id for run in results.runs}
    if not missing:
        return ""
    heads = len({results.labels[run_id] for run_id in missing})
    return (
        f"This study is not finished: {len(missing):,} of {counted(len(results.labels), 'planned run')}, of "
        f"{counted(heads, 'head')}, have no record yet. Numbers and verdicts are of the runs that ended, and will change."
    )


def _runs(results: Results) -> list[str]:
    earlier = f"{counted(len(results.earlier), 'earlier attempt')} no longer count{'s' * (len(results.earlier) == 1)}"
    if not results.runs:
        return [f"None. There is no record to report on.{f' {earlier}.' if results.earlier else ''}"]
    counts = collections.Counter(run.status for run in results.runs)
    parts = [f"{counts[status]:,} {status}" for status in STATUSES if counts[status]]
    lines = [
        f"{counted(len(results.runs), 'run')} of {counted(len(results.groups), 'configuration')}: {', '.join(parts)}."
    ]
    return [*lines, f"{earlier}: they are listed under Runs and enter no number."] if results.earlier else lines


def _next_study(found: Sequence[DeclaredVerdict]) -> list[str]:
    return [
        f"{verdict.ours} against {verdict.theirs}: {verdict.next_study.words()}"
        for verdict in found
        if not isinstance(verdict.judgement, Missing)
        and verdict.judgement.verdict in (Verdict.INCONCLUSIVE, Verdict.DESCRIPTIVE)
        and not isinstance(verdict.next_study, Missing)
    ]
