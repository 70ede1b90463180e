"""Counts of a head's work: what is requested, executed and timed, forward and backward apart."""

import pytest
import torch

from backends import tally
from backends.tally import Count, Tally, seconds_on


def test_counts_add_up_field_by_field() -> None:
    """Adding leaves the other count as it is."""
    one, other = Count(requested=1, executed=2, shots=3, seconds=0.5), Count(10, 20, 30, 0.25)
    one += other

    assert one == Count(11, 22, 33, 0.75)
    assert other == Count(10, 20, 30, 0.25)


def test_a_job_is_divided_in_proportion_to_its_evaluations() -> None:
    """Of 2 rows and 6 shifted ones a quarter of executed circuits, shots and seconds is forward's, the rest backward's."""
    found = Tally()
    found.add(n_forward=2, n_shifted=6, executed=16, shots=800, seconds=4.0)

    assert found == Tally(forward=Count(2, 4, 200, 1.0), backward=Count(6, 12, 600, 3.0), jobs=1)


def test_nothing_is_lost_where_it_cannot_be_divided() -> None:
    """Executed circuits and shots stay whole numbers whose sum is what the backend reported."""
    found = Tally()
    for executed in range(1, 12):
        found.add(n_forward=1, n_shifted=2, executed=executed, shots=7 * executed, seconds=1.0)

    assert found.jobs == 11
    assert found.forward.executed + found.backward.executed == sum(range(1, 12))
    assert found.forward.shots + found.backward.shots == 7 * sum(range(1, 12))
    assert found.forward.seconds + found.backward.seconds == pytest.approx(11)
    assert all(isinstance(count.executed, int) for count in (found.forward, found.backward))


def test_a_job_without_shifts_is_forwards_alone() -> None:
    """A classification costs no backward evaluation."""
    found = Tally()
    found.add(n_forward=3, n_shifted=0, executed=3, shots=30, seconds=1.5)

    assert found == Tally(forward=Count(3, 3, 30, 1.5), jobs=1)


def test_tallies_add_up_part_by_part() -> None:
    """Forward, backward, setup and jobs are summed, each with its own; a new tally is empty."""
    total = Tally()
    assert total == Tally(Count(0, 0, 0, 0.0), Count(0, 0, 0, 0.0), Count(0, 0, 0, 0.0), 0)
    for _ in range(2):
        total += Tally(Count(1, 2, 3, 4.0), Count(5, 6, 7, 8.0), Count(9, 10, 11, 12.0), jobs=13)

    assert total == Tally(Count(2, 4, 6, 8.0), Count(10, 12, 14, 16.0), Count(18, 20, 22, 24.0), jobs=26)


def test_a_gpu_is_waited_for_and_a_cpu_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA's calls return before the work is done, so its clock first waits for that device."""
    waited = []
    monkeypatch.setattr(tally.torch.cuda, "synchronize", waited.append)
    first, second = seconds_on(torch.device("cpu")), seconds_on(torch.device("cpu"))
    assert second >= first
    assert waited == []
    seconds_on(torch.device("cuda", 1))
    assert waited == [torch.device("cuda", 1)]
