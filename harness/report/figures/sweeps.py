"""Figures of sweeps: accuracy against one setting, with intervals over seeds."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from harness.report.figures.rows import WIDTH
from harness.report.figures.svg import ACCENT, Drawing, canvas, drawing
from harness.report.numbers.sweeps import Sweep, SweepPoint
from harness.text import Missing, short

MAX_SWEEPS = 9
_COLUMNS = 3
_FEWEST_POINTS = 3
_A_DECADE = 10


def sweeps_figure(sweeps: Sequence[Sweep]) -> Drawing | None:
    """Draw the first sweeps of three or more values, a panel each; None where there is none."""
    shown = [sweep for sweep in sweeps if len(sweep.points) >= _FEWEST_POINTS]
    drawn = shown[:MAX_SWEEPS]
    if not drawn:
        return None
    columns = min(_COLUMNS, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    with canvas("sweeps", width=WIDTH, height=2.9 * rows) as figure:
        panels = figure.subplots(rows, columns, squeeze=False).flatten()
        for axes, sweep in zip(panels, drawn, strict=False):
            _panel(axes, sweep)
        for axes in panels[len(drawn) :]:
            axes.set_axis_off()
        caption = (
            "Test accuracy against one setting, everything else equal: a dot is the mean over seeds, the upright line its 95 % "
            "t interval over seeds, which holds on these test images."
        )
        if len(shown) > len(drawn):
            caption += f" The first {len(drawn)} of {len(shown)} sweeps; all are in the table."
        return drawing(figure, name="sweeps", alt="; ".join(map(_in_words, drawn)), caption=caption)


def _panel(axes: Axes, sweep: Sweep) -> None:
    places, ticks = _places(sweep)
    for place, point in zip(places, sweep.points, strict=True):
        accuracy = point.accuracy
        if not (isinstance(accuracy.low, Missing) or isinstance(accuracy.high, Missing)):
            axes.plot([place] * 2, [accuracy.low, accuracy.high], color=ACCENT, linewidth=1.2)
    means = [point.accuracy.mean for point in sweep.points]
    axes.plot(places, means, "o-" if sweep.numeric else "o", color=ACCENT, markersize=5, linewidth=0.8)
    axes.set_xticks(
        places,
        ticks,
        rotation=0 if sum(map(len, ticks)) < 34 else 35,
        ha="center" if sum(map(len, ticks)) < 34 else "right",
    )
    axes.minorticks_off()
    axes.margins(x=0.08)
    axes.grid(axis="y")
    axes.set_title(short(f"{sweep.setting}: {sweep.subject}", 46))


def _places(sweep: Sweep) -> tuple[list[float], list[str]]:
    """Return a place on the axis for each point, by the logarithm where values span a decade, and the texts below."""
    ticks = [short(point.value, 16) for point in sweep.points]
    numbers = [point.number for point in sweep.points]
    finite = [number for number in numbers if number is not None and math.isfinite(number)]
    if not sweep.numeric or not finite:
        return [float(place) for place in range(len(ticks))], ticks
    logarithmic = min(finite) > 0 and max(finite) >= _A_DECADE * min(finite)
    scaled = [math.log10(number) if logarithmic else number for number in finite]
    beyond = max(scaled) + (max(scaled) - min(scaled)) / max(1, len(scaled) - 1)
    return [*scaled, *[beyond] * (len(numbers) - len(scaled))], ticks


def _in_words(sweep: Sweep) -> str:
    return f"Accuracy by {sweep.setting}, {sweep.subject}: " + ", ".join(map(_point_in_words, sweep.points))


def _point_in_words(point: SweepPoint) -> str:
    return f"{point.value} {point.accuracy.mean:.4f}"
