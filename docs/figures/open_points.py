"""What the paper leaves open, and how much each point moves the result: differences of the reference sweeps."""

from typing import NamedTuple

from docs.figures.reference import PAPERS_HEAD
from harness.report.numbers.pairing import paired
from harness.report.numbers.study import Study
from harness.statistics import Comparison, compare, points
from harness.text import Missing


class OpenPoint(NamedTuple):
    """A point that the paper leaves open, or where we deviate from it.

    Attributes:
        name: What it is.
        published: What the paper says.
        ours: What we chose.
        tried: What else was tried: our words, and the label of these runs in the sweeps.
    """

    name: str
    published: str
    ours: str
    tried: tuple[tuple[str, str], ...]


OPEN_POINTS = (
    OpenPoint("batch size", "not said", "32", (("16", "batch size 16"), ("128", "batch size 128"))),
    OpenPoint("dropout rate", "2-D dropout, rate not said", "0.25", (("0", "dropout 0.0"), ("0.5", "dropout 0.5"))),
    OpenPoint("padding of the convolutions", "not said", "valid", (("same", "padding same"),)),
    OpenPoint("pooling kernel", "stride 2, kernel not said", "2", (("3", "pool kernel 3"),)),
    OpenPoint("initial weights", "not said", "PyTorch's defaults", (("Glorot uniform", "initialization xavier"),)),
    OpenPoint("pixel scaling", "not said", "[0, 1]", (("zero mean, unit variance", "pixel scaling standard"),)),
    OpenPoint("which images are test images", "a fifth of 5,000", "split seed 0", (("split seed 1", "split seed 1"),)),
    OpenPoint(
        "what cross-entropy takes",
        "not said",
        "p(0)",
        (("3 p(0)", "logit scale 3.0"), ("10 p(0)", "logit scale 10.0")),
    ),
    OpenPoint("shift rule", "Eq. (9), without the factor 1/2", "with it", (("as printed", "shift rule paper_eq9"),)),
    OpenPoint("shots", "1,000", "1,000", (("exact probabilities", "shots exact"),)),
)


class Moved(NamedTuple):
    """How much a change moves the accuracy."""

    point: OpenPoint
    value: str
    comparison: Comparison | Missing


def moved(sweeps: Study) -> list[Moved]:
    """Return the effect of each change on the accuracy of the paper's head, seed by seed on the official test images."""
    base = sweeps.group(PAPERS_HEAD)
    found = []
    for point in OPEN_POINTS:
        for value, label in point.tried:
            answers = paired(sweeps.group(label), base)
            comparison = answers if isinstance(answers, Missing) else compare(*answers.arrays(answers.common))
            found.append(Moved(point, value, comparison))
    return found


def open_points_table(effects: list[Moved]) -> str:
    """Return the open points as Markdown, with the largest effect first."""
    lines = [
        "| point | the paper | ours | instead | changes the accuracy by, points (95 % interval) |",
        "|---|---|---|---|---:|",
    ]
    for effect in sorted(effects, key=lambda effect: -_size(effect)):
        point = effect.point
        lines.append(f"| {point.name} | {point.published} | {point.ours} | {effect.value} | {_effect(effect)} |")
    return "\n".join([*lines, "", _sentence(effects)]) + "\n"


def _sentence(effects: list[Moved]) -> str:
    """Say which changes matter: those whose interval does not hold zero."""
    known = [effect for effect in effects if not isinstance(effect.comparison, Missing)]
    clear = [effect for effect in known if _excludes_zero(effect.comparison)]
    sizes = {effect.comparison.n_seeds for effect in known}
    images = {effect.comparison.n_images for effect in known}
    return (
        f"{len(clear)} of {len(effects)} changes have an interval that excludes zero. The intervals are not adjusted for their "
        f"number: of changes that do not matter, about one in twenty has such an interval. Each is from "
        f"{' or '.join(map(str, sorted(sizes)))} seeds on {' or '.join(f'{n:,}' for n in sorted(images))} test images."
    )


def _excludes_zero(comparison: Comparison) -> bool:
    ends = (comparison.low_pp, comparison.high_pp)
    return not any(isinstance(end, Missing) for end in ends) and (ends[0] > 0 or ends[1] < 0)


def _size(effect: Moved) -> float:
    return -1.0 if isinstance(effect.comparison, Missing) else abs(effect.comparison.effect_pp)


def _effect(effect: Moved) -> str:
    found = effect.comparison
    if isinstance(found, Missing):
        return f"unknown: {found.reason}"
    if isinstance(found.low_pp, Missing) or isinstance(found.high_pp, Missing):
        return points(found.effect_pp)
    text = f"{points(found.effect_pp)} ({points(found.low_pp)} to {points(found.high_pp)})"
    return f"**{text}**" if _excludes_zero(found) else text
