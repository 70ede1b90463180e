"""Test images that a head has right and wrong, a column for each class."""

from matplotlib.axes import Axes

from harness.report.figures.svg import MUTED, WARM, Drawing, canvas, drawing
from harness.report.numbers.groups import Results
from harness.report.numbers.samples import Sample, samples
from harness.text import counted, short

_COLUMNS = 10
_MAX_NAME = 12


def samples_figure(results: Results) -> Drawing | None:
    """Draw the samples in two rows, right and wrong; None where there are none to be had."""
    found = samples(results)
    if found is None:
        return None
    blocks = -(-len(found.easy) // _COLUMNS)
    columns = min(_COLUMNS, len(found.easy))
    with canvas("samples", width=1.1 * columns + 0.9, height=2.7 * blocks, constrained=False) as figure:
        figure.subplots_adjust(
            left=0.9 / (1.1 * columns + 0.9), right=0.99, bottom=0.02, top=1 - 0.25 / (2.7 * blocks), hspace=0.5
        )
        panels = figure.subplots(2 * blocks, columns, squeeze=False)
        for index, (easy, hard) in enumerate(zip(found.easy, found.hard, strict=True)):
            row, column = 2 * (index // _COLUMNS), index % _COLUMNS
            _draw(panels[row][column], easy, found.n_seeds)
            _draw(panels[row + 1][column], hard, found.n_seeds)
        for axes in panels.flat:
            axes.set(xticks=(), yticks=())
            for spine in axes.spines.values():
                spine.set_visible(False)
        for row, text in enumerate(["right", "wrong"] * blocks):
            panels[row][0].set_ylabel(text, rotation=0, ha="right", va="center", labelpad=12)
        images = f"{found.n_images:,} {'official ' if found.test_set == 'official' else ''}test images"
        caption = (
            f"Test images of {found.label}, of each class: the first of the {images} that all n = {counted(found.n_seeds, 'seed')} have "
            "right, and the one that most seeds have wrong, with the class that most of these take it for, and how many seeds they are."
        )
        alt = "; ".join(filter(None, (_in_words(sample) for sample in (*found.easy, *found.hard))))
        return drawing(figure, name="samples", alt=f"Test images: {alt}", caption=caption)


def _draw(axes: Axes, sample: Sample | None, n_seeds: int) -> None:
    if sample is None:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", va="center", color=MUTED, fontsize=8.5)
        return
    axes.imshow(sample.image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    text = short(sample.true, _MAX_NAME)
    if sample.n_wrong:
        text += f" as {short(sample.taken_for, _MAX_NAME)} ({sample.n_wrong} of {n_seeds})"
    axes.set_title(text, fontsize=8, loc="center", color=WARM if sample.n_wrong else MUTED, pad=3)


def _in_words(sample: Sample | None) -> str:
    if sample is None:
        return ""
    taken = f" taken for {sample.taken_for} by {counted(sample.n_wrong, 'seed')}" if sample.n_wrong else " right"
    return f"number {sample.number}, a {sample.true},{taken}"
