"""The figures of measured numbers. Each reads the report's tables and computes no number that is not in them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from harness.report import paper
from harness.report.groups import Group, Results
from harness.report.layout import phase_name
from harness.report.svg import ACCENT, INK, MUTED, PAPER, RULE, SERIES, Drawing, canvas, drawing
from harness.report.tables import PHASES
from harness.report.text import Missing, share, short, significant

MAX_CURVES = 12
MAX_ROWS = 40
_WIDTH = 9.6
_PHASE_COLORS = (RULE, SERIES[2], SERIES[0], SERIES[5], SERIES[4], SERIES[3], SERIES[1], MUTED)


def accuracy_figure(results: Results, comparison: pd.DataFrame) -> Drawing | None:
    """Draw the test accuracy of every seed, a row a label, beside the paper's."""
    rows = [row for row in comparison.to_dict("records") if not isinstance(row["accuracy_mean"], Missing)][:MAX_ROWS]
    if not rows:
        return None
    groups = {group.label: group for group in results.groups}
    is_mnist = _is_mnist(results)
    with canvas("accuracy", width=_WIDTH, height=0.75 + 0.3 * len(rows)) as figure:
        axes = figure.add_subplot()
        for y, row in enumerate(rows):
            group = groups[row["label"]]
            own = row["weights"] == "own"
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
            axes.plot([row["accuracy_mean"]] * 2, [y - 0.28, y + 0.28], color=INK, linewidth=1.4, zorder=4)
            text = share(row["accuracy_mean"], row["test_images"])
            axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
        if is_mnist:
            axes.axvline(paper.ACCURACY, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
            axes.annotate(
                f"paper {paper.ACCURACY}", (paper.ACCURACY, 1), xycoords=("data", "axes fraction"), xytext=(4, 2),
                textcoords="offset points", color=MUTED, fontsize=8.5,
            )  # fmt: skip
        axes.set_yticks(range(len(rows)), [short(row["label"], 52) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_xlabel("test accuracy")
        return drawing(
            figure, name="accuracy", alt="Test accuracy of every seed: "
            + "; ".join(f"{row['label']} {share(row['accuracy_mean'], row['test_images'])}" for row in rows),
            caption="Test accuracy. A dot is a seed, the upright line their mean (printed on the right); hollow grey dots "
            "are slices classified with weights that another run trained."
            + (" The dashed line is the paper's 0.97, one run." if is_mnist else ""),
        )  # fmt: skip


def phases_figure(comparison: pd.DataFrame) -> Drawing | None:
    """Draw each label's wall time by phase, as shares of its total."""
    rows = [row for row in comparison.to_dict("records") if not isinstance(row["total_s"], Missing) and row["total_s"]]
    rows = rows[:MAX_ROWS]
    if not rows:
        return None
    with canvas("phases", width=_WIDTH, height=1.0 + 0.3 * len(rows)) as figure:
        axes = figure.add_subplot()
        left = np.zeros(len(rows))
        for phase, color in zip(PHASES, _PHASE_COLORS, strict=True):
            shares = np.array([row[phase] / row["total_s"] for row in rows])
            axes.barh(
                range(len(rows)), 100 * shares, left=100 * left, height=0.62, color=color, edgecolor=PAPER, linewidth=0.8,
                label=phase_name(phase),
            )  # fmt: skip
            left += shares
        for y, row in enumerate(rows):
            axes.annotate(
                f"{significant(row['total_s'])} s", (1.01, y), xycoords=("axes fraction", "data"), va="center"
            )
        axes.set_yticks(range(len(rows)), [short(row["label"], 52) for row in rows])
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
            caption="Where the wall time goes, and its total (mean over runs). Heads that send forward and shifted "
            "evaluations in one job have its seconds divided in proportion to the evaluations.",
        )  # fmt: skip


def curves_figure(results: Results, epochs: pd.DataFrame) -> Drawing | None:
    """Draw validation loss and accuracy by epoch, the paper's Fig. 6: mean over seeds, range shaded."""
    ok = epochs[(epochs["status"] == "ok") & (epochs["scope"] == "full")]
    all_labels = list(dict.fromkeys(ok["label"]))
    labels = all_labels[:MAX_CURVES]
    if not labels:
        return None
    floors = sorted({floor for group in results.groups if group.label in labels for floor in [_floor(group)] if floor})
    with canvas("curves", width=_WIDTH, height=3.3 + 0.2 * math.ceil(len(labels) / 2)) as figure:
        panels = figure.subplots(1, 2)
        for axes, column in zip(panels, ("validation_loss", "validation_accuracy"), strict=True):
            for index, label in enumerate(labels):
                by_epoch = ok[ok["label"] == label].astype({column: float, "epoch": int}).groupby("epoch")[column]
                _curve(axes, by_epoch.agg(["mean", "min", "max"]), index, label)
            axes.set_title(column.replace("_", " "))
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(axis="y")
        for floor in floors:
            panels[0].axhline(floor, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
            panels[0].annotate(
                f"floor {floor:.4f}", (1, floor), xycoords=("axes fraction", "data"), xytext=(0, 3),
                textcoords="offset points", ha="right", color=MUTED, fontsize=8.5,
            )  # fmt: skip
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=8.5, handlelength=2.6)
        caption = "Validation loss and accuracy by epoch (cf. the paper's Fig. 6): mean over seeds, their range shaded."
        if floors:
            caption += (
                " Losses of different heads do not compare: where the network's outputs are probabilities, cross-entropy "
                "cannot fall below the dashed floor, ln(1 + 9 exp(-logit_scale)); the linear head has no floor."
            )
        if len(all_labels) > len(labels):
            caption += f" The first {len(labels)} of {len(all_labels)} heads; all are in epochs.csv."
        return drawing(figure, name="curves", alt=_curves_alt(ok, labels), caption=caption)


def _curve(axes: Axes, bands: pd.DataFrame, index: int, label: str) -> None:
    color = SERIES[index % len(SERIES)]
    style: Any = "solid" if index < len(SERIES) else (0, (3, 1.5))
    axes.fill_between(bands.index, bands["min"], bands["max"], color=color, alpha=0.16, linewidth=0)
    marker = "o" if len(bands) == 1 else None
    axes.plot(
        bands.index, bands["mean"], color=color, linestyle=style, linewidth=1.6, marker=marker, label=short(label, 60)
    )


def _curves_alt(ok: pd.DataFrame, labels: Sequence[str]) -> str:
    parts = []
    for label in labels:
        mine = ok[ok["label"] == label]
        last = mine[mine["epoch"] == mine["epoch"].max()].astype(
            {"validation_loss": float, "validation_accuracy": float}
        )
        loss, accuracy = last["validation_loss"].mean(), last["validation_accuracy"].mean()
        parts.append(f"{label} ends at loss {loss:.3f}, accuracy {accuracy:.3f}")
    return "Validation loss and accuracy by epoch: " + "; ".join(parts)


def _floor(group: Group) -> float | None:
    """Least cross-entropy of a head whose ten outputs are probabilities, None for others."""
    spec = group.first.spec
    if not group.quantum and spec.head != "cosine":
        return None
    return math.log(1 + 9 * math.exp(-spec.model.logit_scale))


def _is_mnist(results: Results) -> bool:
    return all(run.spec.data.name in ("mnist", "mnist-5000") for run in results.runs)
