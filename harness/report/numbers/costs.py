"""Costs of a configuration's runs: times, circuit evaluations, memory."""

import statistics
from collections.abc import Callable, Iterable

from harness.records.record import RunRecord, Steps
from harness.report.numbers.groups import Group
from harness.report.numbers.rows import Costs, Number, Phases
from harness.text import Missing, count

CLASSICAL = "classical head: no circuits"
UNTRAINED = "it trained nothing"


def costs(group: Group) -> Costs:
    """Return what the runs cost."""
    return Costs(
        wall_s=_median(group, lambda run: run.seconds),
        steps=_of_steps(group, lambda steps: steps.n_steps),
        step_ms=_of_steps(group, lambda steps: 1000 * steps.step_s_median),
        forward_evaluations=_of_circuits(group, lambda steps: steps.forward_evaluations),
        backward_evaluations=_of_circuits(group, lambda steps: steps.backward_evaluations),
        formula_evaluations=_of_circuits(group, lambda steps: steps.formula_evaluations),
        formula=_formula(group),
        executed_evaluations=_of_circuits(group, lambda steps: steps.executed_evaluations),
        setup_evaluations=_largest(group, lambda run: run.head.setup_evaluations if run.head else None),
        shots_per_step=_shots(group),
        evaluations_per_s=_of_circuits(group, _rate),
        training_s=Missing(UNTRAINED) if group.first.scope == "evaluation" else _median(group, _training_s),
        training_evaluations=_of_circuits(group, training_evaluations),
        peak_rss_mib=_largest(group, lambda run: run.peak_rss_mib),
    )


def phases(group: Group) -> Phases | Missing:
    """Return the wall time by phase, means over the runs that ended ok."""
    times = [run.times.model_dump() for run in group.ok if run.times]
    if not times:
        return Missing(none_ok(group) or "not recorded")
    return Phases(**{name: statistics.fmean(run[name] for run in times) for name in times[0]})


def training_evaluations(steps: Steps) -> float:
    """Return the circuit evaluations that all steps of a run request, forward and for derivatives."""
    return (steps.forward_evaluations + steps.backward_evaluations) * steps.n_steps


def mean(values: Iterable[float | None], reason: str) -> Number:
    """Return the mean of the known values; with none, a ``Missing`` with the reason."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else Missing(reason)


def none_ok(group: Group) -> str:
    """Say that no run ended ok, and how the runs ended; empty where one ended ok."""
    return "" if group.ok else f"no run ended ok ({group.statuses})"


def _median(group: Group, value: Callable[[RunRecord], float | None]) -> Number:
    known = [found for found in map(value, group.ok) if found is not None]
    return statistics.median(known) if known else Missing(none_ok(group) or "not recorded")


def _of_steps(group: Group, value: Callable[[Steps], float | None]) -> Number:
    if group.ok and group.first.scope == "evaluation":
        return Missing(UNTRAINED)
    return _median(group, lambda run: value(run.steps) if run.steps else None)


def _of_circuits(group: Group, value: Callable[[Steps], float | None]) -> Number:
    return _of_steps(group, value) if group.quantum else Missing(CLASSICAL)


def _rate(steps: Steps) -> float | None:
    return training_evaluations(steps) / steps.head_seconds if steps.head_seconds else None


def _training_s(run: RunRecord) -> float | None:
    return run.times.total_s - run.times.setup_s - run.times.evaluation_s if run.times and run.steps else None


def _shots(group: Group) -> Number:
    if group.quantum and group.first.spec.shots is None:
        return Missing("exact probabilities: no shots")
    return _of_circuits(group, lambda steps: steps.shots)


def _formula(group: Group) -> str | Missing:
    """Return "batch × circuits × (1 + shifts)" in numbers; the batch is the mean one where the last is smaller."""
    if not group.quantum:
        return Missing(CLASSICAL)
    for run in group.ok:
        if run.steps and run.head and run.steps.forward_evaluations:
            batch = count(run.steps.forward_evaluations / run.head.n_circuits)
            shifts = round(run.steps.formula_evaluations / run.steps.forward_evaluations) - 1
            return f"{batch} × {run.head.n_circuits} × " + (f"(1 + {shifts})" if shifts else "1")
    return Missing(none_ok(group) or "not recorded")


def _largest(group: Group, value: Callable[[RunRecord], float | None]) -> Number:
    known = [found for found in map(value, group.ok) if found is not None]
    return max(known) if known else Missing(none_ok(group) or "not recorded")


def phase_name(phase: str) -> str:
    """Return a phase's name for people."""
    return phase.removesuffix("_s").replace("_", " ")
