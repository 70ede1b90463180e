"""Figures with a row for each head: their axes, and which heads they leave out."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from harness.report.figures.svg import mark

MAX_ROWS = 40
WIDTH = 12.3
"""Inches; the page is as wide."""


def name_rows(axes: Axes, full: Sequence[str], short: Sequence[str], *, above: float = 0.6) -> None:
    """Name the rows, row i at y = i and the first at the top; a name that was cut is whole where the mouse rests on it.

    Args:
        axes: Of the figure.
        full: Whole names of the rows.
        short: What is written.
        above: Room above the first row, in rows.
    """
    axes.set_yticks(range(len(full)), short)
    for text, whole, written in zip(axes.get_yticklabels(), full, short, strict=True):
        if written != whole:
            mark(text, title=whole)
    axes.set_ylim(len(full) - 0.5, -above)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def left_out(n_drawn: int, n_rows: int, noun: str) -> str:
    """Say that a figure does not draw every row; empty where it does."""
    return f" The first {n_drawn} of {n_rows} {noun}; all are in the table." if n_rows > n_drawn else ""


def least_to_most(numbers: Sequence[int]) -> str:
    """Return the smallest and the largest of some counts: "10 to 16", "10" where all are equal."""
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
