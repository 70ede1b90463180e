"""What a label's runs cost: times, circuit evaluations, memory. Medians over the runs that ended ok; ``tables`` asks."""

import statistics
from collections.abc import Callable, Iterable
from typing import Any

from harness.records.record import PHASES, RunRecord, Steps
from harness.report.groups import Group
from harness.text import Missing, count

CLASSICAL = "classical head: no circuits"


def costs(group: Group) -> dict[str, Any]:
    """Return the columns of the comparison that say what the runs cost."""
    return {
        "wall_s": median(group, lambda run: run.seconds),
        "steps": _of_steps(group, lambda steps: steps.n_steps),
        "step_ms": _of_steps(group, lambda steps: 1000 * steps.step_s_median),
        "forward_evaluations": _of_circuits(group, lambda steps: steps.forward_evaluations),
        "backward_evaluations": _of_circuits(group, lambda steps: steps.backward_evaluations),
        "formula_evaluations": _of_circuits(group, lambda steps: steps.formula_evaluations),
        "formula": _formula(group),
        "executed_evaluations": _of_circuits(group, lambda steps: steps.executed_evaluations),
        "setup_evaluations": _largest(group, lambda run: run.head.setup_evaluations if run.head else None),
        "shots_per_step": _shots(group),
        "evaluations_per_s": _of_circuits(group, _rate),
        "peak_rss_mib": _largest(group, lambda run: run.peak_rss_mib),
        **{phase: _phase(group, phase) for phase in (*PHASES, "total_s")},
    }


def mean(values: Iterable[float | None], reason: str) -> float | Missing:
    """Return the mean of the known values; with none, a ``Missing`` with the reason."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else Missing(reason)


def median(group: Group, value: Callable[[RunRecord], float | None]) -> float | Missing:
    """Return the median over the runs that ended ok."""
    known = [found for found in map(value, group.ok) if found is not None]
    return statistics.median(known) if known else Missing(none_ok(group) or "not recorded")


def none_ok(group: Group) -> str:
    """Say that no run ended ok and how they did end; empty where one did."""
    return "" if group.ok else f"no run ended ok ({group.statuses})"


def _of_steps(group: Group, value: Callable[[Steps], float | None]) -> float | Missing:
    return median(group, lambda run: value(run.steps) if run.steps else None)


def _of_circuits(group: Group, value: Callable[[Steps], float | None]) -> float | Missing:
    return _of_steps(group, value) if group.quantum else Missing(CLASSICAL)


def _rate(steps: Steps) -> float | None:
    answered = (steps.forward_evaluations + steps.backward_evaluations) * steps.n_steps
    return answered / steps.head_seconds if steps.head_seconds else None


def _shots(group: Group) -> float | Missing:
    if group.quantum and group.first.spec.shots is None:
        return Missing("exact probabilities: no shots")
    return _of_circuits(group, lambda steps: steps.shots)


def _formula(group: Group) -> str | Missing:
    """Spell the formula out: batch x circuits x (1 + shifts); the batch is the mean one where the last is smaller."""
    if not group.quantum:
        return Missing(CLASSICAL)
    for run in group.ok:
        if run.steps and run.head and run.steps.forward_evaluations:
            batch = count(run.steps.forward_evaluations / run.head.n_circuits)
            shifts = round(run.steps.formula_evaluations / run.steps.forward_evaluations) - 1
            return f"{batch} × {run.head.n_circuits} × " + (f"(1 + {shifts})" if shifts else "1")
    return Missing(none_ok(group))


def _largest(group: Group, value: Callable[[RunRecord], float | None]) -> float | Missing:
    known = [found for found in map(value, group.ok) if found is not None]
    return max(known) if known else Missing(none_ok(group) or "not recorded")


def _phase(group: Group, phase: str) -> float | Missing:
    return mean((getattr(run.times, phase) for run in group.ok if run.times), none_ok(group) or "not recorded")
