"""The report's rows as CSV."""

import dataclasses
from collections.abc import Mapping, Sequence

import pandas as pd

from harness.records.record import PHASES
from harness.report.numbers.rows import ClassRow, ComparisonRow, Costs, Difference, EpochRow, Phases, Scores, Weights
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.text import Missing, csv_safe

COMPARISON_COLUMNS = (
    "label", "head", "circuit", "shots", "execution", "scope", "runs_ok", "runs", "status", "seeds",
    "accuracy_mean", "accuracy_min", "accuracy_max", "runs_evaluated", "test_images",
    "macro_precision", "macro_recall", "macro_f1", "macro_f1_low", "macro_f1_high", "weights",
    *(f"official_{name}" for name in (field.name for field in dataclasses.fields(Scores))),
    "difference_pp_mean", "difference_pp_min", "difference_pp_max", "pairs",
    "wall_s", "steps", "step_ms", "forward_evaluations", "backward_evaluations", "formula_evaluations", "formula",
    "executed_evaluations", "setup_evaluations", "shots_per_step", "evaluations_per_s",
    "training_s", "training_evaluations", "peak_rss_mib", *PHASES, "total_s",
    "parameters", "settings", "shuffled", "gradient", "checked",
)  # fmt: skip
_PARTS = {"scores": Scores, "official": Scores, "difference": Difference, "costs": Costs, "phases": Phases}
_PREFIXES = {"official": "official_"}

_COMPONENTS = ("seed", "image", "residual")
VERDICT_COLUMNS = (
    "ours", "theirs", "verdict", "within_margin", "test_set", "n_seeds", "seeds", "seeds_asked", "n_images", "margin_pp",
    "ours_accuracy", "theirs_accuracy", "effect_pp", "low_pp", "high_pp", "p", "p_holm", "equivalence_p", "equivalence_p_holm",
    "se_pp", "df", *(f"{name}_variance" for name in _COMPONENTS), "seeds_only_low_pp", "seeds_only_high_pp", "sign_flip_p",
    "sign_flip_floor", "ours_only", "theirs_only", "detectable_pp", "provable_pp", "note", "sensitivity",
)  # fmt: skip


def comparison_csv(rows: Sequence[ComparisonRow]) -> str:
    """Return the comparison as CSV: missing numbers are empty cells, and a last column gives the reasons."""
    return _csv(COMPARISON_COLUMNS, [_flat(row) for row in rows])


def classes_csv(rows: Sequence[ClassRow]) -> str:
    """Return the scores by digit as CSV, as ``comparison_csv`` does."""
    return _csv([field.name for field in dataclasses.fields(ClassRow)], [vars(row) for row in rows])


def epochs_csv(rows: Sequence[EpochRow]) -> str:
    """Return losses and accuracies by epoch as CSV, as ``comparison_csv`` does."""
    return _csv([field.name for field in dataclasses.fields(EpochRow)], [vars(row) for row in rows])


def verdicts_csv(found: Sequence[DeclaredVerdict]) -> str:
    """Return the declared comparisons with all their numbers as CSV, as ``comparison_csv`` does."""
    return _csv(VERDICT_COLUMNS, [_verdict(verdict) for verdict in found])


def _verdict(verdict: DeclaredVerdict) -> dict[str, object]:
    names = {"ours": verdict.ours, "theirs": verdict.theirs, "sensitivity": verdict.sensitivity}
    judged, answers = verdict.judgement, verdict.answers
    if isinstance(judged, Missing) or isinstance(answers, Missing):
        why = answers if isinstance(answers, Missing) else judged
        return {**dict.fromkeys(VERDICT_COLUMNS, why), **names}
    compared = judged.comparison
    found: dict[str, object] = {**vars(judged), **vars(compared), **names}
    parts, seeds_only = compared.components, compared.seeds_only
    return found | {
        "test_set": answers.test_set,
        "seeds": answers.common,
        "seeds_asked": len(answers.seeds),
        "verdict": str(judged.verdict),
        **{f"{name}_variance": parts if isinstance(parts, Missing) else getattr(parts, name) for name in _COMPONENTS},
        "seeds_only_low_pp": seeds_only if isinstance(seeds_only, Missing) else seeds_only.low_pp,
        "seeds_only_high_pp": seeds_only if isinstance(seeds_only, Missing) else seeds_only.high_pp,
    }


def _flat(row: ComparisonRow) -> dict[str, object]:
    """Return the row's values with those of its parts; a part that is missing gives its reason to each of its fields."""
    found: dict[str, object] = {}
    for name, value in vars(row).items():
        if name not in _PARTS:
            found[name] = value
            continue
        for field in dataclasses.fields(_PARTS[name]):
            part = value if isinstance(value, Missing) else getattr(value, field.name)
            found[_PREFIXES.get(name, "") + field.name] = part
    return found


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    lines = []
    for row in rows:
        missing = [f"{name}: {value.reason}" for name in columns if isinstance(value := row[name], Missing)]
        lines.append([*(_cell(row[name]) for name in columns), "; ".join(missing)])
    text: str = pd.DataFrame(lines, columns=[*columns, "missing"], dtype=object).to_csv(index=False)
    return text


def _cell(value: object) -> object:
    if isinstance(value, Missing):
        return ""
    if isinstance(value, tuple):
        between = "; " if any(isinstance(part, str) for part in value) else " "
        return csv_safe(between.join(map(str, value)))
    return csv_safe(str(value) if isinstance(value, Weights) else value)
