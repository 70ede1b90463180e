"""Puts the simulated error rates into docs/statistics.md.

tox -e statistics writes results/reference/error_rates.json; then: python -m docs.figures.statistics_figures
"""

from collections.abc import Iterable
from pathlib import Path

from docs.figures import between_marks
from harness.text import listed
from tests.statistics.cells import EVERY_SEED
from tests.statistics.error_rates import BAD_SEED, RATES, RIVALS, Counts, ErrorRates

DOCUMENT = Path(__file__).resolve().parents[1] / "statistics.md"
_ERRORS = (
    ("equal heads are called different", "different", {0.0}),
    ("heads that differ by exactly the margin are called equivalent", "equivalent", {0.5}),
    ("the 95 % interval misses the true difference", "missed", {0.0, 0.5, 1.0}),
    ("the interval over seeds alone misses it", "seeds_only_missed", {0.0, 0.5, 1.0}),
)
_POWERS = (
    ("a difference of 0.5 points is found", "different", 0.5),
    ("a difference of 1 point is found", "different", 1.0),
    ("equal heads are called equivalent", "equivalent", 0.0),
)


def tables(rates: ErrorRates) -> str:
    """Return the two tables as Markdown, and a line about the rest."""
    sizes = sorted({(counts.cell.n_images, counts.cell.n_seeds) for counts in rates.counts})
    pairs = list(dict.fromkeys(counts.cell.pair for counts in rates.counts))
    columns = [f"{n_seeds} seeds, {n_images:,} images" for n_images, n_seeds in sizes]
    errors = [
        [f"{what}, %", *(_range(_rates(_of(rates, size, effects), name)) for size in sizes)]
        for what, name, effects in _ERRORS
    ]
    powers = [
        [f"{pair}: {what}, %", *(_only(_rates(_of(rates, size, {effect}, pair), name)) for size in sizes)]
        for pair in pairs
        for what, name, effect in _POWERS
    ]
    return "\n".join(
        [
            f"Errors, smallest and largest rate over the {len(pairs)} pairs of heads:",
            "",
            *_table(["", *columns], errors),
            "",
            "What a study of this size finds:",
            "",
            *_table(["", *columns], powers),
            "",
            *_others(rates),
            "",
        ]
    )


def _of(rates: ErrorRates, size: tuple[int, int], effects: Iterable[float], pair: str | None = None) -> list[Counts]:
    return [
        counts
        for counts in rates.counts
        if (counts.cell.n_images, counts.cell.n_seeds) == size
        and counts.cell.effect_pp in effects
        and pair in (None, counts.cell.pair)
    ]


def _rates(several: list[Counts], name: str) -> list[float]:
    return [100 * getattr(counts, name) / counts.cell.studies for counts in several]


def _range(percent: list[float]) -> str:
    return f"{min(percent):.1f} to {max(percent):.1f}"


def _only(percent: list[float]) -> str:
    (one,) = percent
    return f"{one:.0f}"


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (header, ["---", *["---:"] * (len(header) - 1)], *rows)]


def _others(rates: ErrorRates) -> list[str]:
    families = [
        f"- {RIVALS} rivals of one control, all equal ({family.cell.pair}; {family.cell.n_seeds} seeds, "
        f"{family.cell.n_images:,} images): one or more are called different in "
        f"{100 * family.with_holm / family.cell.studies:.1f} % of studies with Holm's method, in "
        f"{100 * family.without_holm / family.cell.studies:.1f} % without it."
        for family in rates.families
    ]
    f1 = [
        f"- F1 ({one.cell.pair}; {one.cell.n_seeds} seeds, {one.cell.n_images:,} images): the 95 % interval of a difference "
        f"misses 0 in {100 * one.macro_difference / one.cell.studies:.1f} % (macro) and "
        f"{10 * one.class_difference / one.cell.studies:.1f} % (a class); that of one head misses its F1 in "
        f"{100 * one.macro / one.cell.studies:.1f} % and {10 * one.one_class / one.cell.studies:.1f} %."
        for one in rates.f1
    ]
    peeking = [
        f"- Equal heads ({one.cell.pair}; {one.cell.n_images:,} images), looked at with {_looks(one.looks)} seeds until a "
        f"difference appears: one appears in {100 * one.different / one.cell.studies:.1f} % of studies."
        for one in rates.peeking
    ]
    bad = [
        f"- One seed in ten is {100 * BAD_SEED:g} points worse ({one.cell.pair}; {one.cell.n_images:,} images): with "
        f"{one.cell.n_seeds} seeds, the 95 % interval misses the true difference in "
        f"{100 * one.missed / one.cell.studies:.1f} % of studies."
        for one in rates.bad_seeds
    ]
    studies = sorted({counts.cell.studies for counts in rates.counts})
    count = " or ".join(f"{number:,}" for number in studies)
    return [
        *families,
        *f1,
        *peeking,
        *bad,
        "",
        f"{count} studies a cell, so a rate of 5 % is known to ±{_uncertainty(studies[-1]):.1f} (or "
        f"±{_uncertainty(studies[0]):.1f}) points. Simulated by `tox -e statistics`; the components are from: {rates.source}.",
    ]


def _looks(numbers: tuple[int, ...]) -> str:
    if numbers == EVERY_SEED:
        return f"{numbers[0]}, {numbers[1]}, ... {numbers[-1]}"
    return listed([str(number) for number in numbers])


def _uncertainty(studies: int) -> float:
    """Return the half width of the 95 % interval of a rate of 5 %, in percent."""
    return float(100 * 1.96 * (0.05 * 0.95 / studies) ** 0.5)


def main() -> None:
    """Write the document."""
    rates = ErrorRates.model_validate_json(RATES.read_bytes())
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(between_marks(text, "error rates", tables(rates)), encoding="utf-8")


if __name__ == "__main__":
    main()
