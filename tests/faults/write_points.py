"""Makes one run again and again in forks of this process, each with a fault at another write, fsync, rename or unlink.

python write_points.py FOLDER kill|ENOSPC|EIO prints a JSON line for each point, and a last one for the point after the last,
where no fault happens. python write_points.py FOLDER random N_KILLS kills runs at random moments, N_KILLS times in all, and
prints a line for each run that was killed. It forks, so that torch is loaded once; pytest itself cannot fork, because it has
threads.
"""

import contextlib
import errno
import itertools
import json
import mmap
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch
from faults.helpers import PLAN, end_of, runs_of

from harness.errors import DiskError
from harness.records.store import Store
from harness.training.checkpoint import Checkpoints
from harness.training.perform import perform

_RUN = runs_of(PLAN.format(epochs=1).replace("batch_size = 8", "batch_size = 11"))[1]
_MOST_POINTS = 500


class _Torn:
    """A file of which half is written when the fault happens."""

    def __init__(self, file, at_fault):
        self._file, self._at_fault = file, at_fault

    def write(self, content):
        self._at_fault("write", before=lambda: (self._file.write(content[: len(content) // 2]), self._file.flush()))
        return self._file.write(content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


def install(at_fault):
    """Call ``at_fault`` before every write to a new file, fsync, rename and unlink of this process."""
    path_open, fsync, replace, unlink = Path.open, os.fsync, Path.replace, Path.unlink

    def opened(path, mode="r", *rest, **options):
        file = path_open(path, mode, *rest, **options)
        return _Torn(file, at_fault) if mode == "xb" else file

    def wrapped(name, call):
        def replacement(*arguments, **options):
            at_fault(name)
            return call(*arguments, **options)

        return replacement

    Path.open, os.fsync = opened, wrapped("fsync", fsync)
    Path.replace, Path.unlink = wrapped("rename", replace), wrapped("unlink", unlink)


def one_run(root):
    """Make the run and store its record, as child.py and execute.py do together."""
    store = Store(root)
    for name in ("records", "weights", "checkpoints", "quarantine"):
        (root / name).mkdir(parents=True, exist_ok=True)
    if any(record.status == "ok" for record in store.read().records):
        return
    run_id = _RUN.run_id
    checkpoints = Checkpoints(store.checkpoints_of(run_id), run_id=run_id, interval_s=0.0)
    record = perform(_RUN, attempt=store.next_attempt(run_id), weights_of=store.weights_of, checkpoints=checkpoints)
    store.write(record)
    store.discard_checkpoints(run_id)


def in_fork(root, at_fault, *, killed_after_s=None):
    """Make the run in a fork with a fault; return how the fork ended: its exit code, or minus its signal."""
    pid = os.fork()
    if pid == 0:
        code = 0
        install(at_fault)
        try:
            one_run(root)
        except DiskError:
            code = 4
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            code = 1
        os._exit(code)
    if killed_after_s is not None:
        time.sleep(killed_after_s)
        os.kill(pid, signal.SIGKILL)  # one that ended is still there, for it was not waited for
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fault_at(point, kind, happened):
    """Return a function that causes a kill or a disk error at its point-th call, with half of the file written; it sets ``happened``."""
    counter = itertools.count()

    def at_fault(name, before=lambda: None):
        if next(counter) != point:
            return
        happened[0] = 1
        with contextlib.suppress(OSError):
            before()
        if kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(getattr(errno, kind), os.strerror(getattr(errno, kind)))

    return at_fault


def no_fault(name, before=lambda: None):
    """Let every call pass."""


def killed_at_random(folder, n_kills, sound, *, run_s):
    """Kill runs at random moments, each until it is ok; print the outcome of those that were killed."""
    dice = random.Random(n_kills)
    killed = 0
    for number in itertools.count():
        if killed >= n_kills:
            return
        root = folder / f"random-{number}"
        kills = 0
        while in_fork(root, no_fault, killed_after_s=dice.uniform(0, run_s)) == -signal.SIGKILL:
            kills += 1
        if not kills:
            continue
        killed += kills
        found = Store(root).read()
        resumed = any(record.resumed_at for record in found.records)
        line = {"kind": "random", "kills": kills, "damaged": len(found.damaged), "records": len(found.records)}
        print(json.dumps(line | {"equal": end_of(Store(root)) == sound, "resumed": resumed}), flush=True)  # noqa: T201  its answer


def hit_once(folder, kind, sound):
    """Hit every point once with a fault of one kind and make the run again; print the outcome."""
    for point in range(_MOST_POINTS):
        root = folder / f"{kind}-{point}"
        happened = mmap.mmap(-1, 1)  # shared with the fork; a run may survive a fault, so its exit code does not tell
        code = in_fork(root, fault_at(point, kind, happened))
        line = {"kind": kind, "point": point, "code": code, "happened": bool(happened[0])}
        if not happened[0]:
            print(json.dumps(line), flush=True)  # noqa: T201  its answer
            return
        found = Store(root).read()
        acknowledged = len(found.records)
        again = in_fork(root, no_fault)
        equal = end_of(Store(root)) == sound
        n_ok = len(list((root / "records").glob("*.json")))
        line |= {"damaged": len(found.damaged), "acknowledged": acknowledged}
        print(json.dumps(line | {"again": again, "equal": equal, "records": n_ok}), flush=True)  # noqa: T201  its answer


def main(folder, kind, n_kills="0"):
    """Make the run undisturbed, then with faults of one kind."""
    torch.set_num_threads(1)
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports half of torch, here once and not in each fork
    seconds = []
    for number in range(5 if kind == "random" else 1):
        started = time.monotonic()
        in_fork(folder / f"sound-{number}", no_fault)
        seconds.append(time.monotonic() - started)
    sound = end_of(Store(folder / "sound-0"))
    if kind == "random":
        killed_at_random(folder, int(n_kills), sound, run_s=min(seconds))
    else:
        hit_once(folder, kind, sound)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
