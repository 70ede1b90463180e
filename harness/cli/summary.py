"""The table that ``qhb run`` prints at its end: the report's numbers, as far as they fit a terminal."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from harness.plan.comparison import Declared
from harness.records.record import RunRecord
from harness.report.numbers.rows import ComparisonRow, Scores
from harness.text import WIDTH, Missing, short

_LEAST_LABEL = 24  # characters that are left of a label before a column is left out


class _TerminalColumn(NamedTuple):
    """A column; of those that do not fit, the one with the highest rank is left out first."""

    title: str
    text: Callable[[ComparisonRow], str]
    rank: int = 0


def _number(value: float | Missing, form: str) -> str:
    return form.format(value) if isinstance(value, int | float) else "-"


def _score(scores: Scores | Missing, form: Callable[[Scores], str]) -> str:
    return "-" if isinstance(scores, Missing) else form(scores)


def _transferred(row: ComparisonRow) -> bool:
    return not isinstance(row.scores, Missing) and bool(row.scores.weights.trained_by)


_COLUMNS = (
    _TerminalColumn("run", lambda row: row.label + ("" if row.runs_ok == row.runs else f" ({row.status})")),
    _TerminalColumn("seeds", lambda row: str(row.runs)),
    _TerminalColumn(
        "accuracy",
        lambda row: (
            _score(row.scores, lambda scores: f"{scores.accuracy_mean:.4f}") + ("*" if _transferred(row) else "")
        ),
    ),
    _TerminalColumn("official", lambda row: _score(row.official, lambda scores: f"{scores.accuracy_mean:.4f}")),
    _TerminalColumn("params", lambda row: _number(row.parameters, "{:,}"), 4),
    _TerminalColumn("train s", lambda row: _number(row.costs.training_s, "{:.1f}"), 1),
    _TerminalColumn("ms/step", lambda row: _number(row.costs.step_ms, "{:.1f}"), 3),
    _TerminalColumn("evals/step", lambda row: _number(row.costs.formula_evaluations, "{:.0f}")),
    _TerminalColumn("executed", lambda row: _number(row.costs.executed_evaluations, "{:.0f}"), 2),
    _TerminalColumn("evals", lambda row: _number(row.costs.training_evaluations, "{:,.0f}"), 5),
)


def summary(
    records: Sequence[RunRecord],
    *,
    labels: Mapping[str, str],
    earlier: Sequence[RunRecord] = (),
    declared: Declared | None = None,
    width: int = WIDTH,
) -> list[str]:
    """Return a heading, a line for each configuration, a footnote where one is needed, the verdicts, and when they were declared.

    Args:
        records: Of runs, one for each.
        earlier: Attempts that no longer count.
        labels: Of the latest plan, by run id.
        declared: The plan's comparisons.
        width: Columns of the terminal. Columns of the table that do not fit are left out, and long labels are cut.
    """
    from harness.report.numbers.grouping import grouped
    from harness.report.numbers.tables import comparison
    from harness.report.numbers.verdicts import declaration, verdicts  # scipy, which is in the extra report

    results = grouped(records, earlier, labels)
    rows = comparison(results)
    lines = _table(rows, width)
    if any(_transferred(row) for row in rows):
        lines.append(
            "* of weights that another run trained; runs marked so train a few steps for their cost, or not at all"
        )
    found = verdicts(results, declared)
    return [
        *lines,
        *([""] if found else []),
        *(f"{verdict.sentence} {verdict.sensitivity}".rstrip() for verdict in found),
        *([declaration(results, declared)] if found else []),
    ]


def _table(rows: Sequence[ComparisonRow], width: int) -> list[str]:
    columns = list(_COLUMNS)
    while True:
        cells = [[column.title for column in columns], *([column.text(row) for column in columns] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        left = width - sum(2 + size for size in widths[1:])
        last = max(columns, key=lambda column: column.rank)
        if left >= min(widths[0], _LEAST_LABEL) or last.rank == 0:
            break
        columns.remove(last)
    widths[0] = min(widths[0], max(left, _LEAST_LABEL))
    for line in cells:
        line[0] = short(line[0], widths[0])
    return [
        "  ".join(f"{cell:{'>' if n else '<'}{widths[n]}}" for n, cell in enumerate(line)).rstrip() for line in cells
    ]
