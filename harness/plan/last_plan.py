"""The plan that a results folder was last run with: it says what is left to do, and need not be expanded a second time.

To expand a plan, torch and the SDKs that it names are loaded, which takes longer than all the rest where nothing is to be
made. The runs are a function of what ``_key`` digests; the same key stands for the same runs.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pydantic

import backends
import baselines
import harness
from backends.circuits.files import find_circuit
from backends.errors import CircuitError
from backends.file_io import read_regular_file
from baselines import BASELINES
from harness.plan.plan import Plan, expand
from harness.records.disk import write_atomically
from harness.spec import Run

_SOURCES = (backends, baselines, harness)
_FILE = ".plan.json"
_MAX_BYTES = 2**28  # 100,000 runs take 100 MB


class LastPlan(pydantic.BaseModel):
    """The plan that a results folder is being run with, or was run with last.

    Attributes:
        name: The plan's.
        command: The command line, which goes on with it.
        key: Of what the runs are a function; None where that cannot be told, because a head is somebody else's.
        runs: What it asks for.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    name: str
    command: str
    key: str | None
    runs: list[Run]


def resolve(plan: Plan, *, dataset_sha256: str, folder: Path, command: str, earlier: LastPlan | None) -> LastPlan:
    """Return a plan with its runs: checked anew, or those of ``earlier`` where that is the same plan.

    Args:
        plan: The plan.
        dataset_sha256: Of its data set.
        folder: Where the paths of circuits begin.
        command: The command line.
        earlier: The folder's last plan, if it has one.

    Raises:
        PlanError: with every problem, one a line.
    """
    key = _key(plan, dataset_sha256=dataset_sha256, folder=folder)
    if earlier is not None and key is not None and earlier.key == key:
        return earlier.model_copy(update={"command": command})
    runs = expand(plan, dataset_sha256=dataset_sha256, folder=folder)
    from backends.registry import HEADS  # it loads torch; so did expanding

    if not {run.spec.head for run in runs} <= {*HEADS, *BASELINES}:
        key = None
    return LastPlan(name=plan.name, command=command, key=key, runs=runs)


def write_last_plan(folder: Path, plan: LastPlan) -> None:
    """Write the plan that a results folder is about to be run with, for ``qhb status`` and the next ``qhb run``.

    Raises:
        DiskError: the disk refuses it.
    """
    write_atomically(folder / _FILE, plan.model_dump_json().encode())


def read_last_plan(folder: Path) -> LastPlan | None:
    """Return the plan that a results folder was last run with; None where there is none, or none that can be read."""
    try:
        return LastPlan.model_validate_json(read_regular_file(folder / _FILE, limit=_MAX_BYTES))
    except (OSError, ValueError):
        return None


def _key(plan: Plan, *, dataset_sha256: str, folder: Path) -> str | None:
    """Digest the plan, what its names stand for, and the code that expands it, ours and the installed."""
    try:
        circuits = [
            find_circuit(entry.circuit, folder=folder, weights=entry.weights).fingerprint
            for entry in plan.runs
            if entry.circuit
        ]
    except CircuitError:
        return None  # expanding it says what is wrong
    known = [plan.model_dump(mode="json"), dataset_sha256, circuits, sys.version, list(_installed()), list(_code())]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def _installed() -> Iterator[str]:
    """Yield the names of the installed distributions, which hold their versions."""
    for folder in map(Path, sys.path):
        yield from sorted(path.name for path in folder.glob("*.dist-info"))


def _code() -> Iterator[tuple[str, int, int]]:
    """Yield our source files, which change without a new version where somebody works on them."""
    for package in _SOURCES:
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            found = path.stat()
            yield str(path), found.st_size, found.st_mtime_ns
