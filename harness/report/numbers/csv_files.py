"""The report's rows as CSV."""

import dataclasses
from collections.abc import Mapping, Sequence

import pandas as pd

from harness.records.record import PHASES
from harness.report.numbers.rows import ClassRow, ComparisonRow, Costs, Difference, EpochRow, Phases, Scores, Weights
from harness.text import Missing, csv_safe

COMPARISON_COLUMNS = (
    "label", "head", "circuit", "shots", "execution", "scope", "runs_ok", "runs", "status", "seeds",
    "accuracy_mean", "accuracy_min", "accuracy_max", "runs_evaluated", "test_images",
    "macro_precision", "macro_recall", "macro_f1", "weights",
    "difference_pp_mean", "difference_pp_min", "difference_pp_max", "pairs",
    "wall_s", "steps", "step_ms", "forward_evaluations", "backward_evaluations", "formula_evaluations", "formula",
    "executed_evaluations", "setup_evaluations", "shots_per_step", "evaluations_per_s", "peak_rss_mib", *PHASES, "total_s",
    "parameters", "gradient", "checked",
)  # fmt: skip
_PARTS = {"scores": Scores, "difference": Difference, "costs": Costs, "phases": Phases}


def comparison_csv(rows: Sequence[ComparisonRow]) -> str:
    """Return the comparison as CSV: missing numbers are empty cells, and a last column gives the reasons."""
    return _csv(COMPARISON_COLUMNS, [_flat(row) for row in rows])


def classes_csv(rows: Sequence[ClassRow]) -> str:
    """Return the scores by digit as CSV, as ``comparison_csv`` does."""
    return _csv([field.name for field in dataclasses.fields(ClassRow)], [vars(row) for row in rows])


def epochs_csv(rows: Sequence[EpochRow]) -> str:
    """Return losses and accuracies by epoch as CSV, as ``comparison_csv`` does."""
    return _csv([field.name for field in dataclasses.fields(EpochRow)], [vars(row) for row in rows])


def _flat(row: ComparisonRow) -> dict[str, object]:
    """Return the row's values with those of its parts; a part that is missing gives its reason to each of its fields."""
    found: dict[str, object] = {}
    for name, value in vars(row).items():
        if name not in _PARTS:
            found[name] = value
        elif isinstance(value, Missing):
            found |= dict.fromkeys((field.name for field in dataclasses.fields(_PARTS[name])), value)
        else:
            found |= vars(value)
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
        return " ".join(map(str, value))
    return csv_safe(str(value) if isinstance(value, Weights) else value)
