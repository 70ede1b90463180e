"""Figures of accuracy and of wall time. They draw the numbers of the comparison and no others."""

from collections.abc import Sequence

import numpy as np

from harness.records.record import PHASES
from harness.report.figures.svg import ACCENT, INK, MUTED, PAPER, RULE, SERIES, Drawing, canvas, drawing
from harness.report.numbers import paper
from harness.report.numbers.costs import phase_name
from harness.report.numbers.groups import Results
from harness.report.numbers.rows import ComparisonRow
from harness.text import Missing, share, short, significant

MAX_ROWS = 40
WIDTH = 12.3
_PHASE_COLORS = (RULE, SERIES[2], SERIES[0], SERIES[5], SERIES[4], SERIES[3], SERIES[1], MUTED)


def accuracy_figure(results: Results, comparison: Sequence[ComparisonRow]) -> Drawing | None:
    """Draw the test accuracy of every seed, a row a configuration, beside the paper's."""
    scored = [(row.label, row.scores) for row in comparison if not isinstance(row.scores, Missing)]
    rows = scored[:MAX_ROWS]
    if not rows:
        return None
    groups = {group.label: group for group in results.groups}
    is_mnist = _is_mnist(results)
    with canvas("accuracy", width=WIDTH, height=0.75 + 0.3 * len(rows)) as figure:
        axes = figure.add_subplot()
        for y, (label, scores) in enumerate(rows):
            group = groups[label]
            own = not scores.weights.trained_by
            color = ACCENT if own else MUTED
            values = [run.evaluation.accuracy for run in group.evaluated if run.evaluation]
            axes.plot([min(values), max(values)], [y, y], color=color, linewidth=1.2, zorder=2)
            axes.plot(
                values,
                [y] * len(values),
                "o",
                color=color if own else PAPER,
                markeredgecolor=color,
                markersize=6,
                zorder=3,
            )
            if len(values) > 1:
                axes.plot([scores.accuracy_mean] * 2, [y - 0.28, y + 0.28], color=INK, linewidth=1.4, zorder=4)
            text = share(scores.accuracy_mean, scores.test_images)
            axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
        if is_mnist:
            axes.axvline(paper.ACCURACY, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
            axes.annotate(
                f"paper {paper.ACCURACY}", (paper.ACCURACY, 1), xycoords=("data", "axes fraction"), xytext=(4, 2),
                textcoords="offset points", color=MUTED, fontsize=8.5,
            )  # fmt: skip
        axes.set_yticks(range(len(rows)), [short(label, 52) for label, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_xlabel("test accuracy")
        return drawing(
            figure, name="accuracy", alt="Test accuracy of every seed: "
            + "; ".join(f"{label} {share(scores.accuracy_mean, scores.test_images)}" for label, scores in rows),
            caption="Test accuracy. A dot is a seed, the upright line their mean (printed on the right); hollow grey dots "
            "are of weights that another run trained."
            + (" The dashed line is the paper's 0.97, one run." if is_mnist else "") + _left_out(len(rows), len(scored)),
        )  # fmt: skip


def phases_figure(comparison: Sequence[ComparisonRow]) -> Drawing | None:
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
        axes.set_yticks(range(len(rows)), [short(label, 52) for label, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("share of wall time, %")
        figure.legend(
            loc="outside upper center", ncols=8, handlelength=1, handleheight=1, columnspacing=1.2, fontsize=8.5
        )
        return drawing(
            figure, name="phases", alt="Shares of wall time by phase for each head; the numbers are in the table below.",
            caption="Wall time by phase, and the total (mean over runs). Where a head sends forward and shifted evaluations in "
            "one job, the job's seconds are divided in proportion to the evaluations." + _left_out(len(rows), len(timed)),
        )  # fmt: skip


def _left_out(n_drawn: int, n_rows: int) -> str:
    """Say that a figure does not draw every row; empty where it does."""
    return f" The first {n_drawn} of {n_rows} heads; all are in the table." if n_rows > n_drawn else ""


def _is_mnist(results: Results) -> bool:
    return all(run.spec.data.name in ("mnist", "mnist-5000") for run in results.runs)
