"""Output streams that are closed, full or broken: the runs go on, and the results folder is complete."""

import os
import pty
import signal
import subprocess

import pytest
from faults.helpers import PLAN, QHB, alive_below, start_qhb, wait_for

from harness.records.store import Store

pytestmark = pytest.mark.chaos


@pytest.mark.parametrize("streams", [">&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", "| true"])
def test_messages_that_have_nowhere_to_go(tmp_path, streams):
    """Closed, full or broken streams do not end a run or change the exit code."""
    (tmp_path / "plan.toml").write_text(PLAN.format(epochs=1))
    script = f'("$@"; echo $? > code) {streams}'
    command = ["bash", "-c", script, "bash", *QHB, "run", "plan.toml", "--results", "results"]
    subprocess.run(command, cwd=tmp_path, timeout=120, check=False)

    assert (tmp_path / "code").read_text() == "0\n"
    assert [record.status for record in Store(tmp_path / "results").read().records] == ["ok"] * 3


def test_a_terminal_that_closes(tmp_path):
    """A terminal that closes sends SIGHUP; qhb exits with its code."""
    (tmp_path / "plan.toml").write_text(PLAN.format(epochs=10_000))
    store = Store(tmp_path / "results")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", *QHB, "run", "plan.toml", "--results", store.root],
        cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    wait_for(lambda: list((store.root / "progress").glob("*.json")), process=process)
    os.close(ours)

    assert process.wait(timeout=60) == 129
    assert alive_below(store) == []


def test_nohup(tmp_path):
    """A SIGHUP that qhb was started to ignore is ignored; another signal is not."""
    (tmp_path / "plan.toml").write_text(PLAN.format(epochs=10_000))
    store = Store(tmp_path / "results")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start_qhb("run", "plan.toml", "--results", store.root, cwd=tmp_path)
    finally:
        signal.signal(signal.SIGHUP, before)
    wait_for(lambda: list((store.root / "progress").glob("*.json")), process=process)
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=3)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 143
    assert "stopped by SIGTERM" in said
    assert list((store.root / "progress").glob("*")) == []
