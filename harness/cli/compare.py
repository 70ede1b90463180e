"""``qhb compare``."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from backends.errors import pip_line
from harness.cli.folders import RESULTS_FOLDER, results_folder
from harness.errors import MissingExtraError, StoreError
from harness.plan.last_plan import labels_of, read_last_plan
from harness.report.numbers.agreement import Agreement, OnlyInOne, Study, agreement
from harness.report.numbers.grouping import grouped
from harness.report.numbers.same_accuracies import Finding, SameAccuracy
from harness.report.numbers.same_runs import SameRun
from harness.report.numbers.same_verdicts import SameVerdict, VerdictFinding
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.text import Missing, clean, counted, listed, short

_LABEL = 27
_PAIR = 46
_MOST_RUNS = 10


@click.command("compare")
@click.argument("first", type=RESULTS_FOLDER)
@click.argument("second", type=RESULTS_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, complete.")
def command(first: Path, second: Path, as_json: bool) -> int:
    """Say whether two results folders agree, for example results/reference/study and your own.

    Runs that both have must be equal bit for bit, if versions, commit and kind of processor are the same. Accuracies and
    verdicts must agree within their error: the accuracies of a configuration by a Welch interval over seeds on the same test
    images (95 %, Holm's correction over the configurations), the verdict of a declared comparison by the 95 % intervals of
    its effect, which must overlap. "agree" means that no difference was found; the interval says how large one may be.

    Exit code 0: they agree. 3: they do not, or have nothing in common. 4: a folder, or a record in it, cannot be read.
    """
    try:
        studies = [_study(folder) for folder in (first, second)]
        found = agreement(*studies)
    except ImportError as error:  # scipy is no package that every command needs
        raise MissingExtraError(f"qhb compare needs {error.name}, not installed: {pip_line('report')}") from error
    if as_json:
        click.echo(json.dumps(_content(first, second, found), indent=1))
    else:
        for line in _lines(first, second, found):
            click.echo(clean(line))
    return 0 if found.agree else 3


def _study(folder: Path) -> Study:
    """Return the runs of a results folder with its declared comparisons.

    Raises:
        StoreError: there is no such folder, or it or a record in it cannot be read.
    """
    contents = results_folder(folder).read()
    if contents.damaged:
        raise StoreError("\n".join(damaged.why for damaged in contents.damaged))
    plan = read_last_plan(folder)
    results = grouped(contents.records, contents.earlier, labels_of(plan) if plan else {})
    return Study(results, plan.comparison if plan else None)


def _lines(first: Path, second: Path, found: Agreement) -> Iterator[str]:
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
    if not problems:
        return "They agree."
    return f"They do not agree: {listed(problems)} {'differs' if sum(numbers.values()) == 1 else 'differ'}."


def _content(first: Path, second: Path, found: Agreement) -> dict[str, object]:
    """Return everything as JSON values; a number that does not exist is {"reason": why}."""
    verdicts = [
        {
            "ours": one.ours,
            "theirs": one.theirs,
            "finding": one.finding,
            "first": _judgement(one.first),
            "second": _judgement(one.second),
        }
        for one in found.verdicts
    ]
    return {
        "first": str(first),
        "second": str(second),
        "agree": found.agree,
        "runs": [dataclasses.asdict(run) | {"equal": run.equal} for run in found.runs],
        "accuracies": [dataclasses.asdict(one) for one in found.accuracies],
        "verdicts": verdicts,
        "only_first": [dataclasses.asdict(one) for one in found.only_first],
        "only_second": [dataclasses.asdict(one) for one in found.only_second],
    }


def _judgement(verdict: DeclaredVerdict) -> object:
    return dataclasses.asdict(verdict.judgement)
