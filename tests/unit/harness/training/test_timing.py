"""The clock of a run: phases, seconds that belong to another phase, earlier processes."""

import pytest

from harness.training.timing import Clock


class Scripted(Clock):
    """A clock that shows what a test sets."""

    time = 100.0

    def now(self):
        return self.time


def test_phases_add_up_over_their_blocks():
    """The same phase twice is summed, another is apart, and the whole has what lies between, too."""
    clock = Scripted()
    for seconds in (2.0, 3.0):
        with clock.phase("a"):
            clock.time += seconds
        clock.time += 10.0
    with clock.phase("b"):
        clock.time += 0.5

    assert clock.seconds == {"a": 5.0, "b": 0.5}
    assert clock.total == 25.5


def test_a_phase_that_fails_is_counted():
    """The seconds of a block that ends in an exception are there for the record of the failure."""
    clock = Scripted()

    def fail():
        with clock.phase("a"):
            clock.time += 4.0
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail()

    assert clock.seconds == {"a": 4.0}


def test_seconds_move_between_phases():
    """What was measured inside one phase is counted to another; the sum stays."""
    clock = Scripted()
    with clock.phase("forward"):
        clock.time += 8.0
    clock.move(3.0, source="forward", target="backward")
    clock.move(1.0, source="forward", target="backward")

    assert clock.seconds == {"forward": 4.0, "backward": 4.0}


def test_no_more_moves_than_there_is():
    """No phase ends below zero, whatever another clock measured."""
    clock = Scripted()
    with clock.phase("forward"):
        clock.time += 2.0
    clock.move(5.0, source="forward", target="backward")
    clock.move(5.0, source="never", target="backward")

    assert clock.seconds == {"forward": 0.0, "backward": 2.0, "never": 0.0}


def test_an_earlier_process_is_added():
    """A run that goes on has the seconds of before, phase by phase and in the whole."""
    clock = Scripted()
    with clock.phase("a"):
        clock.time += 1.0
    clock.add({"a": 10.0, "b": 20.0}, total_s=50.0)

    assert clock.seconds == {"a": 11.0, "b": 20.0}
    assert clock.total == 51.0
