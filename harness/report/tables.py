"""The report's numbers, all of them: HTML, Markdown, CSV and figures read these tables and compute nothing of their own."""

import statistics
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from harness.record import RunRecord, Steps
from harness.report import paper
from harness.report.groups import Group, Results
from harness.report.text import Missing, count, csv_safe, listed

PHASES = (
    "setup_s", "features_forward_s", "head_forward_s", "head_backward_s", "features_backward_s", "optimizer_s",
    "evaluation_s", "other_s",
)  # fmt: skip
CLASSICAL = "classical head: no circuits"
Row = dict[str, Any]


def comparison(results: Results) -> pd.DataFrame:
    """Return one row a label. A number that there is none of is a ``Missing`` with its reason.

    Accuracies and scores are means over seeds; times and rates are medians over runs; memory is the largest of the runs;
    the phases are means, so that they add up to ``total_s``.
    """
    return _frame([_comparison_row(group, results) for group in results.groups])


def classes(results: Results) -> pd.DataFrame:
    """Return precision, recall and F1 of each digit: first the paper's Table 1, then one block a label (mean over seeds)."""
    rows: list[Row] = [
        {"label": paper.LABEL, "digit": score.digit, **_scores(score), "images": Missing("not published"), "seeds": 1}
        for score in paper.TABLE_1
    ]
    for group in results.groups:
        for index, score in enumerate(group.evaluated[0].evaluation.classes if group.evaluated else ()):
            same = [run.evaluation.classes[index] for run in group.evaluated if run.evaluation]
            means = {
                name: _mean((getattr(one, name) for one in same), "nothing to divide by: Eq. (10)-(12)")
                for name in ("precision", "recall", "f1")
            }
            rows.append(
                {"label": group.label, "digit": score.label, **means, "images": score.support, "seeds": len(same)}
            )
    return _frame(rows)


def epochs(results: Results) -> pd.DataFrame:
    """Return losses and accuracies by epoch of every run that has any, whatever its status."""
    return _frame(
        [
            {"label": group.label, "seed": run.spec.seed, "status": run.status, "scope": run.scope, **epoch.model_dump()}
            for group in results.groups
            for run in group.runs
            for epoch in run.epochs
        ],
        columns=(
            "label", "seed", "status", "scope", "epoch", "train_loss", "train_accuracy", "validation_loss",
            "validation_accuracy",
        ),
    )  # fmt: skip


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV: missing numbers are empty cells, and a last column says why."""
    rows = []
    for row in frame.to_dict("records"):
        missing = [f"{key}: {value.reason}" for key, value in row.items() if isinstance(value, Missing)]
        cells = {key: "" if isinstance(value, Missing) else csv_safe(value) for key, value in row.items()}
        rows.append({**cells, "missing": "; ".join(missing)})
    text: str = pd.DataFrame(rows, columns=[*frame.columns, "missing"], dtype=object).to_csv(index=False)
    return text


def _comparison_row(group: Group, results: Results) -> Row:
    spec, scored = group.first.spec, group.evaluated
    evaluations = [run.evaluation for run in scored if run.evaluation]
    accuracies = [evaluation.accuracy for evaluation in evaluations]
    no_score = _why_no_score(group)
    return {
        "label": group.label,
        "head": spec.head,
        "circuit": spec.circuit or Missing(CLASSICAL),
        "shots": spec.shots or ("exact" if group.quantum else Missing(CLASSICAL)),
        "scope": group.first.scope,
        "runs_ok": len(group.ok),
        "runs": len(group.runs),
        "status": group.statuses,
        "seeds": " ".join(map(str, group.seeds)) or Missing(_none_ok(group)),
        "accuracy_mean": _mean(accuracies, no_score),
        "accuracy_min": min(accuracies, default=Missing(no_score)),
        "accuracy_max": max(accuracies, default=Missing(no_score)),
        "runs_evaluated": len(scored),
        "test_images": evaluations[0].n_images if evaluations else Missing(no_score),
        **{
            f"macro_{name}": _mean(
                (getattr(evaluation, f"macro_{name}") for evaluation in evaluations), no_score or "no class has one"
            )
            for name in ("precision", "recall", "f1")
        },
        "weights": _weights(group, results) if scored else Missing(no_score),
        "wall_s": _median(group, lambda run: run.seconds),
        **_costs(group),
        "peak_rss_mib": _largest(group),
        "parameters": _median(group, lambda run: run.head and run.head.n_parameters),
        "gradient": group.ok[0].head.gradient if group.ok and group.ok[0].head else Missing(_none_ok(group)),
        **{phase: _phase(group, phase) for phase in (*PHASES, "total_s")},
    }


def _costs(group: Group) -> Row:
    def of_steps(value: Callable[[Steps], float | None], *, circuits: bool = True) -> float | Missing:
        if circuits and not group.quantum:
            return Missing(CLASSICAL)
        return _median(group, lambda run: run.steps and value(run.steps))

    return {
        "steps": of_steps(lambda steps: steps.n_steps, circuits=False),
        "step_ms": of_steps(lambda steps: 1000 * steps.step_s_median, circuits=False),
        "forward_evaluations": of_steps(lambda steps: steps.forward_evaluations),
        "backward_evaluations": of_steps(lambda steps: steps.backward_evaluations),
        "formula_evaluations": of_steps(lambda steps: steps.formula_evaluations),
        "formula": _formula(group),
        "executed_evaluations": of_steps(lambda steps: steps.executed_evaluations),
        "shots_per_step": of_steps(lambda steps: steps.shots) if group.first.spec.shots else _no_shots(group),
        "circuits_per_s": of_steps(
            lambda steps: (
                steps.executed_evaluations * steps.n_steps / steps.head_seconds if steps.head_seconds else None
            )
        ),
    }


def _formula(group: Group) -> str | Missing:
    """Spell the formula out: batch x circuits x (1 + shifts); the batch is the mean one where the last is smaller."""
    if not group.quantum:
        return Missing(CLASSICAL)
    for run in group.ok:
        if run.steps and run.head and run.steps.forward_evaluations:
            batch = count(run.steps.forward_evaluations / run.head.n_circuits)
            shifts = round(run.steps.formula_evaluations / run.steps.forward_evaluations) - 1
            return f"{batch} × {run.head.n_circuits} × " + (f"(1 + {shifts})" if shifts else "1")
    return Missing(_none_ok(group))


def _weights(group: Group, results: Results) -> str:
    sources = [run.evaluation.weights_from for run in group.evaluated if run.evaluation]
    transferred = sorted({results.trainer(source) for source in sources if source is not None})
    return f"transferred from {listed(transferred)}" if transferred else "own"


def _why_no_score(group: Group) -> str:
    if not group.ok:
        return _none_ok(group)
    return "" if group.evaluated else "a slice without transferred weights is not evaluated"


def _none_ok(group: Group) -> str:
    return "" if group.ok else f"no run ended ok ({group.statuses})"


def _no_shots(group: Group) -> Missing:
    return Missing("exact probabilities: no shots" if group.quantum else CLASSICAL)


def _mean(values: Iterable[float | None], reason: str) -> float | Missing:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else Missing(reason)


def _median(group: Group, value: Callable[[RunRecord], float | None]) -> float | Missing:
    known = [found for found in map(value, group.ok) if found is not None]
    return statistics.median(known) if known else Missing(_none_ok(group) or "not recorded")


def _largest(group: Group) -> float | Missing:
    known = [run.peak_rss_mib for run in group.ok if run.peak_rss_mib is not None]
    return max(known) if known else Missing(_none_ok(group) or "not recorded")


def _phase(group: Group, phase: str) -> float | Missing:
    return _mean((getattr(run.times, phase) for run in group.ok if run.times), _none_ok(group) or "not recorded")


def _scores(score: paper.PaperScore) -> Row:
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1}


def _frame(rows: list[Row], columns: tuple[str, ...] | None = None) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns, dtype=object)
