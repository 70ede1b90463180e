"""How two results folders agree, as lines of a terminal and as JSON."""

from collections.abc import Iterator, Sequence

from harness.report.numbers.agreement import Agreement, OnlyInOne
from harness.report.numbers.same_accuracies import Finding, SameAccuracy
from harness.report.numbers.same_runs import SameRun
from harness.report.numbers.same_verdicts import SameVerdict, VerdictFinding
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.text import Missing, counted, json_values, listed, short

_LABEL = 27
_PAIR = 46
_MOST_RUNS = 10


def agreement_lines(first: str, second: str, found: Agreement) -> Iterator[str]:
    """Yield what ``qhb compare`` prints of two folders with these names, in 80 columns."""
    yield f"A: {first}"
    yield f"B: {second}"
    yield ""
    yield from _of_runs(found.runs)
    if found.accuracies:
        yield ""
        yield from _of_accuracies(found.accuracies)
    if found.verdicts:
        yield ""
        yield from _of_verdicts(found.verdicts)
    for name, only in (("A", found.only_first), ("B", found.only_second)):
        if only:
            yield ""
            yield f"Only in {name}:"
            yield from (f"  {_seeds(one)}" for one in only)
    yield ""
    yield _conclusion(found)


def _of_runs(runs: Sequence[SameRun]) -> Iterator[str]:
    equal = sum(run.equal for run in runs)
    yield f"Runs in both: {len(runs):,}. Equal bit for bit: {equal:,}."
    circumstances = list(dict.fromkeys(text for run in runs for text in run.circumstances))
    if circumstances:
        yield "Equal bits are not promised where these differ (A / B):"
        yield from (f"  {text}" for text in circumstances)
    different = [run for run in runs if not run.equal]
    for broken, text in (
        (True, "Not equal, though versions, commit and processor are the same:"),
        (False, "Not equal, and not promised to be; judged by their accuracies:"),
    ):
        chosen = [run for run in different if run.breaks_promise is broken]
        if chosen:
            yield text
            yield from (f"  {_run(run)}" for run in chosen[:_MOST_RUNS])
            if len(chosen) > _MOST_RUNS:
                yield f"  and {counted(len(chosen) - _MOST_RUNS, 'other')}; --json lists all"


def _run(run: SameRun) -> str:
    weights = ", and the weights" if run.same_weights is False else ""
    return (
        f"{short(run.label, _LABEL)}, seed {run.seed}: {run.differing:,} of {run.images:,} predictions{weights} differ"
    )


def _of_accuracies(accuracies: Sequence[SameAccuracy]) -> Iterator[str]:
    yield "Accuracies, and A - B in points with its 95 % interval over seeds:"
    yield f"{'':{_LABEL}} {'A':>7} {'B':>7} {'A - B':>7} {'95 % interval':>16}  finding"
    for one in accuracies:
        interval = "" if isinstance(one.low_pp, Missing) else f"{one.low_pp:+.2f} to {one.high_pp:+.2f}"
        yield (
            f"{short(one.label, _LABEL):{_LABEL}} {one.ours:7.4f} {one.theirs:7.4f} {one.difference_pp:+7.2f} "
            f"{interval:>16}  {one.finding}"
        )
    untested = [one.p.reason for one in accuracies if one.finding is Finding.NOT_TESTED and isinstance(one.p, Missing)]
    if untested:
        yield f"Not tested: {listed(list(dict.fromkeys(untested)))}."


def _of_verdicts(verdicts: Sequence[SameVerdict]) -> Iterator[str]:
    yield "Verdicts of the declared comparisons:"
    for one in verdicts:
        yield short(f"{one.ours} against {one.theirs}", 78)
        yield f"  A {_verdict(one.first)}; B {_verdict(one.second)}: {one.finding}"


def _verdict(verdict: DeclaredVerdict) -> str:
    if isinstance(verdict.judgement, Missing):
        return "no verdict"
    return f"{verdict.judgement.verdict} ({verdict.judgement.comparison.effect_pp:+.2f})"


def _seeds(only: OnlyInOne) -> str:
    return f"{short(only.label, _PAIR)}, seed{'s' if len(only.seeds) > 1 else ''} {', '.join(map(str, only.seeds))}"


def _conclusion(found: Agreement) -> str:
    if not found.accuracies:
        return "The folders have no configuration in common."
    numbers = {
        "run": sum(run.breaks_promise for run in found.runs),
        "configuration": sum(one.finding is Finding.DIFFER for one in found.accuracies),
        "declared comparison": sum(one.finding is VerdictFinding.DIFFER for one in found.verdicts),
    }
    problems = [counted(number, noun) for noun, number in numbers.items() if number]
    if not problems and not found.tested:
        return "No configuration that both have could be tested."
    if not problems:
        some = f", as far as they were tested: {found.untested:,} of {counted(len(found.accuracies), 'configuration')} could not be"
        return f"They agree{some if found.untested else ''}."
    return f"They do not agree: {listed(problems)} {'differs' if sum(numbers.values()) == 1 else 'differ'}."


def agreement_content(first: str, second: str, found: Agreement) -> dict[str, object]:
    """Return everything as JSON values; a number that does not exist is {"missing": reason}."""
    verdicts = [
        {
            "ours": one.ours,
            "theirs": one.theirs,
            "finding": one.finding,
            "first": json_values(one.first.judgement),
            "second": json_values(one.second.judgement),
        }
        for one in found.verdicts
    ]
    return {
        "first": first,
        "second": second,
        "agree": found.agree,
        "runs": [json_values(run) | {"equal": run.equal} for run in found.runs],
        "accuracies": json_values(found.accuracies),
        "verdicts": verdicts,
        "only_first": json_values(found.only_first),
        "only_second": json_values(found.only_second),
    }
