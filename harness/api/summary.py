"""The table that ends ``qhb run``, and that a notebook shows of results: the report's numbers, as far as they fit."""

from collections.abc import Callable
from typing import NamedTuple

from harness.plan.comparison import Declared
from harness.report.numbers.groups import Results
from harness.report.numbers.rows import ComparisonRow, Scores
from harness.text import Missing


class _TerminalColumn(NamedTuple):
    title: str
    text: Callable[[ComparisonRow], str]


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
    _TerminalColumn("params", lambda row: _number(row.parameters, "{:,}")),
    _TerminalColumn("train s", lambda row: _number(row.costs.training_s, "{:.1f}")),
    _TerminalColumn("ms/step", lambda row: _number(row.costs.step_ms, "{:.1f}")),
    _TerminalColumn("evals/step", lambda row: _number(row.costs.formula_evaluations, "{:.0f}")),
    _TerminalColumn("executed", lambda row: _number(row.costs.executed_evaluations, "{:.0f}")),
    _TerminalColumn("evals", lambda row: _number(row.costs.training_evaluations, "{:,.0f}")),
)


class Summary(NamedTuple):
    """What a study found, in short.

    Attributes:
        table: The headings, then a row of cells for each configuration.
        footnote: What an asterisk in the table stands for; empty where there is none.
        sentences: The verdicts, then when they were declared; empty where nothing was compared.
    """

    table: list[list[str]]
    footnote: str
    sentences: list[str]

    def lines(self) -> list[str]:
        """Return the same as lines of text."""
        widths = [max(map(len, column)) for column in zip(*self.table, strict=True)]
        lines = []
        for row in self.table:
            first, *others = (f"{cell:{'>' if n else '<'}{widths[n]}}" for n, cell in enumerate(row))
            lines.append("  ".join([first, *others]))
        return lines + [self.footnote] * bool(self.footnote) + [""] * bool(self.sentences) + self.sentences


def summary(results: Results, declared: Declared | None) -> Summary:
    """Return a row for each configuration and a sentence for each declared comparison.

    Args:
        results: The runs.
        declared: The plan's comparisons.
    """
    from harness.report.numbers.tables import comparison  # scipy, which is in the extra report
    from harness.report.numbers.verdicts import declaration, verdicts

    rows, found = comparison(results), verdicts(results, declared)
    footnote = "* of weights that another run trained; runs marked so train a few steps for their cost, or not at all"
    sentences = [f"{verdict.sentence} {verdict.sensitivity}".rstrip() for verdict in found]
    return Summary(
        [[column.title for column in _COLUMNS], *([column.text(row) for column in _COLUMNS] for row in rows)],
        footnote if any(map(_transferred, rows)) else "",
        sentences + ([declaration(results, declared)] if found else []),
    )
