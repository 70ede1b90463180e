"""The forest plot: the difference of each comparison with its interval, and the margin as a band."""

import statistics
from collections.abc import Sequence

from harness.report.figures.rows import MAX_ROWS, WIDTH, left_out, name_rows
from harness.report.figures.svg import ACCENT, INK, MUTED, RULE, Drawing, canvas, drawing, mark
from harness.report.numbers.names import Names
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.statistics import Comparison, Judgement, Verdict, points
from harness.text import Missing

_FAR_OFF = 4  # times the median reach
_TESTED = (Verdict.BETTER, Verdict.WORSE, Verdict.EQUIVALENT)


def forest_figure(found: Sequence[DeclaredVerdict], names: Names) -> Drawing | None:
    """Draw a row for each comparison that has numbers; None where there is none."""
    rows = [(verdict, verdict.judgement) for verdict in found if not isinstance(verdict.judgement, Missing)]
    drawn = rows[:MAX_ROWS]
    if not drawn:
        return None
    margin = drawn[0][1].comparison.margin_pp
    with canvas("forest", width=WIDTH, height=0.95 + 0.32 * len(drawn)) as figure:
        axes = figure.add_subplot()
        limit = _limit(drawn)
        axes.axvspan(-margin, margin, color=RULE, alpha=0.55, linewidth=0, zorder=0)
        axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
        for y, (verdict, judged) in enumerate(drawn):
            compared = judged.comparison
            color = ACCENT if judged.verdict in _TESTED else MUTED
            if not (isinstance(compared.low_pp, Missing) or isinstance(compared.high_pp, Missing)):
                axes.plot([compared.low_pp, compared.high_pp], [y, y], color=color, linewidth=1.8, zorder=2)
            (dot,) = axes.plot([compared.effect_pp], [y], "o", color=color, markersize=6, zorder=3)
            mark(dot, title=verdict.sentence)
            for end, marker in ((-limit, "<"), (limit, ">")):
                if end * (_end(compared, marker) - end) > 0:
                    axes.plot([end], [y], marker, color=color, markersize=6, clip_on=False, zorder=3)
            axes.annotate(
                f"{points(compared.effect_pp)}  {judged.verdict}",
                (1.01, y), xycoords=("axes fraction", "data"), va="center", color=INK,
            )  # fmt: skip
            axes.annotate(
                f"{compared.n_seeds} × {compared.n_images:,}",
                (1.22, y), xycoords=("axes fraction", "data"), va="center", color=MUTED, fontsize=8.5,
            )  # fmt: skip
        name_rows(
            axes,
            [f"{verdict.ours} against {verdict.theirs}" for verdict, _ in drawn],
            [f"{names.short(verdict.ours)} against {names.short(verdict.theirs)}" for verdict, _ in drawn],
        )
        axes.set_xlim(-limit, limit)
        axes.tick_params(axis="y", pad=9)
        axes.grid(axis="x")
        axes.set_xlabel("difference in accuracy, percentage points")
        caption = (
            f"Difference of each comparison with its 95 % interval, and the verdict; grey where there is none. The band is "
            f"the margin, ±{margin:g} points. On the right: seeds × test images. Intervals are not adjusted for the number of "
            "comparisons."
        )
        if any(_reach(judged) > limit for _, judged in drawn):
            caption += " An arrow points at what lies beyond the axis."
        caption += left_out(len(drawn), len(rows), "comparisons")
        alt = "; ".join(_in_words(verdict, judged) for verdict, judged in drawn)
        return drawing(figure, name="forest", alt=f"Differences in accuracy, percentage points: {alt}", caption=caption)


def _end(compared: Comparison, marker: str) -> float:
    """Return the end of a comparison's interval on the side of a marker, the difference itself where it has no interval."""
    end = compared.low_pp if marker == "<" else compared.high_pp
    return compared.effect_pp if isinstance(end, Missing) else end


def _reach(judged: Judgement) -> float:
    return max(abs(_end(judged.comparison, marker)) for marker in "<>")


def _limit(drawn: Sequence[tuple[DeclaredVerdict, Judgement]]) -> float:
    """Return where the axis ends: a few heads that are far off may not squeeze all others."""
    reaches = [_reach(judged) for _, judged in drawn]
    usual = _FAR_OFF * statistics.median(reaches)
    margin = drawn[0][1].comparison.margin_pp
    return 1.05 * max(2 * margin, *(reach for reach in reaches if reach <= usual))


def _in_words(verdict: DeclaredVerdict, judged: Judgement) -> str:
    return f"{verdict.ours} against {verdict.theirs} {points(judged.comparison.effect_pp)}, {judged.verdict}"
