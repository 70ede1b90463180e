"""Learning curves, as in the paper's Fig. 6: validation loss and accuracy by epoch."""

import math
import statistics
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from baselines import BASELINES
from harness.report.figures.accuracy_and_phases import WIDTH
from harness.report.figures.svg import MUTED, SERIES, Drawing, canvas, drawing
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import EpochRow
from harness.text import short

MAX_CURVES = 12


class _Panel(NamedTuple):
    title: str
    labels: Sequence[str]
    value: Callable[[EpochRow], float]
    is_loss: bool


def curves_figure(results: Results, epochs: Sequence[EpochRow]) -> Drawing | None:
    """Draw the mean over seeds of each fully trained configuration, the seeds' range shaded.

    Heads whose class scores are bounded have a loss panel of their own: their loss has a floor, that of others has none.
    """
    trained = [group for group in results.groups if group.full and any(run.epochs for run in group.ok)]
    drawn = trained[:MAX_CURVES]
    if not drawn:
        return None
    floors = {group.label: loss_floor(group) for group in drawn}
    bounded = [group.label for group in drawn if floors[group.label] is not None]
    free = [group.label for group in drawn if floors[group.label] is None]
    panels = [
        _Panel(_loss_title(labels, bounded, free), labels, lambda row: row.validation_loss, is_loss=True)
        for labels in (bounded, free)
        if labels
    ]
    all_drawn = [group.label for group in drawn]
    panels.append(_Panel("validation accuracy", all_drawn, lambda row: row.validation_accuracy, is_loss=False))
    styles = {label: index for index, label in enumerate(all_drawn)}
    by_epoch = _by_epoch(epochs, styles)
    with canvas("curves", width=WIDTH, height=3.4 + 0.2 * math.ceil(len(drawn) / 4)) as figure:
        for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
            for label in panel.labels:
                values = {epoch: list(map(panel.value, rows)) for epoch, rows in sorted(by_epoch[label].items())}
                _curve(axes, values, styles[label], label)
            if panel.is_loss:
                _draw_floors(axes, {floors[label] for label in panel.labels} - {None})
            axes.set_title(panel.title)
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
                " Where the class scores are probabilities, cross-entropy cannot fall below ln(1 + (classes - 1) exp(-logit_scale)), "
                "the dashed floor; where they are between -1 and 1, the exponent is twice as large."
            )
        if bounded and free:
            caption += " So losses of the two panels cannot be compared; accuracies can."
        if len(trained) > len(drawn):
            caption += f" The first {len(drawn)} of {len(trained)} heads; all are in epochs.csv."
        return drawing(figure, name="curves", alt=_in_words(by_epoch), caption=caption)


def loss_floor(group: Group) -> float | None:
    """Return the smallest cross-entropy of a head whose bounded values are the class scores, None for others.

    With probabilities as scores, ten classes and scale 1 it is 1.4612.
    """
    spec, classes = group.first.spec, group.class_names
    baseline = BASELINES.get(spec.head)
    reach = 1.0 if group.quantum else baseline.output_range if baseline else None
    if reach is None or spec.model.readout == "linear" or not classes:
        return None
    return math.log(1 + (len(classes) - 1) * math.exp(-reach * spec.model.logit_scale))


def _loss_title(labels: Sequence[str], bounded: Sequence[str], free: Sequence[str]) -> str:
    if not (bounded and free):
        return "validation loss"
    return (
        "validation loss, class scores are bounded" if labels is bounded else "validation loss, class scores are free"
    )


def _draw_floors(axes: Axes, floors: set[float | None]) -> None:
    for floor in floors:
        if floor is None:
            continue
        axes.axhline(floor, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(
            f"floor {floor:.4f}", (1, floor), xycoords=("axes fraction", "data"), xytext=(0, 3),
            textcoords="offset points", ha="right", color=MUTED, fontsize=8.5,
        )  # fmt: skip


def _curve(axes: Axes, values: Mapping[int, Sequence[float]], index: int, label: str) -> None:
    """Draw the values of all seeds by epoch."""
    color = SERIES[index % len(SERIES)]
    style: Any = "solid" if index < len(SERIES) else (0, (3, 1.5))
    epochs = list(values)
    lows, highs = list(map(min, values.values())), list(map(max, values.values()))
    axes.fill_between(epochs, lows, highs, color=color, alpha=0.16, linewidth=0)
    means = [statistics.fmean(seeds) for seeds in values.values()]
    marker = "o" if len(epochs) == 1 else None
    axes.plot(epochs, means, color=color, linestyle=style, linewidth=1.6, marker=marker, label=short(label, 48))


def _by_epoch(epochs: Sequence[EpochRow], labels: Collection[str]) -> dict[str, dict[int, list[EpochRow]]]:
    """Return the rows of the runs that ended ok by label and epoch, one row a seed."""
    found: dict[str, dict[int, list[EpochRow]]] = {label: {} for label in labels}
    for row in epochs:
        if row.status == "ok" and row.label in found:
            found[row.label].setdefault(row.epoch, []).append(row)
    return found


def _in_words(by_epoch: Mapping[str, Mapping[int, Sequence[EpochRow]]]) -> str:
    parts = []
    for label, rows in by_epoch.items():
        last = rows[max(rows)]
        loss = statistics.fmean(row.validation_loss for row in last)
        accuracy = statistics.fmean(row.validation_accuracy for row in last)
        parts.append(f"{label} ends at loss {loss:.3f}, accuracy {accuracy:.3f}")
    return "Validation loss and accuracy by epoch: " + "; ".join(parts)
