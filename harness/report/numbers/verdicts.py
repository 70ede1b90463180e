"""The verdict of each declared comparison. The report, the terminal and ``qhb compare`` show these and compute no others."""

import dataclasses

from harness.plan.comparison import Declared, Pair
from harness.report.numbers.grouping import shown
from harness.report.numbers.groups import Results
from harness.report.numbers.pairing import Answers, paired
from harness.statistics import (
    FEWEST_SEEDS,
    MARGIN_PP,
    Attempts,
    Judgement,
    Planned,
    Sensitivity,
    conclusion,
    plan,
    points,
    sensitivity,
    sentence,
)
from harness.text import Missing, clean, counted


@dataclasses.dataclass(frozen=True)
class DeclaredVerdict:
    """What a study says of one declared comparison.

    Attributes:
        ours: Label of the configuration that is compared, as the report shows it.
        theirs: Label of what it is compared with.
        answers: What was compared; the reason where the two do not pair.
        judgement: The verdict with its numbers; the reason where there is none.
        next_study: How many seeds would settle the margin; the reason where this study does not say.
        sentence: The verdict in one sentence.
        sensitivity: What seeds without a result could change, in words; empty where every seed counts.
    """

    ours: str
    theirs: str
    answers: Answers | Missing
    judgement: Judgement | Missing
    next_study: Planned | Missing
    sentence: str
    sensitivity: str


@dataclasses.dataclass(frozen=True)
class _Compared:
    """Two labels, and the answers of their configurations, before all comparisons are judged together.

    Attributes:
        ours: Label of our configuration.
        theirs: Label of the other one.
        answers: What is compared; the reason where the two do not pair.
        tested: Whether the plan has seeds enough of both for a test.
    """

    ours: str
    theirs: str
    answers: Answers | Missing
    tested: bool = True


def verdicts(results: Results, declared: Declared | None) -> tuple[DeclaredVerdict, ...]:
    """Return a verdict for each declared comparison, in its order.

    Holm's correction is over all comparisons that were planned with seeds enough for a test. The others never had one, so
    they do not count as tests.

    Args:
        results: The runs.
        declared: The plan's comparisons; None: each fully trained configuration against its linear head.
    """
    pairs = _against_linear(results) if declared is None else _declared(results, declared)
    judged: dict[int, Sensitivity] = {}
    for tested in (True, False):
        family = [place for place, pair in enumerate(pairs) if pair.tested == tested]
        # A pair that cannot be compared was declared too: it counts in Holm's families.
        attempts = [_attempts(pairs[place].answers) for place in family]
        outcomes = sensitivity(attempts, margin_pp=margin_of(declared))
        judged |= dict(zip(family, outcomes, strict=True))
    return tuple(_verdict(pair, judged[place]) for place, pair in enumerate(pairs))


def _attempts(answers: Answers | Missing) -> Attempts:
    return Attempts((), (), n_classes=2) if isinstance(answers, Missing) else answers.attempts


def margin_of(declared: Declared | None) -> float:
    """Return the declared margin, percentage points; the usual one where none was declared."""
    return MARGIN_PP if declared is None else declared.margin_pp


def declaration(results: Results, declared: Declared | None) -> str:
    """Say when the comparisons were declared, whether before the first run began, and whether planned runs are missing."""
    if declared is None:
        return (
            "Not declared before the runs: exploratory. The results folder has no plan that declares comparisons, so each fully "
            "trained head is compared with the linear head of the same training."
        )
    if not declared.pairs:
        return 'The plan declares no comparison: [comparison] control = "..." names the head that the others are compared with.'
    begun = min((run.started_at for run in results.attempts), default=None)
    when = f"Declared in the plan at {clean(declared.declared_at)}"
    if begun is None or declared.declared_at <= begun:
        text = f"{when}, before the first run began."
    else:
        text = (
            f"{when}, after the first run began ({clean(begun)}): whether they, or their seeds, were chosen by results is not "
            "known."
        )
    return text + _not_complete(results, declared)


def _not_complete(results: Results, declared: Declared) -> str:
    """Say how many planned runs of the compared heads have no record; empty where none is missing."""
    compared = {label for pair in declared.pairs for label in (pair.ours, pair.theirs)}
    planned = {run_id for run_id, label in results.labels.items() if label in compared}
    missing = len(planned - {run.run_id for run in results.runs})
    if not missing:
        return ""
    return (
        f" The study is not complete: {missing:,} of {counted(len(planned), 'planned run')} of these heads "
        f"{'has' if missing == 1 else 'have'} no record yet, and verdicts hold for complete studies only."
    )


def _declared(results: Results, declared: Declared) -> list[_Compared]:
    return [_pair(results, pair) for pair in declared.pairs]


def _pair(results: Results, pair: Pair) -> _Compared:
    ours, theirs = results.planned(pair.ours), results.planned(pair.theirs)
    names = (ours.label if ours else shown(pair.ours)), (theirs.label if theirs else shown(pair.theirs))
    tested = not pair.seeds or len(pair.seeds) >= FEWEST_SEEDS
    if ours and theirs:
        return _Compared(*names, paired(ours, theirs), tested)
    return _Compared(*names, Missing(f"there is no run of {names[1] if ours else names[0]}"), tested)


def _against_linear(results: Results) -> list[_Compared]:
    full = [group for group in results.groups if group.full and not group.shuffled]
    pairs = [(group, results.linear_for(group)) for group in full]
    return [
        _Compared(ours.label, theirs.label, paired(ours, theirs))
        for ours, theirs in pairs
        if theirs and theirs is not ours
    ]


def _verdict(pair: _Compared, outcome: Sensitivity) -> DeclaredVerdict:
    judged = pair.answers if isinstance(pair.answers, Missing) else outcome.judgement
    if isinstance(judged, Missing):
        text = f"{pair.ours} against {pair.theirs}: {judged.reason}."
        return DeclaredVerdict(pair.ours, pair.theirs, pair.answers, judged, judged, text, "")
    return DeclaredVerdict(
        pair.ours,
        pair.theirs,
        pair.answers,
        judged,
        plan(judged.comparison),
        sentence(judged, pair.ours, pair.theirs),
        _if_failed_runs_counted(outcome),
    )


def _if_failed_runs_counted(outcome: Sensitivity) -> str:
    """Say what the verdict is where the failed runs count at chance accuracy; empty where no run failed."""
    if isinstance(outcome.at_chance, Missing):
        return ""
    counted_too = f"With the failed runs at chance accuracy: {points(outcome.at_chance.comparison.effect_pp)} points"
    if outcome.changed:
        return f"{counted_too}, {conclusion(outcome.at_chance)}. The verdict hangs on the failed runs, so it is inconclusive."
    if isinstance(outcome.judgement, Missing) or outcome.judgement.verdict is outcome.at_chance.verdict:
        return f"{counted_too}, the same verdict."
    return f"{counted_too}; the verdict stays {outcome.judgement.verdict}, because too few seeds have answers."
