"""F1 by class: a row for each head, a column for each class."""

from unit.harness.report.example_records import LINEAR, failing, record

from harness.report.figures.confusion import MAX_OTHERS, other_confusions
from harness.report.numbers.grouping import grouped
from harness.report.numbers.tables import classes, comparison
from harness.report.sections.class_table import f1_table


def test_f1_of_every_head() -> None:
    """Of digit 0 four of ten are taken for 1: F1 is 12 / 16 and 20 / 24; the other digits are right."""
    results = grouped([record("eq7", n_right=6), record("linear", spec=LINEAR), failing("failed", spec={"shots": 3})])
    table = f1_table(results, classes(results), comparison(results))
    assert table.head == ["Head", *map(str, range(10)), "Macro"]
    first, second = ([cell.text for cell in row] for row in table.rows)
    assert first == ["eq7", "0.750", "0.833", *["1.000"] * 8, "0.958"]
    assert second == ["linear", *["1.000"] * 11]
    assert f1_table(grouped([]), [], []) is None


def test_each_other_head_has_a_matrix_on_demand() -> None:
    """All but the one that is shown at once, up to a limit of the page's size; heads without answers have none."""
    results = grouped(
        [
            *(record(f"s{shots}", spec={"shots": shots}) for shots in range(1, MAX_OTHERS + 3)),
            failing("failed", spec=LINEAR),
        ]
    )
    matrices = other_confusions(results)
    assert [matrix.label for matrix in matrices] == [f"s{shots}" for shots in range(2, MAX_OTHERS + 2)]
    assert len({matrix.drawn.name for matrix in matrices}) == MAX_OTHERS
    assert "summed over 1 seed of 100 test images each" in matrices[0].drawn.caption
