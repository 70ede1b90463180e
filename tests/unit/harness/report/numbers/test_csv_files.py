"""The report's rows as CSV."""

import csv
import dataclasses
import io

from unit.harness.report.example_records import LINEAR, failing, record

from harness.records.record import PHASES
from harness.report.numbers.csv_files import (
    COMPARISON_COLUMNS,
    VERDICT_COLUMNS,
    classes_csv,
    comparison_csv,
    epochs_csv,
    verdicts_csv,
)
from harness.report.numbers.grouping import grouped
from harness.report.numbers.rows import Phases, Scores
from harness.report.numbers.tables import classes, comparison, epochs
from harness.report.numbers.verdicts import verdicts
from harness.statistics import Comparison, Judgement


def test_csv_has_empty_cells_with_reasons_and_no_formulas() -> None:
    """A spreadsheet sees text, not a formula; a missing number is an empty cell, explained in the last column."""
    records = [record("=cmd()", spec=LINEAR), record("@x"), failing("+1", spec={"shots": 7})]
    rows = list(csv.DictReader(io.StringIO(comparison_csv(comparison(grouped(records))))))
    assert [row["label"] for row in rows] == ["'=cmd()", "'@x", "'+1"]
    assert rows[0]["evaluations_per_s"] == ""
    assert "evaluations_per_s: classical head: no circuits" in rows[0]["missing"]
    assert "setup_s: no run ended ok (1 diverged)" in rows[2]["missing"]
    assert not any(cell.lower() in ("nan", "none") for row in rows for cell in row.values())


def test_values_are_written_as_a_program_reads_them() -> None:
    """Seeds are separated by spaces, weights are words, and numbers keep their digits."""
    records = [record("a", seed=seed) for seed in (0, 3)]
    (row,) = csv.DictReader(io.StringIO(comparison_csv(comparison(grouped(records)))))
    assert (row["seeds"], row["weights"], row["accuracy_mean"], row["total_s"]) == ("0 3", "own", "1.0", "8.0")
    assert (row["runs_evaluated"], row["pairs"], row["shots"]) == ("2", "0", "1000")


def test_no_records_give_headings_and_no_rows() -> None:
    """The columns do not depend on the runs."""
    results = grouped([])
    assert comparison_csv(comparison(results)).splitlines() == [",".join((*COMPARISON_COLUMNS, "missing"))]
    assert epochs_csv(epochs(results)).splitlines() == [
        "label,seed,status,scope,epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,missing"
    ]
    by_digit = classes_csv(classes(results)).splitlines()
    assert by_digit[0] == "label,digit,precision,recall,f1,f1_low,f1_high,images,seeds,missing"
    assert by_digit[1].startswith('"paper, Table 1",0,0.99,0.98,0.98,,,,,f1_low: not published')
    assert len(by_digit) == 11


def test_every_number_of_a_row_is_a_column() -> None:
    """No field of a row is left out of the file; the phases are those of a record."""
    (row,) = comparison(grouped([record("a")]))
    parts = (row.scores, row.difference, row.costs, row.phases)
    names = {
        field.name for part in (row, *parts) if dataclasses.is_dataclass(part) for field in dataclasses.fields(part)
    }
    differences = {"difference_pp_mean", "difference_pp_min", "difference_pp_max"}
    official = {f"official_{field.name}" for field in dataclasses.fields(Scores)}
    parts_of_row = {"scores", "official", "difference", "costs", "phases", "reason"}
    assert (names - parts_of_row) | differences | official == set(COMPARISON_COLUMNS)
    assert tuple(field.name for field in dataclasses.fields(Phases)) == (*PHASES, "total_s")


def test_every_number_of_a_verdict_is_a_column() -> None:
    """A pair that was compared has all its numbers, one that was refused has the reason, in words."""
    linear = [record("linear", seed=seed, n_right=8, spec=LINEAR) for seed in range(5)]
    ours = [record("ours", seed=seed, n_right=8 + seed % 3) for seed in range(5)]
    other = record("other", seed=9, spec={"shots": 10})
    found = verdicts(grouped([*linear, *ours, other]), None)
    rows = list(csv.DictReader(io.StringIO(verdicts_csv(found))))

    numbers = {field.name for kind in (Comparison, Judgement) for field in dataclasses.fields(kind)}
    assert numbers - {"comparison", "components", "seeds_only"} <= set(VERDICT_COLUMNS)
    assert [(row["ours"], row["theirs"], row["seeds"]) for row in rows] == [
        ("ours", "linear", "0 1 2 3 4"),
        ("other", "linear", ""),
    ]
    assert float(rows[0]["effect_pp"]) == 0.8
    assert "effect_pp: no seed in common: other has 9 and linear has 0, 1, 2, 3, 4" in rows[1]["missing"]
