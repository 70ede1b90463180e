"""The numbers of the report, computed from the runs: one row a configuration, one a digit, one an epoch."""

import statistics
from collections.abc import Sequence

from harness.records.record import RunRecord
from harness.report.numbers import paper
from harness.report.numbers.accuracies import TestSet, evaluation_on
from harness.report.numbers.costs import CLASSICAL, costs, mean, none_ok, phases
from harness.report.numbers.f1_intervals import f1_intervals
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import ClassRow, ComparisonRow, Difference, EpochRow, Scores, Weights
from harness.report.numbers.settings import unusual_settings
from harness.text import Missing, clean


def comparison(results: Results) -> list[ComparisonRow]:
    """Return one row a configuration. A number that does not exist is a ``Missing`` with its reason."""
    settings = unusual_settings(results.groups)
    return [_row(group, results, settings[group.label]) for group in results.groups]


def classes(results: Results) -> list[ClassRow]:
    """Return the scores of each digit: first the paper's Table 1, then one block a configuration."""
    unknown = Missing("not published")
    rows = [
        ClassRow(
            paper.LABEL,
            score.digit,
            score.precision,
            score.recall,
            score.f1,
            unknown,
            unknown,
            images=unknown,
            seeds=unknown,
        )
        for score in paper.TABLE_1
    ]
    reason = "nothing to divide by: Eq. (10)-(12)"
    for group in results.groups:
        evaluations = [run.evaluation for run in group.evaluated if run.evaluation]
        by_run = [evaluation.classes for evaluation in evaluations]
        intervals = f1_intervals(evaluations)
        for same in zip(*by_run, strict=True):
            rows.append(
                ClassRow(
                    group.label,
                    same[0].label,
                    mean((score.precision for score in same), reason),
                    mean((score.recall for score in same), reason),
                    mean((score.f1 for score in same), reason),
                    *intervals.of_class(same[0].label),
                    images=same[0].support,
                    seeds=len(same),
                )
            )
    return rows


def epochs(results: Results) -> list[EpochRow]:
    """Return losses and accuracies by epoch of every run that has any, whatever its status."""
    return [
        EpochRow(group.label, run.spec.seed, run.status, run.scope, **epoch.model_dump())
        for group in results.groups
        for run in group.runs
        for epoch in run.epochs
    ]


def _row(group: Group, results: Results, settings: tuple[str, ...]) -> ComparisonRow:
    spec = group.first.spec
    differences = _differences(group, results.linear_for(group))
    head = next((run.head for run in group.ok if run.head), None)
    unbuilt = Missing(none_ok(group) or "not recorded")
    return ComparisonRow(
        label=group.label,
        head=clean(spec.head),
        circuit=clean(spec.circuit) if spec.circuit else Missing(CLASSICAL),
        shots=(spec.shots or "exact") if group.quantum else Missing(CLASSICAL),
        execution=_execution(group),
        scope=group.first.scope,
        runs_ok=len(group.ok),
        runs=len(group.runs),
        status=group.statuses,
        seeds=group.seeds or Missing(none_ok(group)),
        runs_evaluated=len(group.evaluated),
        scores=_scores(group.evaluated, "split", results) or Missing(_why_no_score(group)),
        official=_scores(group.ok, "official", results) or Missing(_why_not_official(group)),
        pairs=0 if isinstance(differences, Missing) else len(differences),
        difference=differences
        if isinstance(differences, Missing)
        else Difference(statistics.fmean(differences), min(differences), max(differences)),
        costs=costs(group),
        phases=phases(group),
        parameters=head.n_parameters if head else unbuilt,
        settings=settings,
        shuffled=group.shuffled,
        gradient=head.gradient if head else unbuilt,
        checked=_checked(group),
    )


def _checked(group: Group) -> bool | Missing:
    known = [run.head.checked for run in group.runs if run.head]
    if not known:
        return Missing("the head was never built")
    if False in known:
        return False
    return Missing("not recorded") if None in known else True


def _execution(group: Group) -> str | Missing:
    """Say who answers in a step: the backend, its exact response table, one that was estimated from shots, or its channels."""
    if not group.quantum:
        return Missing(CLASSICAL)
    if group.first.spec.execution == "native":
        return "native"
    if group.first.spec.execution == "channels":
        return "channels"
    kinds = {str(run.head.provenance.get("kind", "")) for run in group.ok if run.head}
    return "estimated table" if "estimate" in kinds else group.first.spec.execution


def _scores(runs: Sequence[RunRecord], which: TestSet, results: Results) -> Scores | None:
    """Return the scores of the runs that classified one set of test images; None where no run did."""
    evaluations = [scored for run in runs if (scored := evaluation_on(run, which)) is not None]
    if not evaluations:
        return None
    accuracies = [evaluation.accuracy for evaluation in evaluations]
    sources = {source for evaluation in evaluations if (source := evaluation.weights_from) is not None}
    undefined = "no class has one"
    low, high = f1_intervals(evaluations).macro
    return Scores(
        accuracy_mean=statistics.fmean(accuracies),
        accuracy_min=min(accuracies),
        accuracy_max=max(accuracies),
        test_images=evaluations[0].n_images,
        macro_precision=mean((evaluation.macro_precision for evaluation in evaluations), undefined),
        macro_recall=mean((evaluation.macro_recall for evaluation in evaluations), undefined),
        macro_f1=mean((evaluation.macro_f1 for evaluation in evaluations), undefined),
        macro_f1_low=low,
        macro_f1_high=high,
        weights=Weights(results.trainers(sources)),
    )


def _differences(group: Group, linear: Group | None) -> list[float] | Missing:
    """Return the differences from the linear head's run of the same seed: same test images, start and order of images."""
    if not (group.full and group.evaluated):
        return Missing(_why_no_score(group) or "not trained by itself to the end")
    if linear is None:
        return Missing("no linear head trained in full on the same images, network and settings")
    if group is linear:
        return Missing("the linear head itself")
    theirs = {run.spec.seed: run.evaluation.accuracy for run in linear.evaluated if run.evaluation}
    ours = [(run.evaluation.accuracy, run.spec.seed) for run in group.evaluated if run.evaluation]
    found = [100 * (accuracy - theirs[seed]) for accuracy, seed in ours if seed in theirs]
    return found or Missing("no seed in common with the linear head")


def _why_not_official(group: Group) -> str:
    """Say why no run classified the data set's own test images apart from the others."""
    data = group.first.spec.data
    if not group.ok:
        return none_ok(group)
    if data.test == "official":
        return "the test images are the data set's own already (data.test)"
    if group.first.scope == "slice":
        return "a slice does not classify the official test images"
    return "not asked for (data.official_images = 0)" if data.official_images == 0 else "not recorded"


def _why_no_score(group: Group) -> str:
    if not group.ok:
        return none_ok(group)
    return "" if group.evaluated else "a slice without transferred weights is not evaluated"
