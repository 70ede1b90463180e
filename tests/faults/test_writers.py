"""Several writers at one results folder: the kernel's lock admits one, and is free again when its process ends in any way."""

import subprocess
import sys

from faults.helpers import PLAN, kill, qhb, start_qhb, wait_for

from harness.records.store import Store

_WRITER = """
import sys
from pathlib import Path
from harness.records.record import RunRecord
from harness.spec import RunSpec
from harness.records.store import Store

store = Store(Path(sys.argv[1]))
for number in range(10):
    with store.opened(wait=lambda held: None):
        run_id = "f" * 64 if number % 2 else f"{int(sys.argv[2]) * 10 + number:064x}"
        attempt = store.next_attempt(run_id)
        store.write(RunRecord(
            run_id=run_id, label=sys.argv[2], spec=RunSpec(head="linear"), attempt=attempt, status="ok",
            started_at="2026-01-01T00:00:00Z", seconds=0, scope="full",
        ))
"""


def test_a_second_qhb_is_told_which_process_holds_the_folder(tmp_path):
    """It exits at once with the process, its host and time, and how to wait; when the first is killed, the folder is free."""
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN.format(epochs=10_000))
    store = Store(tmp_path / "results")
    first = start_qhb("run", plan, "--results", store.root, cwd=tmp_path)
    wait_for(lambda: store.is_held, process=first)
    wait_for(lambda: store.holder, process=first)

    code, said = qhb("run", plan, "--results", store.root, cwd=tmp_path)

    assert code == 4
    assert f"is in use by process {first.pid} on " in said
    assert "--wait" in said
    kill(first.pid)
    first.communicate()
    assert not store.is_held
    with store.opened():
        assert store.read().records == []


def test_eight_writers(tmp_path, figures):
    """Eight processes write ten records each, half of them attempts at one run: all are there, each attempt once."""
    command = [sys.executable, "-c", _WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE, text=True) for n in range(8)]
    errors = [writer.communicate(timeout=300)[1] for writer in writers]

    store = Store(tmp_path)
    assert errors == [""] * 8
    assert store.read().damaged == []
    assert len(list(store.records_folder.iterdir())) == 80
    assert store.next_attempt("f" * 64) == 41
    figures["records written by eight processes at once, of 80"] = len(list(store.records_folder.iterdir()))
