"""Whose load it was: the report's own runs' or other work's."""

import math

import pytest
from unit.harness.report.example_records import environment, record

from harness.records.record import RunRecord
from harness.report.numbers.grouping import grouped
from harness.report.numbers.load import loads
from harness.report.sections.machines import machines


def run(name: str, *, at: int, seconds: float, load: float, **changes: object) -> RunRecord:
    """Return a run that began so many seconds after midnight, on 2 cores unless changed."""
    began = f"2026-01-01T00:{at // 60:02}:{at % 60:02}Z"
    spec = {"training": {"epochs": 1 + sum(map(ord, name))}}  # each name is a configuration
    return record(
        name, started_at=began, seconds=seconds, environment=environment(load_average=load), spec=spec, **changes
    )


def own_of(runs: list[RunRecord], name: str) -> float:
    """Return the own part of the load when a run began."""
    return loads(runs)[f"{name}-0", 1].own


def test_own_load_rises_and_falls_as_the_kernels_average_does() -> None:
    """One busy thread for 57 s and 3 s of start: 1 - 1/e; the load fades by 1/e in the next minute."""
    begun = [run("a", at=60, seconds=57, load=9), run("b", at=117, seconds=1, load=9)]
    rise = 1 - math.exp(-1)
    starting = 1 - math.exp(-3 / 60)
    assert own_of(begun, "b") == pytest.approx(rise + starting, abs=1e-9)
    later = [run("a", at=60, seconds=57, load=9), run("b", at=177, seconds=1, load=9)]
    assert own_of(later, "b") == pytest.approx(rise / math.e + starting, abs=1e-9)


def test_a_load_that_the_study_made_itself_is_not_other_work() -> None:
    """Four runs side by side for ten minutes on two cores: the next one begins at load 4, all of it own."""
    side_by_side = [run(name, at=0, seconds=600, load=0.1) for name in "abcd"]
    (text,) = machines(grouped([*side_by_side, run("e", at=600, seconds=60, load=4.1)]))
    assert (
        "Load when the runs began: 0.10 to 4.10, above the number of cores. The runs of this report made this" in text
    )
    assert "other work" not in text


def test_only_what_exceeds_the_own_share_is_other_work() -> None:
    """Two runs side by side on two cores, and a load of 5: 2 are ours, 3 are not."""
    two = [run(name, at=0, seconds=600, load=0.1) for name in "ab"]
    (text,) = machines(grouped([*two, run("c", at=600, seconds=60, load=5)]))
    assert "The runs of this report made up to 2.0 of it, other work up to 3.0: other work slowed these runs" in text


def test_attempts_that_no_longer_count_made_load_too() -> None:
    """An attempt that was superseded kept the machine busy like any other."""
    earlier = [
        run(name, at=0, seconds=600, load=0.1, run_id="x", attempt=number) for number, name in enumerate("abcd", 1)
    ]
    (text,) = machines(grouped([run("e", at=600, seconds=60, load=4)], earlier=earlier))
    assert "other work" not in text


def test_a_backend_on_all_cores_counts_as_all_cores() -> None:
    """A natively executed Aer run alone explains the load of two cores; a run of one thread does not."""
    spec = {"head": "fake_ibm", "options": {"device": "manila"}}
    aer = record("aer", seconds=600, environment=environment(n_cores=4), spec=spec)
    after = {"at": 600, "seconds": 1, "load": 5}
    where = environment(n_cores=4, load_average=5)
    begun = run("b", **after).model_copy(update={"environment": where})
    assert own_of([aer, begun], "b") == pytest.approx(4, abs=0.1)


def test_runs_of_another_machine_made_no_load_here() -> None:
    """A merged folder holds runs of several machines, told apart by what their records say."""
    elsewhere = environment(cpu="another cpu")
    there = [record(name, run_id=name, seconds=600, environment=elsewhere) for name in "abcd"]
    assert own_of([*there, run("e", at=600, seconds=60, load=4)], "e") < 0.1


def test_a_low_load_is_told_without_blame() -> None:
    """Below the number of cores nobody was slowed."""
    assert machines(grouped([run("a", at=0, seconds=1, load=1.5)])) == [
        "a cpu, 2 cores, 1 torch thread a run. Load when the runs began: 1.50."
    ]


def test_a_resumed_run_made_load_for_the_time_of_its_last_process() -> None:
    """Its seconds are a sum over its processes: 600 s before it was killed, and 10 s after it was resumed."""
    killed = run("a", at=0, seconds=600, load=1, run_id="a-0", attempt=1, status="killed")
    resumed = run("a", at=660, seconds=610, load=1, run_id="a-0", attempt=2, resumed_at=50)
    later = run("b", at=1000, seconds=1, load=3)
    assert own_of([killed, resumed, later], "b") == pytest.approx(math.exp(-330 / 60) * 0.2 + 0.05, abs=0.05)
    assert own_of([killed, resumed, later], "b") < 0.1
