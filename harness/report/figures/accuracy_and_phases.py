"""Figures of accuracy and of wall time. They draw the numbers of the comparison and no others."""

import statistics
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from harness.records.record import PHASES
from harness.report.figures.rows import MAX_ROWS, WIDTH, least_to_most, left_out, name_rows
from harness.report.figures.svg import ACCENT, INK, MUTED, PAPER, RULE, SERIES, Drawing, canvas, drawing
from harness.report.numbers import paper
from harness.report.numbers.costs import phase_name
from harness.report.numbers.groups import Results
from harness.report.numbers.names import Names
from harness.report.numbers.rows import ComparisonRow, Scores
from harness.text import Missing, share, significant

_FAR_OFF = 4  # times the median error
_PHASE_COLORS = (RULE, SERIES[2], SERIES[0], SERIES[5], SERIES[4], SERIES[3], SERIES[1], MUTED)


def accuracy_figure(results: Results, comparison: Sequence[ComparisonRow], names: Names) -> Drawing | None:
    """Draw the test accuracy of every seed, a row a configuration, beside the paper's."""
    scored = [(row.label, row.scores) for row in comparison if not isinstance(row.scores, Missing)]
    rows = scored[:MAX_ROWS]
    if not rows:
        return None
    groups = {group.label: group for group in results.groups}
    seeds = [[run.evaluation.accuracy for run in groups[label].evaluated if run.evaluation] for label, _ in rows]
    low = _left_end([min(values) for values in seeds])
    with canvas("accuracy", width=WIDTH, height=0.75 + 0.3 * len(rows)) as figure:
        axes = figure.add_subplot()
        for y, ((_, scores), values) in enumerate(zip(rows, seeds, strict=True)):
            _draw_row(axes, y, scores, [value for value in values if value >= low])
            if min(values) < low:
                axes.plot([low], [y], "<", color=MUTED, markersize=6, clip_on=False, zorder=3)
            text = share(scores.accuracy_mean, scores.test_images)
            axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
        is_mnist = _is_mnist(results)
        if is_mnist and low <= paper.ACCURACY:
            axes.axvline(paper.ACCURACY, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
            axes.annotate(
                f"paper {paper.ACCURACY}", (paper.ACCURACY, 1), xycoords=("data", "axes fraction"), xytext=(4, 2),
                textcoords="offset points", color=MUTED, fontsize=8.5,
            )  # fmt: skip
        name_rows(axes, *_named(rows, names))
        axes.set_xlim(left=low)
        axes.grid(axis="x")
        axes.set_xlabel("test accuracy")
        caption = (
            f"Test accuracy on the {least_to_most([scores.test_images for _, scores in rows])} test images of the split. A dot "
            f"is one of n = {least_to_most([len(values) for values in seeds])} seeds, the upright line their mean (printed on the "
            "right); hollow grey dots are of weights that another run trained."
        )
        if is_mnist:
            caption += " The dashed line is the paper's 0.97, one run."
        if any(min(values) < low for values in seeds):
            caption += " An arrow points at seeds that lie beyond the axis."
        return drawing(
            figure, name="accuracy", caption=caption + left_out(len(rows), len(scored), "heads"),
            alt="Test accuracy of every seed: "
            + "; ".join(f"{label} {share(scores.accuracy_mean, scores.test_images)}" for label, scores in rows),
        )  # fmt: skip


def _left_end(worst: Sequence[float]) -> float:
    """Return where the axis begins: a few heads that are far off, such as sanity checks, may not squeeze all others."""
    usual = 1 - _FAR_OFF * statistics.median(1 - accuracy for accuracy in worst)
    shown = [accuracy for accuracy in worst if accuracy >= usual]
    return max(0.0, min(shown) - 0.004)


def _draw_row(axes: Axes, y: int, scores: Scores, values: Sequence[float]) -> None:
    """Draw the seeds of one head, and their mean where it lies on the axis."""
    if not values:
        return
    own = not scores.weights.trained_by
    color = ACCENT if own else MUTED
    axes.plot([min(values), max(values)], [y, y], color=color, linewidth=1.2, zorder=2)
    axes.plot(
        values, [y] * len(values), "o", color=color if own else PAPER, markeredgecolor=color, markersize=6, zorder=3
    )
    if len(values) > 1:
        axes.plot([scores.accuracy_mean] * 2, [y - 0.28, y + 0.28], color=INK, linewidth=1.4, zorder=4)


def phases_figure(comparison: Sequence[ComparisonRow], names: Names) -> Drawing | None:
    """Draw the wall time of each configuration by phase, as shares of its total."""
    timed = [
        (row.label, row.phases) for row in comparison if not isinstance(row.phases, Missing) and row.phases.total_s
    ]
    rows = timed[:MAX_ROWS]
    if not rows:
        return None
    with canvas("phases", width=WIDTH, height=1.0 + 0.3 * len(rows)) as figure:
        axes = figure.add_subplot()
        left = np.zeros(len(rows))
        for phase, color in zip(PHASES, _PHASE_COLORS, strict=True):
            shares = np.array([getattr(phases, phase) / phases.total_s for _, phases in rows])
            axes.barh(
                range(len(rows)), 100 * shares, left=100 * left, height=0.62, color=color, edgecolor=PAPER, linewidth=0.8,
                label=phase_name(phase),
            )  # fmt: skip
            left += shares
        for y, (_, phases) in enumerate(rows):
            axes.annotate(
                f"{significant(phases.total_s)} s", (1.01, y), xycoords=("axes fraction", "data"), va="center"
            )
        name_rows(axes, *_named(rows, names), above=0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("share of wall time, %")
        figure.legend(
            loc="outside upper center", ncols=8, handlelength=1, handleheight=1, columnspacing=1.2, fontsize=8.5
        )
        return drawing(
            figure, name="phases", alt="Shares of wall time by phase for each head; the numbers are in the table below.",
            caption="Wall time by phase, and the total (mean over runs). Where a head sends forward and shifted evaluations in "
            "one job, the job's seconds are divided in proportion to the evaluations." + left_out(len(rows), len(timed), "heads"),
        )  # fmt: skip


def _is_mnist(results: Results) -> bool:
    return all(run.spec.data.name in ("mnist", "mnist-5000") for run in results.runs)


def _named(rows: Sequence[tuple[str, object]], names: Names) -> tuple[list[str], list[str]]:
    """Return the labels of the rows and their short names."""
    return [label for label, _ in rows], [names.short(label) for label, _ in rows]
