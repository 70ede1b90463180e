"""The simulated error rates are within the bounds that the documents promise, and the committed counts are what comes out.

A count is compared with a bound by the binomial distribution: a test fails where a true rate at the bound would give such a
count, or one further outside, in less than 1 of 1,000 simulations. So the rates themselves may be outside by chance alone.
"""

import pytest
from scipy import special

from docs.figures import between_marks
from docs.figures.statistics_figures import DOCUMENT, tables
from tests.statistics.cells import BAD_SEEDS, F1, FAMILIES, PEEKING, TWO_HEADS
from tests.statistics.error_rates import CLASSES, RATES, Counts, ErrorRates, Pairs, count, count_families

_CHANCE = 1e-3
_RATES = ErrorRates.model_validate_json(RATES.read_bytes())


def _may_be_below(count: int, studies: int, bound: float) -> bool:
    return bool(special.bdtrc(count - 1, studies, bound) > _CHANCE)


def _may_be_above(count: int, studies: int, bound: float) -> bool:
    return bool(special.bdtr(count, studies, bound) > _CHANCE)


def _name(counts: Counts) -> str:
    cell = counts.cell
    return f"{cell.pair}, {cell.n_seeds} x {cell.n_images}, {cell.effect_pp}"


_NULL = [counts for counts in _RATES.counts if counts.cell.effect_pp == 0]
_AT_MARGIN = [counts for counts in _RATES.counts if counts.cell.effect_pp == _RATES.margin_pp]


def test_all_cells_were_simulated() -> None:
    """The committed counts are those of the cells and pairs in this folder."""
    assert [counts.cell for counts in _RATES.counts] == TWO_HEADS
    assert [counts.cell for counts in _RATES.families] == FAMILIES
    assert [counts.cell for counts in _RATES.f1] == F1
    assert [(counts.cell, counts.looks) for counts in _RATES.peeking] == PEEKING
    assert [counts.cell for counts in _RATES.bad_seeds] == BAD_SEEDS
    assert _RATES.source == Pairs.read().source
    assert all(counts.cell.studies >= 2000 for counts in _NULL + _AT_MARGIN)


@pytest.mark.parametrize("counts", _NULL, ids=_name)
def test_equal_heads_are_rarely_called_different(counts: Counts) -> None:
    """At most 6.5 % of studies of equal heads call one better; with 10 seeds and 10,000 images at least 3.5 % do."""
    assert _may_be_below(counts.different, counts.cell.studies, 0.065)
    if (counts.cell.n_seeds, counts.cell.n_images) == (10, 10_000):
        assert _may_be_above(counts.different, counts.cell.studies, 0.035)


@pytest.mark.parametrize("counts", _RATES.counts, ids=_name)
def test_intervals_cover(counts: Counts) -> None:
    """The 95 % interval misses the true difference in at most 6.5 % of studies."""
    assert _may_be_below(counts.missed, counts.cell.studies, 0.065)


@pytest.mark.parametrize("counts", _AT_MARGIN, ids=_name)
def test_a_difference_of_the_margin_is_rarely_called_equivalent(counts: Counts) -> None:
    """At most 7 % of studies call heads equivalent that differ by the margin; with 16 seeds and 1,000 images 9 %."""
    cell = counts.cell
    assert _may_be_below(counts.equivalent, cell.studies, 0.09 if (cell.n_seeds, cell.n_images) == (16, 1000) else 0.07)


def test_the_document_shows_these_counts() -> None:
    """The tables of docs/statistics.md are those of the committed counts."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert between_marks(text, "error rates", tables(_RATES)) == text


def test_families_err_as_one_test_does() -> None:
    """With Holm's method, at most 6.5 % of studies of five equal rivals call one of them different."""
    for family in _RATES.families:
        assert _may_be_below(family.with_holm, family.cell.studies, 0.065)
        assert family.without_holm > 2 * family.with_holm


def test_f1_intervals_cover() -> None:
    """95 % intervals of F1 and of its differences miss in at most 8 % of studies; the classes of a study are alike."""
    for counts in _RATES.f1:
        studies = counts.cell.studies
        assert _may_be_below(counts.macro_difference, studies, 0.08)
        assert _may_be_below(counts.macro, studies, 0.08)
        # the classes of one study are not independent: the mean count of a class is as uncertain as one class at worst
        assert _may_be_below(counts.class_difference // CLASSES, studies, 0.08)
        assert _may_be_below(counts.one_class // CLASSES, studies, 0.08)


def test_ten_seeds_find_half_a_point_between_similar_heads() -> None:
    """With 10 seeds and 10,000 images, 80 % of studies or more find 0.5 points between eq7 and cosine, and show equality."""
    for counts in _RATES.counts:
        if (counts.cell.n_seeds, counts.cell.n_images) == (10, 10_000) and "cosine" in counts.cell.pair.split(" - ")[1]:
            found = counts.equivalent if counts.cell.effect_pp == 0 else counts.different
            assert _may_be_above(found, counts.cell.studies, 0.8)


@pytest.mark.parametrize("cell", [TWO_HEADS[0], *TWO_HEADS[2:12:3]], ids=lambda cell: f"{cell.pair}, {cell.effect_pp}")
def test_counts_come_out_again(cell: object) -> None:
    """The smallest cells, simulated here again, give the committed counts exactly."""
    committed = {counts.cell: counts for counts in _RATES.counts}
    assert count(cell) == committed[cell]  # type: ignore[arg-type,index]


def test_families_are_judged_together() -> None:
    """A small simulation of families errs with Holm's method in no more than 5 % of studies, and more often without."""
    cell = FAMILIES[0].model_copy(update={"n_seeds": 5, "n_images": 1000, "studies": 150})
    found = count_families(cell)
    assert _may_be_below(found.with_holm, 150, 0.05)
    assert found.with_holm < found.without_holm
