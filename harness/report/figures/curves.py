"""Learning curves, as in the paper's Fig. 6: validation loss and accuracy by epoch, a part for each head."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from baselines import BASELINES
from harness.report.figures.rows import WIDTH, least_to_most
from harness.report.figures.svg import DASHES, MUTED, SERIES, Drawing, Part, canvas, drawing, mark
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.rows import EpochRow
from harness.text import counted

MAX_SHOWN = 12
MAX_CURVES = 60  # a curve takes about 7 KB of the page

_ByEpoch = Mapping[int, Sequence[EpochRow]]


class _Panel(NamedTuple):
    title: str
    curves: Sequence["_Curve"]
    value: Callable[[EpochRow], float]
    floors: Sequence[float] = ()


class _Curve(NamedTuple):
    part: Part
    by_epoch: _ByEpoch
    floor: float | None


def curves_figure(results: Results, epochs: Sequence[EpochRow]) -> Drawing | None:
    """Draw the mean over seeds of each fully trained configuration, the seeds' range shaded; the first twelve are shown.

    Heads whose class scores are bounded have a loss panel of their own: their loss has a floor, that of others has none.
    Heads that were trained on shuffled labels are left out: they learn nothing, and would squeeze all others.
    """
    trained = [group for group in results.groups if group.full and any(run.epochs for run in group.ok)]
    shuffled = [group for group in trained if group.shuffled]
    learned = [group for group in trained if not group.shuffled]
    by_epoch = _by_epoch(epochs)
    curves = [
        _Curve(_part(index, group.label), by_epoch[group.label], loss_floor(group))
        for index, group in enumerate(learned[:MAX_CURVES])
    ]
    if not curves:
        return None
    panels = _panels(curves)
    with canvas("curves", width=WIDTH, height=3.4) as figure:
        for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
            _draw(axes, panel)
        caption = (
            "Validation loss and accuracy by epoch (cf. the paper's Fig. 6): mean over seeds, their range shaded. "
            f"{_sizes(learned)}"
        )
        if any(panel.floors for panel in panels):
            caption += (
                " Where the class scores are probabilities, cross-entropy cannot fall below ln(1 + (classes - 1) exp(-logit_scale)), "
                "the dashed floor; where they are between -1 and 1, the exponent is twice as large."
            )
        if len(panels) > 2:
            caption += " So losses of the two panels cannot be compared; accuracies can."
        if shuffled:
            caption += f" Without {counted(len(shuffled), 'head')} trained on shuffled labels."
        if len(learned) > len(curves):
            caption += f" The first {len(curves)} of {len(learned)} heads; all are in epochs.csv."
        return drawing(
            figure, name="curves", alt=_in_words(curves), caption=caption, parts=[curve.part for curve in curves]
        )


def _part(index: int, label: str) -> Part:
    dash = index // len(SERIES) % len(DASHES)
    return Part(f"curve-{index}", label, index % len(SERIES) + 1, dash, shown=index < MAX_SHOWN)


def _panels(curves: Sequence[_Curve]) -> list[_Panel]:
    bounded = [curve for curve in curves if curve.floor is not None]
    free = [curve for curve in curves if curve.floor is None]
    floors = sorted({curve.floor for curve in bounded if curve.floor is not None})
    titles = (", class scores are bounded", ", class scores are free") if bounded and free else ("", "")
    return [
        *([_Panel(f"validation loss{titles[0]}", bounded, lambda row: row.validation_loss, floors)] if bounded else []),
        *([_Panel(f"validation loss{titles[1]}", free, lambda row: row.validation_loss)] if free else []),
        _Panel("validation accuracy", curves, lambda row: row.validation_accuracy),
    ]


def _draw(axes: Axes, panel: _Panel) -> None:
    for curve in panel.curves:
        _draw_curve(axes, curve, panel.value)
    for floor in panel.floors:
        axes.axhline(floor, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(
            f"floor {floor:.4f}", (1, floor), xycoords=("axes fraction", "data"), xytext=(0, 3),
            textcoords="offset points", ha="right", color=MUTED, fontsize=8.5,
        )  # fmt: skip
    axes.set_title(panel.title)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y")


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


def _draw_curve(axes: Axes, curve: _Curve, value: Callable[[EpochRow], float]) -> None:
    """Draw the values of all seeds by epoch."""
    values = {epoch: list(map(value, rows)) for epoch, rows in sorted(curve.by_epoch.items())}
    color, epochs = SERIES[curve.part.color - 1], list(values)
    style: Any = (0, DASHES[curve.part.dash]) if DASHES[curve.part.dash] else "solid"
    lows, highs = list(map(min, values.values())), list(map(max, values.values()))
    mark(axes.fill_between(epochs, lows, highs, color=color, alpha=0.16, linewidth=0), part=curve.part.name)
    means = [statistics.fmean(seeds) for seeds in values.values()]
    (line,) = axes.plot(
        epochs, means, color=color, linestyle=style, linewidth=1.6, marker="o" if len(epochs) == 1 else None
    )
    mark(line, part=curve.part.name, title=f"{curve.part.label}: {means[-1]:.3f} at epoch {epochs[-1]}")


def _by_epoch(epochs: Sequence[EpochRow]) -> dict[str, dict[int, list[EpochRow]]]:
    """Return the rows of the runs that ended ok by label and epoch, one row a seed."""
    found: dict[str, dict[int, list[EpochRow]]] = {}
    for row in epochs:
        if row.status == "ok":
            found.setdefault(row.label, {}).setdefault(row.epoch, []).append(row)
    return found


def _sizes(groups: Sequence[Group]) -> str:
    """Say how many seeds and validation images the curves are of."""
    images = [run.dataset.n_validation for group in groups for run in group.ok if run.dataset]
    text = f"n = {least_to_most([len(group.ok) for group in groups])} seeds"
    return f"{text}, {least_to_most(images)} validation images each." if images else f"{text}."


def _in_words(curves: Sequence[_Curve]) -> str:
    parts = []
    for part, by_epoch, _ in curves:
        last = by_epoch[max(by_epoch)]
        loss = statistics.fmean(row.validation_loss for row in last)
        accuracy = statistics.fmean(row.validation_accuracy for row in last)
        parts.append(f"{part.label} ends at loss {loss:.3f}, accuracy {accuracy:.3f}")
    return "Validation loss and accuracy by epoch: " + "; ".join(parts)
