"""The table that ends ``qhb run``, and that a notebook shows of results: the report's numbers, as far as they fit."""

from collections.abc import Callable
from typing import NamedTuple

from harness.plan.comparison import Declared
from harness.report.numbers.groups import Results
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

    def lines(self, *, width: int = WIDTH) -> list[str]:
        """Return the same as lines of text.

        Args:
            width: Columns of the terminal. Columns of the table that do not fit are left out, and long labels are cut.
        """
        return (
            _table(self.table, width)
            + [self.footnote] * bool(self.footnote)
            + [""] * bool(self.sentences)
            + self.sentences
        )


def _table(rows: list[list[str]], width: int) -> list[str]:
    kept = list(range(len(_COLUMNS)))
    while True:
        cells = [[row[n] for n in kept] for row in rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        left = width - sum(2 + size for size in widths[1:])
        last = max(kept, key=lambda n: _COLUMNS[n].rank)
        if left >= min(widths[0], _LEAST_LABEL) or _COLUMNS[last].rank == 0:
            break
        kept.remove(last)
    widths[0] = min(widths[0], max(left, _LEAST_LABEL))
    for line in cells:
        line[0] = short(line[0], widths[0])
    return [
        "  ".join(f"{cell:{'>' if n else '<'}{widths[n]}}" for n, cell in enumerate(line)).rstrip() for line in cells
    ]


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
