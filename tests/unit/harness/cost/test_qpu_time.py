"""IBM's formula, by hand."""

import pytest

from harness.cost.qpu_time import Use, use_of


def test_the_formula() -> None:
    """Three jobs of 5 circuits with 100 shots: 3 x 2 s + 1,500 executions of 1 ms."""
    assert use_of(3, 5, shots=100, execution_s=1e-3) == Use(circuits=15, executions=1500, jobs=3, qpu_s=7.5)


def test_a_job_beyond_the_limit_is_split() -> None:
    """10 million executions are one job; one more circuit makes it two, each with its 2 s."""
    assert use_of(1, 10_000, shots=1000, execution_s=0).jobs == 1
    split = use_of(2, 10_001, shots=1000, execution_s=0)
    assert (split.jobs, split.qpu_s) == (4, 8.0)


def test_side_by_side_rounds_each_job_up() -> None:
    """Ten evaluations on four copies take three circuits, in each of two jobs."""
    found = use_of(2, 10, shots=10, execution_s=1e-3, copies=4)
    assert (found.circuits, found.executions) == (6, 60)
    assert found.qpu_s == pytest.approx(4.06)


def test_a_mean_of_a_record_gives_whole_totals() -> None:
    """Three steps of 10, 10 and 5 evaluations have a mean of 25/3, and 25 circuits in all."""
    assert use_of(3, 25 / 3, shots=2, execution_s=0).circuits == 25


def test_uses_add_up() -> None:
    assert Use(1, 2, 3, 4.0) + Use(10, 20, 30, 40.0) == Use(11, 22, 33, 44.0)
