"""The report's numbers, all of them: HTML, Markdown, CSV and figures read these tables and compute nothing of their own."""

import statistics
from typing import Any

import pandas as pd

from harness.records.record import PHASES
from harness.report import paper
from harness.report.costs import CLASSICAL, costs, mean, none_ok
from harness.report.groups import Group, Results
from harness.text import Missing, clean, csv_safe, listed

Row = dict[str, Any]


COLUMNS = (
    "label", "head", "circuit", "shots", "execution", "scope", "runs_ok", "runs", "status", "seeds",
    "accuracy_mean", "accuracy_min", "accuracy_max", "runs_evaluated", "test_images",
    "macro_precision", "macro_recall", "macro_f1", "weights",
    "difference_pp_mean", "difference_pp_min", "difference_pp_max", "pairs",
    "wall_s", "steps", "step_ms", "forward_evaluations", "backward_evaluations", "formula_evaluations", "formula",
    "executed_evaluations", "setup_evaluations", "shots_per_step", "evaluations_per_s", "peak_rss_mib", *PHASES, "total_s",
    "parameters", "gradient",
)  # fmt: skip


def comparison(results: Results) -> pd.DataFrame:
    """Return one row a label. A number that there is none of is a ``Missing`` with its reason.

    Accuracies and scores are means over seeds; ``difference_pp`` is the accuracy minus that of the linear head with the
    same seed and test images, percentage points; times and rates are medians over runs; memory is the largest of the
    runs; the phases are means, so that they add up to ``total_s``.
    """
    rows = [_what(group) | _quality(group, results) | costs(group) | _size(group) for group in results.groups]
    return _frame(rows, COLUMNS)


def classes(results: Results) -> pd.DataFrame:
    """Return precision, recall and F1 of each digit: first the paper's Table 1, then one block a label (mean over seeds)."""
    rows: list[Row] = [
        {
            "label": paper.LABEL,
            "digit": score.digit,
            **_scores(score),
            "images": Missing("not published"),
            "seeds": Missing("not published"),
        }
        for score in paper.TABLE_1
    ]
    for group in results.groups:
        by_run = [run.evaluation.classes for run in group.evaluated if run.evaluation]
        for same in zip(*by_run, strict=True):
            means = {
                name: mean((getattr(one, name) for one in same), "nothing to divide by: Eq. (10)-(12)")
                for name in ("precision", "recall", "f1")
            }
            rows.append(
                {"label": group.label, "digit": same[0].label, **means, "images": same[0].support, "seeds": len(same)}
            )
    return _frame(rows, ("label", "digit", "precision", "recall", "f1", "images", "seeds"))


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


def _what(group: Group) -> Row:
    spec = group.first.spec
    return {
        "label": group.label,
        "head": clean(spec.head),
        "circuit": clean(spec.circuit) if spec.circuit else Missing(CLASSICAL),
        "shots": spec.shots or ("exact" if group.quantum else Missing(CLASSICAL)),
        "execution": _execution(group),
        "scope": group.first.scope,
        "runs_ok": len(group.ok),
        "runs": len(group.runs),
        "status": group.statuses,
        "seeds": " ".join(map(str, group.seeds)) or Missing(none_ok(group)),
    }


def _execution(group: Group) -> str | Missing:
    """Say who answers in a step: the backend, its exact response table, or one that was estimated from shots."""
    if not group.quantum:
        return Missing(CLASSICAL)
    if group.first.spec.execution == "native":
        return "native"
    kinds = {str(run.head.provenance.get("kind", "")) for run in group.ok if run.head}
    return "estimated table" if "estimate" in kinds else "table"


def _quality(group: Group, results: Results) -> Row:
    evaluations = [run.evaluation for run in group.evaluated if run.evaluation]
    accuracies = [evaluation.accuracy for evaluation in evaluations]
    none = _why_no_score(group)
    row: Row = {
        "accuracy_mean": mean(accuracies, none),
        "accuracy_min": min(accuracies) if accuracies else Missing(none),
        "accuracy_max": max(accuracies) if accuracies else Missing(none),
        "runs_evaluated": len(accuracies),
        "test_images": evaluations[0].n_images if evaluations else Missing(none),
        "weights": _weights(group, results) if evaluations else Missing(none),
    }
    for name in ("macro_precision", "macro_recall", "macro_f1"):
        row[name] = mean((getattr(evaluation, name) for evaluation in evaluations), none or "no class has one")
    return row | _difference(group, results.linear_for(group))


def _difference(group: Group, linear: Group | None) -> Row:
    """Pair the runs with the linear head's of the same seed: same test images, same start, same order of images."""
    names = ("difference_pp_mean", "difference_pp_min", "difference_pp_max")
    found = _differences(group, linear)
    if isinstance(found, Missing):
        return {**dict.fromkeys(names, found), "pairs": 0}
    return {**dict(zip(names, (statistics.fmean(found), min(found), max(found)), strict=True)), "pairs": len(found)}


def _differences(group: Group, linear: Group | None) -> list[float] | Missing:
    if not (group.full and group.evaluated):
        return Missing(_why_no_score(group) or "not trained by itself to the end")
    if linear is None:
        return Missing("no linear head trained in full on the same images, network and settings")
    if group is linear:
        return Missing("the linear head itself")
    theirs = {run.spec.seed: run.evaluation.accuracy for run in linear.evaluated if run.evaluation}
    pairs = [(run.evaluation.accuracy, run.spec.seed) for run in group.evaluated if run.evaluation]
    found = [100 * (accuracy - theirs[seed]) for accuracy, seed in pairs if seed in theirs]
    return found or Missing("no seed in common with the linear head")


def _size(group: Group) -> Row:
    head = next((run.head for run in group.ok if run.head), None)
    missing = Missing(none_ok(group) or "not recorded")
    return {"parameters": head.n_parameters if head else missing, "gradient": head.gradient if head else missing}


def _weights(group: Group, results: Results) -> str:
    sources = [run.evaluation.weights_from for run in group.evaluated if run.evaluation]
    transferred = sorted({results.trainer(source) for source in sources if source is not None})
    return f"transferred from {listed(transferred)}" if transferred else "own"


def _why_no_score(group: Group) -> str:
    if not group.ok:
        return none_ok(group)
    return "" if group.evaluated else "a slice without transferred weights is not evaluated"


def _scores(score: paper.PaperScore) -> Row:
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1}


def _frame(rows: list[Row], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns, dtype=object)
