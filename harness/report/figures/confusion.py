"""Confusion matrices, as in the paper's Fig. 7: summed over the seeds of a configuration."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from harness.report.figures.rows import least_to_most
from harness.report.figures.svg import ACCENT, INK, MUTED, PAPER, RULE, WARM, Drawing, canvas, drawing
from harness.report.numbers.confusion import classes_of, confusion_of, kind_of, main_group
from harness.report.numbers.groups import Group, Results
from harness.text import counted

MAX_OTHERS = 20  # a matrix takes 24 KB of the page
_MAX_NAMED = 20  # classes that have room for their names and numbers
_MAX_LEVEL = 3  # characters of a name that has room beside its neighbours


class OtherMatrix(NamedTuple):
    """The matrix of a head that is shown on demand."""

    label: str
    drawn: Drawing


def confusion_figure(results: Results) -> Drawing | None:
    """Draw the matrix of the reference row, or of the first evaluated row where there is no reference."""
    group = main_group(results)
    return None if group is None else _matrix(group, "confusion")


def other_confusions(results: Results) -> list[OtherMatrix]:
    """Draw the matrices of the first other rows."""
    main = main_group(results)
    others = [group for group in results.groups if group.evaluated and group is not main]
    drawn = others[:MAX_OTHERS]
    return [OtherMatrix(group.label, _matrix(group, f"confusion-{n}")) for n, group in enumerate(drawn, 1)]


def _matrix(group: Group, name: str) -> Drawing:
    matrix, classes = confusion_of(group), classes_of(group)
    kind = kind_of(classes)
    rates = ", ".join(f"{one}: {_rate(matrix, number)}" for number, one in enumerate(classes))
    images = sorted({run.evaluation.n_images for run in group.evaluated if run.evaluation})
    published = " The paper reports at least 95 % for every digit." if kind == "digit" else ""
    with canvas(name, width=5.6, height=5.2) as figure:
        axes = figure.add_subplot()
        _cells(axes, matrix, classes)
        axes.set_xlabel(f"predicted {kind}")
        axes.set_ylabel(f"true {kind}")
        return drawing(
            figure, name=name,
            alt=f"Confusion matrix of {group.label}; share of each {kind} that is classified correctly: {rates}.",
            caption=f"Confusion matrix of {group.label} (cf. the paper's Fig. 7): images, summed over "
            f"{counted(len(group.evaluated), 'seed')} of {least_to_most(images)} test images each. Colour: share of the true {kind}; "
            "off the diagonal in a second colour and on a square-root scale, so that single mistakes are visible. Correctly "
            f"classified: {rates}.{published}",
        )  # fmt: skip


def _rate(matrix: np.ndarray, number: int) -> str:
    images = matrix[number].sum()
    return f"{100 * matrix[number, number] / images:.1f}\u00a0%" if images else "no images"


def _cells(axes: Axes, matrix: np.ndarray, names: Sequence[str]) -> None:
    """Draw a matrix, with numbers and with the names of its classes where they are given and have room."""
    n = len(matrix)
    numbers = 0 < len(names) <= _MAX_NAMED
    for (true, predicted), images in np.ndenumerate(matrix):
        if not images:
            continue
        part = images / matrix[true].sum()
        right = true == predicted
        alpha = 0.15 + 0.85 * part**2 if right else 0.12 + 0.88 * min(1.0, part**0.5)
        axes.add_patch(
            Rectangle(
                (predicted - 0.5, true - 0.5), 1, 1, facecolor=ACCENT if right else WARM, alpha=alpha, linewidth=0
            )
        )
        if numbers:
            color = PAPER if alpha > 0.55 else INK
            axes.text(predicted, true, f"{images}", ha="center", va="center_baseline", color=color, fontsize=8.5)
    lines = np.arange(1, n) - 0.5
    axes.hlines(lines, -0.5, n - 0.5, color=RULE, linewidth=0.5, zorder=0.9)
    axes.vlines(lines, -0.5, n - 0.5, color=RULE, linewidth=0.5, zorder=0.9)
    ticks = range(n) if numbers else ()
    axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), aspect="equal", xticks=ticks, yticks=ticks)
    if numbers:
        rotation = 90 if max(map(len, names)) > _MAX_LEVEL else 0
        axes.set_xticks(ticks, names, rotation=rotation)
        axes.set_yticks(ticks, names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set(visible=True, color=MUTED)
