"""The tables of the verdicts and the figures: each shows the numbers of the verdicts and no others."""

import pytest
from unit.harness.report.example_records import LINEAR, failing, record, study

from harness.plan.comparison import Declared, Pair
from harness.records.record import RunRecord
from harness.report.figures.accuracy_and_phases import accuracy_figure, phases_figure
from harness.report.figures.forest import forest_figure
from harness.report.figures.rows import MAX_ROWS
from harness.report.figures.sweeps import sweeps_figure
from harness.report.numbers.grouping import grouped
from harness.report.numbers.names import names_of
from harness.report.numbers.sweeps import sweeps
from harness.report.numbers.tables import comparison
from harness.report.numbers.verdicts import DeclaredVerdict, verdicts
from harness.report.sections.verdicts import spread_table, verdicts_table

NAMES = names_of(())


@pytest.fixture(scope="module")
def records() -> list[RunRecord]:
    """Return a head that is better, one with too few seeds, one with a failed run, and one that failed."""
    return [
        *study("linear", 6, 0.8, spec=LINEAR),
        *study("better", 6, 0.9),
        *study("few", 2, 0.8, spec={"shots": 10}),
        *study("lost", 5, 0.81, spec={"shots": 20}),
        failing("lost", seed=5, spec={"shots": 20}),
        failing("failed", spec={"shots": 30}),
    ]


@pytest.fixture(scope="module")
def found(records: list[RunRecord]) -> tuple[DeclaredVerdict, ...]:
    """Return the verdicts on all of them."""
    pairs = [Pair(ours=ours, theirs="linear") for ours in ("better", "few", "lost", "failed")]
    return verdicts(grouped(records), Declared(pairs=pairs, margin_pp=0.5, declared_at="2025"))


def test_the_tables_show_the_numbers(found: tuple[DeclaredVerdict, ...], records: list[RunRecord]) -> None:
    """Each cell is of the judgement or a dash with its reason; each row tells the price of its head."""
    rows = comparison(grouped(records))
    table, spread = verdicts_table(found, rows), spread_table(found)
    compared = found[0].judgement.comparison
    better, few, lost, failed = ([cell.text for cell in row] for row in table.rows)
    assert better[:5] == ["better", "better", "6", "1,000", f"{compared.effect_pp:+.2f}"]
    assert better[5:8] == [f"{compared.low_pp:+.2f} to {compared.high_pp:+.2f}", "<0.001", "1.000"]
    assert better[8:] == ["5", "6.0", "288,000"]
    assert few[5:8] == ["–"] * 3
    assert table.rows[2][2].small == "of 6"
    assert failed[1:8] == ["no verdict", *"–" * 6]
    assert lost[1] == "inconclusive"
    assert ("a", "2 seeds: a test needs at least 5") in table.notes
    assert [len(row) for row in table.rows] == [len(table.head)] * 4
    assert len(spread.rows) == 3
    assert spread.rows[0][1].text == f"{compared.se_pp:.3f}"
    assert spread.rows[0][6].small == "least 0.031"
    assert (spread.rows[0][7].text, spread.rows[0][8].text) == (f"{compared.ours_only:,}", f"{compared.theirs_only:,}")
    for shown in (table, spread):
        assert sum(width for _, width in shown.groups) == len(shown.head)


def test_nothing_compared_shows_no_table() -> None:
    """A refused comparison has a row, and nothing that it rests on."""
    pairs = [Pair(ours="a", theirs="b")]
    refused = verdicts(grouped([]), Declared(pairs=pairs, margin_pp=0.5, declared_at="2025"))
    assert len(verdicts_table(refused, []).rows) == 1
    assert spread_table(refused) is None
    assert verdicts_table([], []) is None
    assert forest_figure(refused, NAMES) is None


def test_the_forest_plot_says_what_it_draws(found: tuple[DeclaredVerdict, ...]) -> None:
    """A row for each comparison with numbers, with its verdict and its size; the margin is named."""
    drawn = forest_figure(found, NAMES)
    assert drawn is not None
    assert "better against linear +" in drawn.svg
    assert ", descriptive; lost against linear" in drawn.svg
    assert "failed against linear" not in drawn.svg
    assert "6 × 1,000" in drawn.svg
    assert "±0.5 points" in drawn.caption


def test_a_head_that_is_far_off_leaves_room_for_the_others() -> None:
    """Five heads within a few points of linear and one at chance: the axis ends before it, and an arrow points there."""
    linear = study("linear", 5, 0.8, spec=LINEAR)
    close = [run for shots in range(1, 6) for run in study(f"s{shots}", 5, 0.8, spec={"shots": shots})]
    off = study("off", 5, 0.1, spec={"shots": 9})
    near, all_drawn = (
        forest_figure(verdicts(grouped([*linear, *runs]), None), NAMES) for runs in (close, [*close, *off])
    )
    assert "An arrow" not in near.caption
    assert "An arrow points at what lies beyond the axis." in all_drawn.caption
    assert "off against linear -7" in all_drawn.svg


def test_figures_of_many_heads_say_what_they_leave_out() -> None:
    """Forty rows are drawn; the caption tells of the others, which are in the table."""
    results = grouped([record(f"s{shots}", spec={"shots": shots}) for shots in range(1, MAX_ROWS + 3)])
    rows = comparison(results)
    for drawn in (accuracy_figure(results, rows, NAMES), phases_figure(rows, NAMES)):
        assert drawn.caption.endswith(" The first 40 of 42 heads; all are in the table.")
    few = grouped([record("a")])
    assert "The first" not in accuracy_figure(few, comparison(few), NAMES).caption


def test_a_sweep_is_drawn_from_three_values_on() -> None:
    """Two values are in the table alone."""
    runs = [record(f"s{shots}", spec={"shots": shots}) for shots in (10, 100, None)]
    drawn = sweeps_figure(sweeps(grouped(runs)))
    assert drawn is not None
    assert "Accuracy by shots, statevector eq7: 10 1.0000, 100 1.0000, exact 1.0000" in drawn.svg
    assert sweeps_figure(sweeps(grouped(runs[:2]))) is None
