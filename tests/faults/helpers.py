"""Helpers of the fault tests: plans, ``qhb`` as a process, and the part of a finished plan that must be reproducible."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness.data.load import load
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions, runs_to_make
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.records import sealed
from harness.spec import DataSpec

_TESTS = Path(__file__).parents[1]
QHB = [sys.executable, "-c", "from harness.cli.main import main; main()"]

# Two runs of one label.
TWO_SEEDS = """
name = "p"
seeds = [0, 1]
[data]
n_images = 100
official_images = 0
[training]
epochs = {epochs}
[[runs]]
head = "linear"
"""

# Shuffling, dropout and shots on. Three runs, of which one needs another's weights.
PLAN = """
name = "p"
[data]
n_images = 50
official_images = 0
[training]
epochs = {epochs}
batch_size = 8
[[runs]]
label = "linear"
head = "linear"
[[runs]]
label = "shots"
head = "statevector"
circuit = "eq7"
shots = 10
[[runs]]
label = "slice"
head = "linear"
max_steps = 6
weights_of = "linear"
"""


def plan_of(heads, **training):
    """Return a plan that trains heads of faulty_heads.py."""
    settings = "\n".join(f"{key} = {value}" for key, value in ({"epochs": 1, "batch_size": 8} | training).items())
    entries = [f'[[runs]]\nlabel = "{head}"\nhead = "faults.faulty_heads:{head}"\ncircuit = "eq7"' for head in heads]
    return "\n".join([f'name = "p"\n[data]\nn_images = 50\nofficial_images = 0\n[training]\n{settings}', *entries])


def runs_of(text):
    """Expand a plan's text."""
    return expand(parse(text, where="p"), facts=load(DataSpec()).facts)


def make(runs, store, *, ended=lambda record: None, progress=lambda runs: None, executor=None, **options):
    """Make the runs that are not made yet, as ``qhb run`` does, in this process; return the latest records by label."""
    with store.opened():
        chosen = runs_to_make(runs, store.read().records)
        options = ExecutionOptions(**{"jobs": 2, "checkpoint_s": 0.0} | options)
        callbacks = ExecutionCallbacks(ended, progress)
        execute(chosen, store, options, callbacks, executor=executor or LocalExecutor())
    return {record.label: record for record in store.read().records}


def start_qhb(*arguments, cwd, **options):
    """Start ``qhb`` with these sources, in a session of its own."""
    paths = [str(_TESTS.parent), str(_TESTS), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [*QHB, *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **{"env": environment} | options,
    )


def qhb(*arguments, cwd, **options):
    """Run ``qhb`` to its end; return its exit code and its output."""
    process = start_qhb(*arguments, cwd=cwd, **options)
    said, _ = process.communicate(timeout=600)
    return process.returncode, said


def wait_for(condition, *, process=None, seconds=120):
    """Wait until a condition holds; fail when it takes too long or the process ends before."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        assert process is None or process.poll() is None, process.communicate()[0]
        time.sleep(0.02)


def is_alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def alive_below(store):
    """Return the living processes of a store's runs: those whose standard error is a run's log."""
    logs = {str(path.resolve()) for path in (store.root / "logs").iterdir()}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str((process / "fd" / "2").readlink()) in logs and is_alive(process.name):
                found.append(int(process.name))
    return found


def kill(pid):
    """Kill a process that may have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def end_of(store):
    """Return what must be equal, bit for bit, whenever a plan is finished: records and weights without times, machine and attempts."""
    found = {}
    for record in store.read().records:
        content = record.model_dump(mode="json")
        for name in ("attempt", "started_at", "seconds", "times", "peak_rss_mib", "environment", "resumed_at", "notes"):
            del content[name]
        content["steps"] = {name: value for name, value in (content["steps"] or {}).items() if not _is_time(name)}
        content["evaluation"] = {key: value for key, value in (content["evaluation"] or {}).items() if key != "seconds"}
        weights = store.weights_of(record.run_id)
        found[record.label, record.spec.seed] = content, sealed.read(weights).facts if weights.exists() else None
    return found


def _is_time(name):
    return name.startswith("step_s_") or name == "head_seconds"
