"""Signals to qhb, once or twice, while it makes runs or waits: it says how to continue, exits with the signal's code, and no process stays."""

import signal

import pytest
from faults.helpers import PLAN, alive_below, qhb, start_qhb, wait_for

from harness.records.store import Store


@pytest.fixture
def long_plan(tmp_path):
    """A plan that does not end by itself while the test runs."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.format(epochs=10_000))
    return path


def _started(plan, *options):
    store = Store(plan.parent / "results")
    process = start_qhb("run", plan, "--results", store.root, *options, cwd=plan.parent)
    wait_for(lambda: list((store.root / "progress").glob("*.json")), process=process)
    return process, store


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.chaos),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.chaos),
    ],
)
def test_asked_to_stop(long_plan, number, code):
    """The first signal ends qhb, which prints the command that continues; unfinished runs keep their checkpoints and get no record."""
    process, store = _started(long_plan, "--checkpoint-every", "0")
    wait_for(lambda: list(store.root.glob("checkpoints/*/*.safetensors")), process=process)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)

    assert process.returncode == code
    assert f"stopped by {number.name}; every run that ended is kept. To go on: qhb run" in said
    assert "Traceback" not in said
    assert alive_below(store) == []
    assert list(store.root.glob("checkpoints/*/*.safetensors"))
    assert store.read().records == []
    code, said = qhb("status", store.root, cwd=long_plan.parent)
    assert "no process is using it" in said
    assert "to go on: qhb run" in said


def test_asked_twice(long_plan):
    """The second signal ends qhb and its runs at once."""
    process, store = _started(long_plan)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert process.returncode in (130, 143)  # both may arrive before the first is looked at
    wait_for(lambda: alive_below(store) == [])
    assert store.read().damaged == []


@pytest.mark.chaos
def test_stopped_while_it_makes_all_anew(tmp_path):
    """Stopped in a command with --fresh, the command that continues has no --fresh, and makes the runs that are left."""
    path, store = tmp_path / "plan.toml", Store(tmp_path / "results")
    path.write_text(PLAN.format(epochs=1))
    command = ("run", path, "--results", store.root, "--jobs", "1")
    assert qhb(*command, cwd=tmp_path)[0] == 0
    process = start_qhb(*command, "--fresh", cwd=tmp_path)
    wait_for(lambda: list(store.records_folder.glob("*.2.json")), process=process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    n_left = 3 - len(store.read().records)

    assert process.returncode == 130
    assert 0 < n_left < 3
    assert f"To go on: qhb run {path} --results {store.root} --jobs 1\n" in said
    assert f"plan p: {3 - n_left} of 3 runs ended" in qhb("status", store.root, cwd=tmp_path)[1]
    code, said = qhb(*command, cwd=tmp_path)
    assert code == 0
    assert f"plan p: 3 runs, {3 - n_left} done already, {n_left} to make" in said
    assert {record.attempt for record in store.read().records} == {2}


def test_asked_while_it_waits(long_plan):
    """``qhb`` also stops while it waits for another process, before it makes any run."""
    store = Store(long_plan.parent / "results")
    with store.opened():
        process = start_qhb("run", long_plan, "--results", store.root, "--wait", cwd=long_plan.parent)
        line = process.stdout.readline()
        assert "in use by process" in line
        assert "waiting for it" in line
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "stopped by SIGINT" in said
