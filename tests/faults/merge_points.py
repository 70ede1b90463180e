"""Merges two results folders again and again in forks of this process, each killed at another write, fsync, rename or unlink.

python merge_points.py FOLDER prints a JSON line for each point. Forks, because torch is loaded once; pytest itself has
threads and cannot fork.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from faults.write_points import fault_at, install
from stores import add_checkpoint, files_of, folder_of, record_of

from harness.records.merge import merge
from harness.records.store import Store

_TIMES = [f"202{number}-01-01T00:00:00Z" for number in range(4)]


def _make_source(root):
    """Runs that come, that lose against the target's, that go on, that were started over, and checkpoints alone."""
    store = folder_of(
        root,
        record_of("a", status="failed", started_at=_TIMES[0]),
        record_of("a", attempt=2, started_at=_TIMES[1]),
        record_of("b", status="killed"),
        record_of("d", status="failed", started_at=_TIMES[0]),
        record_of("d", attempt=2, started_at=_TIMES[1]),
        record_of("e"),
        record_of("f", started_at=_TIMES[1]),
        record_of("0", status="killed"),
        record_of("0", status="failed", attempt=2, started_at=_TIMES[3]),
    )
    store.start_over(["e" * 64])
    for letter in "bc":
        add_checkpoint(store, letter, step=1)
        add_checkpoint(store, letter, step=2)
    return store


def _make_target(root):
    store = folder_of(
        root,
        record_of("d", started_at=_TIMES[2]),
        record_of("f", status="failed", started_at=_TIMES[0]),
        record_of("0", status="killed"),
    )
    add_checkpoint(store, "f")
    return store


def _merge_in_fork(target, source, at_fault):
    """Merge in a fork; return its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            install(at_fault)
            with target.opened():
                merge(target, source)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _count_points(target, source):
    """Return how many calls a merge makes that can be hit."""
    reader, writer = os.pipe()
    code = _merge_in_fork(target, source, lambda name, before=None: os.write(writer, b"."))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        n_points = len(pipe.read())
    assert code == 0
    return n_points


def main(folder):
    """Merge undisturbed, then with a kill at each point and once more."""
    source, template = _make_source(folder / "source"), _make_target(folder / "target")
    sound = Store(shutil.copytree(template.root, folder / "sound"))
    n_points = _count_points(sound, source)
    for point in range(n_points):
        target = Store(shutil.copytree(template.root, folder / str(point)))
        code = _merge_in_fork(target, source, fault_at(point, "kill", happened=[0]))
        damaged = len(target.read().damaged)
        again = _merge_in_fork(target, source, lambda name, before=None: None)
        line = {"point": point, "killed": code == -signal.SIGKILL, "damaged": damaged, "again": again}
        print(json.dumps(line | {"equal": files_of(target) == files_of(sound)}), flush=True)  # noqa: T201  its answer
        shutil.rmtree(target.root)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
