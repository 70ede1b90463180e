"""Intervals of F1 reach the table beside the paper's."""

import numpy as np
from unit.harness.report.example_records import evaluation, record, study

from harness.records.packed import pack
from harness.report.numbers.f1_intervals import f1_intervals
from harness.report.numbers.grouping import grouped
from harness.report.numbers.tables import classes, comparison
from harness.report.sections.beside_paper import classes_table
from harness.statistics import f1_scores
from harness.text import Missing


def test_they_are_those_of_the_statistics() -> None:
    """By class and of their mean; their means are the records' own."""
    runs = study("a", 5, 0.8)
    scored = [run.evaluation for run in runs]
    expected = f1_scores(scored[0].true_classes(), np.stack([one.predicted() for one in scored]))
    found = f1_intervals(scored)
    assert found.macro == (expected.macro.low, expected.macro.high)
    assert found.of_class(3) == (expected.classes[3].low, expected.classes[3].high)
    results = grouped(runs)
    table = classes_table(classes(results), comparison(results), results)
    digit = table.rows[3][6]
    assert digit.text == f"{expected.classes[3].value:.2f}"
    assert digit.small == f"{expected.classes[3].low:.2f}–{expected.classes[3].high:.2f}"
    assert table.rows[-1][6].small == f"{expected.macro.low:.2f}–{expected.macro.high:.2f}"


def test_what_has_no_interval_has_a_reason() -> None:
    """Old records, other images, few seeds, and classes that the data set does not have."""
    old = evaluation(9).model_copy(update={"labels": None})
    assert f1_intervals([old]).macro[0] == Missing("the true class of each image was not recorded")
    assert f1_intervals([]).of_class(0)[0] == Missing("the true class of each image was not recorded")
    other = study("a", 1, 0.8, n_images=100)[0].evaluation
    assert f1_intervals([evaluation(9), other]).macro[1] == Missing("its seeds classified different images")
    assert "needs at least 5 seeds" in f1_intervals([evaluation(9)]).of_class(0)[0].reason
    assert f1_intervals([evaluation(9)] * 5).of_class(10)[0] == Missing("10 is no class of the data set")
    wild = np.full(100, 200)
    strange = evaluation(9).model_copy(update={"predictions": pack(wild), "labels": pack(wild, beside=wild)})
    assert "expected labels to be whole numbers from 0 to 9" in f1_intervals([strange]).macro[0].reason


def test_the_papers_row_has_no_interval() -> None:
    """Its numbers are of one run, and not ours to judge."""
    results = grouped([record("a")])
    assert classes_table(classes(results), comparison(results), results).rows[0][3].small == ""
