"""Learning curves, the paper's Fig. 6: validation loss and accuracy by epoch."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from harness.report.figures import WIDTH
from harness.report.groups import Group, Results
from harness.report.svg import MUTED, SERIES, Drawing, canvas, drawing
from harness.spec import N_CLASSES
from harness.text import short

MAX_CURVES = 12


def curves_figure(results: Results, epochs: pd.DataFrame) -> Drawing | None:
    """Draw the mean over seeds of each fully trained label, the seeds' range shaded.

    Heads whose outputs are probabilities have a loss panel of their own: their loss has a floor, that of others has none.
    """
    trained = [group for group in results.groups if group.full and any(run.epochs for run in group.ok)]
    drawn = trained[:MAX_CURVES]
    if not drawn:
        return None
    floors = {group.label: loss_floor(group) for group in drawn}
    bounded = [group.label for group in drawn if floors[group.label] is not None]
    free = [group.label for group in drawn if floors[group.label] is None]
    panels = [(labels, "validation_loss", _loss_title(labels, bounded, free)) for labels in (bounded, free) if labels]
    panels.append(([group.label for group in drawn], "validation_accuracy", "validation accuracy"))
    styles = {group.label: index for index, group in enumerate(drawn)}
    ok = epochs[(epochs["status"] == "ok") & epochs["label"].isin(list(styles))]
    ok = ok.astype({"validation_loss": float, "validation_accuracy": float, "epoch": int})
    with canvas("curves", width=WIDTH, height=3.4 + 0.2 * math.ceil(len(drawn) / 4)) as figure:
        for axes, (labels, column, title) in zip(figure.subplots(1, len(panels)), panels, strict=True):
            for label in labels:
                by_epoch = ok[ok["label"] == label].groupby("epoch")[column]
                _curve(axes, by_epoch.agg(["mean", "min", "max"]), styles[label], label)
            if column == "validation_loss":
                _draw_floors(axes, {floors[label] for label in labels} - {None})
            axes.set_title(title)
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axes.grid(axis="y")
        handles, names = figure.axes[-1].get_legend_handles_labels()
        figure.legend(
            handles, names, loc="outside lower center", ncols=min(4, len(drawn)), fontsize=9, handlelength=2.6
        )
        caption = "Validation loss and accuracy by epoch (cf. the paper's Fig. 6): mean over seeds, their range shaded."
        if bounded:
            caption += (
                " Where the network's outputs are probabilities, cross-entropy cannot fall below ln(1 + 9 exp(-logit_scale)), "
                "the dashed floor, so that losses on the two sides of it do not compare; accuracies do."
            )
        if len(trained) > len(drawn):
            caption += f" The first {len(drawn)} of {len(trained)} heads; all are in epochs.csv."
        return drawing(figure, name="curves", alt=_in_words(ok, list(styles)), caption=caption)


def loss_floor(group: Group) -> float | None:
    """Return the least cross-entropy of a head whose ten outputs are probabilities, None for others: 1.4612 at scale 1."""
    spec = group.first.spec
    if not group.quantum and spec.head != "cosine":
        return None
    return math.log(1 + (N_CLASSES - 1) * math.exp(-spec.model.logit_scale))


def _loss_title(labels: Sequence[str], bounded: Sequence[str], free: Sequence[str]) -> str:
    if not (bounded and free):
        return "validation loss"
    return "validation loss, outputs are probabilities" if labels is bounded else "validation loss, outputs are free"


def _draw_floors(axes: Axes, floors: set[float | None]) -> None:
    for floor in floors:
        if floor is None:
            continue
        axes.axhline(floor, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(
            f"floor {floor:.4f}", (1, floor), xycoords=("axes fraction", "data"), xytext=(0, 3),
            textcoords="offset points", ha="right", color=MUTED, fontsize=8.5,
        )  # fmt: skip


def _curve(axes: Axes, bands: pd.DataFrame, index: int, label: str) -> None:
    color = SERIES[index % len(SERIES)]
    style: Any = "solid" if index < len(SERIES) else (0, (3, 1.5))
    axes.fill_between(bands.index, bands["min"], bands["max"], color=color, alpha=0.16, linewidth=0)
    marker = "o" if len(bands) == 1 else None
    axes.plot(
        bands.index, bands["mean"], color=color, linestyle=style, linewidth=1.6, marker=marker, label=short(label, 48)
    )


def _in_words(ok: pd.DataFrame, labels: Sequence[str]) -> str:
    parts = []
    for label in labels:
        mine = ok[ok["label"] == label]
        last = mine[mine["epoch"] == mine["epoch"].max()]
        loss, accuracy = last["validation_loss"].mean(), last["validation_accuracy"].mean()
        parts.append(f"{label} ends at loss {loss:.3f}, accuracy {accuracy:.3f}")
    return "Validation loss and accuracy by epoch: " + "; ".join(parts)
