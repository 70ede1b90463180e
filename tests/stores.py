"""Records and results folders that tests of them share; nothing is trained."""

import torch

from harness.records import sealed
from harness.records.record import Failure, RunRecord
from harness.records.store import Store
from harness.spec import RunSpec

FAILURE = Failure(kind="ValueError", message="=cmd()", traceback="", log_tail=["one", "two"])


def record_of(letter, *, status="ok", attempt=1, started_at="2026-01-01T00:00:00Z", **changes):
    """Return a record whose run id is a letter 64 times, and whose label is the letter."""
    values = {
        "run_id": letter * 64, "label": letter, "spec": RunSpec(head="linear", options={"a": [1]}), "attempt": attempt,
        "status": status, "started_at": started_at, "seconds": 1.5, "scope": "full",
        "failure": None if status == "ok" else FAILURE,
    }  # fmt: skip
    return RunRecord(**values | changes)


def folder_of(path, *records):
    """Return a results folder with these records, each with a log, and with weights where it is ok."""
    store = Store(path)
    with store.opened():
        for record in records:
            store.write(record)
            store.log_of(record.run_id, record.attempt).write_text(f"{record.status} {record.started_at}")
            if record.status == "ok":
                weights = {"w": torch.full((3,), float(record.attempt))}
                sealed.write(store.weights_of(record.run_id), weights, {"run_id": record.run_id})
    return store


def add_checkpoint(store, letter, step=1):
    """Write a checkpoint of a run into a results folder."""
    folder = store.checkpoints_of(letter * 64)
    folder.mkdir(exist_ok=True)
    sealed.write(folder / f"{step:09d}.safetensors", {"w": torch.full((3,), float(step))}, {"step": step})


def files_of(store):
    """Return the content of every file in a results folder, by its path in it; the lock is left out."""
    return {
        str(path.relative_to(store.root)): path.read_bytes()
        for path in sorted(store.root.rglob("*"))
        if path.is_file() and path.name not in (".lock", ".holder.json")
    }
