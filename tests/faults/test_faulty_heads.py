"""Heads that crash, hang or answer wrongly: each becomes a record that says how, no process stays behind, and other runs go on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from faults.helpers import alive_below, is_alive, make, plan_of, runs_of

from harness.records.store import Store

_FAULTS = {
    "RaisesWhenMade": ("failed", "RuntimeError", "no licence"),
    "Raises": ("failed", "ExecutionError", "ConnectionError: the device is gone"),
    "RaisesGoingBackward": ("failed", "RuntimeError", "no way back"),
    "NotANumber": ("invalid_output", "OutputError", "nan"),
    "TooProbable": ("invalid_output", "OutputError", r"probabilities in \[0, 1\]"),
    "WrongShape": ("invalid_output", "OutputError", r"of shape \(\d+, 1\), it returned .* of shape \(\d+, 1\)"),
    "WrongType": ("invalid_output", "OutputError", "torch.float64 .* it returned torch.float32"),
    "Exits": ("failed", "SystemExit", "0"),
    "ExitsAtOnce": ("failed", "exit code 0", "ended with exit code 0 and left no result"),
    "Crashes": ("killed", "SIGSEGV", "ended by SIGSEGV and left no result"),
    "WantsAllMemory": ("failed", "ExecutionError", "MemoryError"),
    "IsKilled": ("killed", "SIGKILL", "ended by SIGKILL, likely for want of memory"),
    "LeavesACopy": ("failed", "exit code 7", "ended with exit code 7"),
}
_DEADLINE_S = 20.0  # until which a head must have begun to hang, on a slow machine too
_HANGING = ("Sleeps", "SleepsInC", "WaitsForAChild", "WillNotStop")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The records of every faulty head, and the folders that they were made in."""
    folder = tmp_path_factory.mktemp("faulty")
    pids, stores = folder / "pids", (Store(folder / "hanging"), Store(folder / "others"))
    pids.mkdir()
    hanging, others = runs_of(plan_of(_HANGING)), runs_of(plan_of([*_FAULTS, "Sound"]))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as threads:
        patch.setenv("QHB_FAULTS_FOLDER", str(pids))
        made = [
            threads.submit(make, hanging, stores[0], jobs=4, timeout_s=_DEADLINE_S),
            threads.submit(make, others, stores[1], jobs=2),  # while those hang
        ]
        records = made[0].result() | made[1].result()
    return records, stores, pids


@pytest.mark.parametrize("head", _FAULTS)
def test_a_fault_is_a_record_that_says_what_happened(made, head):
    """Status, kind and message are those of the fault."""
    status, kind, message = _FAULTS[head]
    record = made[0][head]

    assert (record.status, record.failure.kind) == (status, kind)
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(record.failure.message)


@pytest.mark.parametrize("head", _HANGING)
def test_a_head_that_hangs_runs_out_of_time(made, head):
    """A run over its deadline is ended, even if it does not react."""
    record = made[0][head]

    assert record.status == "timeout"
    assert f"no result after {_DEADLINE_S} s" in record.failure.message


@pytest.mark.parametrize("head", ["Sleeps", "SleepsInC", "Crashes"])
def test_the_log_ends_in_the_stack(made, head):
    """The last log lines in the record of a run that hangs or crashes, in Python or in C, name the place."""
    assert "faulty_heads.py" in "\n".join(made[0][head].failure.log_tail)


def test_last_words_are_kept(made):
    """What a run printed before its process ended is in its record."""
    assert "last words" in made[0]["ExitsAtOnce"].failure.log_tail


def test_the_others_go_on(made):
    """A sound run among the faulty ones is ok, and every run has a record."""
    records, _, _ = made

    assert records["Sound"].status == "ok"
    assert set(records) == {*_FAULTS, *_HANGING, "Sound"}


def test_nothing_stays_behind(made):
    """No process of a run is left, none that it started, and no progress or temporary file."""
    _, stores, pids = made

    assert len(list(pids.iterdir())) == 2
    assert not [path.name for path in pids.iterdir() if is_alive(path.name)]
    for store in stores:
        assert alive_below(store) == []
        assert not list(store.root.glob("progress/*"))
        assert not list(store.root.rglob("*.part"))
