"""The main table of the report and the table of wall time by phase."""

from collections.abc import Callable, Sequence

from harness.records.record import PHASES
from harness.report.numbers.costs import phase_name
from harness.report.numbers.rows import ComparisonRow, Number, Scores
from harness.report.sections.layout import Cell, Notes, Table, aligned
from harness.text import Missing, compact, count, ranges, seconds, share, significant

_NOT_CHECKED = "not checked"
_PURPOSES = {"native": "to prove angles dead", "channels": "for the channels"}
_Column = Callable[[ComparisonRow], Cell | Missing]


def comparison_table(rows: Sequence[ComparisonRow]) -> Table:
    """Return the main table: one row a configuration."""
    columns: dict[str, _Column] = {
        "Head": lambda row: Cell(row.label, _head(row), number=False),
        "Runs": lambda row: Cell(row.status, _seeds(row), number=False),
        "Scope": _scope,
        "Parameters": lambda row: _number(row.parameters, count),
        "Accuracy": lambda row: _accuracy(row, row.scores),
        "Official images": lambda row: _accuracy(row, row.official),
        "Macro F1": _macro_f1,
        "Training, s": _training,
        "Step, ms": lambda row: _number(row.costs.step_ms, significant),
        "Requested a step": _requested,
        "Executed a step": _executed,
        "Requested in training": lambda row: _number(row.costs.training_evaluations, compact),
    }
    caption = (
        "All heads. Parameters: trainable ones of the classifier. Accuracy and macro F1: on the test images of the split; official "
        "images: accuracy on the data set's own test images; mean over seeds (smallest–largest). Times and rates: median over "
        "runs; training: without set-up, validation and tests, and below it the whole run. "
        "Requested: circuit evaluations of one optimizer step, forward + backward, and the formula batch × circuits × "
        "(1 + shifts). Executed: circuit evaluations that the backend executes for a step; a response table, or a chain of "
        "channels, answers from what was executed once."
    )
    if any(row.checked is False for row in rows):
        caption += (
            f" {_NOT_CHECKED.capitalize()}: when a run was made, the head had not passed qhb check as it was then."
        )
    groups = [("", 4), ("Quality", 3), ("Time", 2), ("Circuit evaluations", 3)]
    return _table("comparison", caption, columns, rows, groups)


def phases_table(rows: Sequence[ComparisonRow]) -> Table:
    """Return the wall time by phase, seconds, the rate of answers, and the memory."""
    columns: dict[str, _Column] = {"Head": lambda row: Cell(row.label, number=False)}
    for phase in (*PHASES, "total_s"):
        columns[phase_name(phase).capitalize()] = _phase(phase)
    columns["Answered/s"] = lambda row: _number(row.costs.evaluations_per_s, significant)
    columns["Peak, MiB"] = lambda row: _number(row.costs.peak_rss_mib, lambda value: f"{value:,.0f}")
    caption = (
        "Wall time by phase, seconds: mean over the runs that ended ok. The phases add up to the total. Answered/s: requested "
        "circuit evaluations over seconds inside the head, median over runs. Peak: memory of the process, the largest of the runs."
    )
    return _table("phases", caption, columns, rows, [])


def _table(
    name: str,
    caption: str,
    columns: dict[str, _Column],
    rows: Sequence[ComparisonRow],
    groups: list[tuple[str, int]],
) -> Table:
    notes = Notes()
    cells = [[notes.cell(column(row)) for column in columns.values()] for row in rows]
    return Table(name, caption, list(columns), aligned(cells), notes.lines(), groups)


def _number(value: Number, text: Callable[[float], str]) -> Cell | Missing:
    return value if isinstance(value, Missing) else Cell(text(value))


def _head(row: ComparisonRow) -> str:
    """Return what the label does not say: head, circuit and shots, unusual settings, and what to beware of."""
    parts = [row.head]
    if not isinstance(row.circuit, Missing):
        parts += [row.circuit, "exact" if row.shots == "exact" else f"{row.shots} shots"]
        parts += [] if row.execution == "native" else [str(row.execution)]
    shown = [] if all(part in row.label for part in parts) else parts
    shown += [setting for setting in row.settings if setting not in row.label.replace("_", " ")]
    beware = [
        *(["sanity check, must be at chance"] if row.shuffled else []),
        *([_NOT_CHECKED] if row.checked is False else []),
    ]
    return " · ".join([*shown, *beware])


def _seeds(row: ComparisonRow) -> str:
    return "" if isinstance(row.seeds, Missing) else f"seed{'s' if len(row.seeds) > 1 else ''} {ranges(row.seeds)}"


def _scope(row: ComparisonRow) -> Cell:
    steps, scores = row.costs.steps, row.scores
    parts = [f"{count(steps)} steps"] if row.scope == "slice" and not isinstance(steps, Missing) else []
    if not isinstance(scores, Missing) and scores.weights.trained_by:
        parts.append(f"weights {scores.weights}")
    return Cell(row.scope, ", ".join(parts), number=False)


def _training(row: ComparisonRow) -> Cell | Missing:
    training, wall = row.costs.training_s, row.costs.wall_s
    if isinstance(wall, Missing):
        return wall
    whole = f"{wall:,.1f}"
    return Cell(whole, "whole run") if isinstance(training, Missing) else Cell(f"{training:,.1f}", f"of {whole}")


def _accuracy(row: ComparisonRow, scores: Scores | Missing) -> Cell | Missing:
    if isinstance(scores, Missing):
        return scores
    least, most = (share(value, scores.test_images) for value in (scores.accuracy_min, scores.accuracy_max))
    spread = f"{least}–{most}" if row.runs_evaluated > 1 else "one seed"
    return Cell(share(scores.accuracy_mean, scores.test_images), spread)


def _macro_f1(row: ComparisonRow) -> Cell | Missing:
    scores = row.scores
    if isinstance(scores, Missing):
        return scores
    return _number(scores.macro_f1, lambda value: share(value, scores.test_images))


def _requested(row: ComparisonRow) -> Cell | Missing:
    costs = row.costs
    forward, backward, formula = costs.forward_evaluations, costs.backward_evaluations, costs.formula_evaluations
    if isinstance(forward, Missing) or isinstance(backward, Missing) or isinstance(formula, Missing):
        return next(value for value in (forward, backward, formula) if isinstance(value, Missing))
    sign = "=" if abs(forward + backward - formula) <= 1e-6 * formula else "≠"
    return Cell(f"{count(forward)} + {count(backward)}", f"{sign} {costs.formula}")


def _executed(row: ComparisonRow) -> Cell | Missing:
    executed, once = row.costs.executed_evaluations, row.costs.setup_evaluations
    if isinstance(executed, Missing):
        return executed
    if isinstance(once, Missing) or not once:
        return Cell(count(executed))
    purpose = _PURPOSES.get(str(row.execution), "for the table")
    return Cell(count(executed), f"{count(once)} once, {purpose}")


def _phase(phase: str) -> _Column:
    def cell(row: ComparisonRow) -> Cell | Missing:
        return row.phases if isinstance(row.phases, Missing) else Cell(seconds(getattr(row.phases, phase)))

    return cell
