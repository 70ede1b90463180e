"""Accuracy against cost: a dot for each head, its name beside the axes, and the heads that none beats in both."""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from harness.report.figures.rows import least_to_most
from harness.report.figures.svg import ACCENT, INK, MUTED, RULE, WARM, Drawing, canvas, drawing, mark
from harness.report.numbers.names import Names
from harness.report.numbers.trade_off import TradeOff, TradeOffPoint
from harness.text import Missing, compact, share

MAX_NAMES = 24
_FAR_OFF = 3  # times the median error
_A_WIDE_RANGE = 20
_ROW = 0.185  # inches between two names


class _Kind(NamedTuple):
    """How a kind of cost is called: on the switch, at the axis, and in the caption."""

    switch: str
    axis: str
    caption: str


_KINDS = {
    "seconds": _Kind(
        "seconds",
        "seconds of training (median of the runs, this machine)",
        "Seconds: of training, without set-up, validation and tests.",
    ),
    "evaluations": _Kind(
        "circuit evaluations",
        "circuit evaluations that the training requests",
        "Circuit evaluations: those that a training on the backend itself requests; classical heads have none.",
    ),
    "qpu": _Kind(
        "QPU seconds",
        "QPU seconds of the training, modelled",
        "QPU seconds: modelled by IBM's published estimate (see Cost on a device), not measured; classical heads need none.",
    ),
}


def switch_name(name: str) -> str:
    """Return what a kind of cost is called on the switch."""
    return _KINDS[name].switch


def trade_off_figure(found: TradeOff, names: Names) -> Drawing:
    """Draw one trade-off."""
    kind, points = _KINDS[found.name], found.points
    named = _named(points)
    height = max(3.6, 0.75 + _ROW * len(named))
    with canvas(f"cost-{found.name}", width=7.4, height=height, constrained=False) as figure:
        axes = figure.add_axes((0.095, 0.52 / height, 0.475, 1 - 0.7 / height))
        low, high = _limits(points)
        places, ticks, texts = _places([point.cost for point in points])
        for place, point in zip(places, points, strict=True):
            _dot(axes, place, point, low, kind.switch)
        _front(axes, list(zip(places, points, strict=True)))
        axes.set_ylim(low, high)
        axes.set_xticks(ticks, texts)
        axes.minorticks_off()
        axes.margins(x=0.07)
        axes.grid()
        axes.set_xlabel(kind.axis)
        axes.set_title(f"accuracy on {points[0].accuracy.images:,} test images")
        written = [(place, point) for place, point in zip(places, points, strict=True) if point in named]
        _name(axes, written, names, gap=_ROW / (height - 0.7))
        return drawing(
            figure, name=f"cost-{found.name}", alt=_in_words(found, kind), caption=_caption(found, kind, low, len(named))
        )  # fmt: skip


def _named(points: Sequence[TradeOffPoint]) -> list[TradeOffPoint]:
    """Return the heads whose names are written: those of the front first, then in the order of the report."""
    return sorted(points, key=lambda point: not point.on_front)[:MAX_NAMES]


def _limits(points: Sequence[TradeOffPoint]) -> tuple[float, float]:
    """Return the ends of the axis of accuracies: a few heads that are far off may not squeeze all others."""
    usual = 1 - _FAR_OFF * statistics.median(1 - point.accuracy.mean for point in points)
    ends = [end for point in points if point.accuracy.mean >= usual for end in _interval(point)]
    room = 0.06 * (max(ends) - min(ends)) or 0.01
    return min(ends) - room, max(ends) + room


def _interval(point: TradeOffPoint) -> tuple[float, float]:
    accuracy = point.accuracy
    if isinstance(accuracy.low, Missing) or isinstance(accuracy.high, Missing):
        return accuracy.mean, accuracy.mean
    return accuracy.low, accuracy.high


def _places(costs: Sequence[float]) -> tuple[list[float], list[float], list[str]]:
    """Return a place on the axis for each cost, and the ticks with their texts: logarithmic where costs span a wide range."""
    positive = [cost for cost in costs if cost > 0]
    if not positive or max(positive) < _A_WIDE_RANGE * min(positive):
        ticks = [tick for tick in MaxNLocator(5).tick_values(min(costs), max(costs)) if tick >= 0]
        return list(costs), ticks, [compact(tick) for tick in ticks]
    bottom, top = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    zero = bottom - 1.0
    ticks = [float(power) for power in range(bottom, top + 1)]
    texts = [compact(10**power) for power in ticks]
    if 0 in costs:
        ticks, texts = [zero, *ticks], ["0", *texts]
    return [math.log10(cost) if cost > 0 else zero for cost in costs], ticks, texts


def _dot(axes: Axes, place: float, point: TradeOffPoint, low: float, unit: str) -> None:
    color = ACCENT if point.quantum else WARM
    ends = _interval(point)
    if point.accuracy.mean < low:
        (dot,) = axes.plot([place], [low], "v", color=color, markersize=6, clip_on=False, zorder=4)
    else:
        axes.plot([place, place], ends, color=color, linewidth=1.1, alpha=0.6, zorder=2)
        (dot,) = axes.plot(
            [place], [point.accuracy.mean], "o" if point.quantum else "s", color=color, markersize=6, zorder=4
        )
    mark(dot, title=f"{point.label}: {_accuracy(point)}; {compact(point.cost)} {unit}")


def _front(axes: Axes, placed: Sequence[tuple[float, TradeOffPoint]]) -> None:
    front = sorted((place, point.accuracy.mean) for place, point in placed if point.on_front)
    if len(front) > 1:
        axes.step(*zip(*front, strict=True), where="post", color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def _name(axes: Axes, placed: Sequence[tuple[float, TradeOffPoint]], names: Names, gap: float) -> None:
    """Write the names beside the axes, at the height of their dots where there is room, with a line to each dot."""
    low, high = axes.get_ylim()
    ordered = sorted(placed, key=lambda one: (-one[1].accuracy.mean, one[0]))
    heights = [(max(low, point.accuracy.mean) - low) / (high - low) for _, point in ordered]
    for (place, point), height in zip(ordered, _spread(heights, gap), strict=True):
        text = axes.annotate(
            f"{share(point.accuracy.mean, point.accuracy.images)}  {names.short(point.label)}",
            (place, max(low, point.accuracy.mean)), xytext=(1.09, height), textcoords="axes fraction", va="center",
            fontsize=8.5, color=INK, fontweight="bold" if point.on_front else "normal", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": RULE, "linewidth": 0.7, "shrinkA": 2, "shrinkB": 5, "relpos": (0, 0.5)},
        )  # fmt: skip
        mark(text, title=f"{point.label}: {_accuracy(point)}")


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """Return falling heights that are at least ``gap`` apart, close to those given; none is below 0 where there is room."""
    found = list(heights)
    for index in range(1, len(found)):
        found[index] = min(found[index], found[index - 1] - gap)
    if found[-1] < 0:
        found[-1] = 0.0
        for index in range(len(found) - 2, -1, -1):
            found[index] = max(found[index], found[index + 1] + gap)
    return found


def _accuracy(point: TradeOffPoint) -> str:
    accuracy = point.accuracy
    text = f"accuracy {share(accuracy.mean, accuracy.images)}"
    if isinstance(accuracy.low, Missing) or isinstance(accuracy.high, Missing):
        return f"{text} (one seed)"
    low, high = share(accuracy.low, accuracy.images), share(accuracy.high, accuracy.images)
    return f"{text} (95 % {low} to {high}, {accuracy.seeds} seeds)"


def _caption(found: TradeOff, kind: _Kind, low: float, n_named: int) -> str:
    n_seeds = least_to_most([point.accuracy.seeds for point in found.points])
    images = f"{found.points[0].accuracy.images:,} {'official ' if found.test_set == 'official' else ''}test images"
    caption = (
        f"Accuracy against the cost of training. Dots: quantum heads; squares: classical heads; mean over n = {n_seeds} seeds, on "
        f"{images}. Upright lines: 95 % t interval over seeds, which holds on these images. Dashed, and bold names: heads that "
        f"no other head beats in both, by the means. {kind.caption}"
    )
    if any(point.accuracy.mean < low for point in found.points):
        caption += " A triangle stands for a head below the axis."
    if len(found.points) > n_named:
        caption += f" {n_named} of {len(found.points)} heads are named; the others where the mouse rests on them."
    return caption


def _in_words(found: TradeOff, kind: _Kind) -> str:
    parts = [f"{point.label} {_accuracy(point)}, {compact(point.cost)}" for point in found.points]
    return f"Accuracy against {kind.axis}: {'; '.join(parts)}"
