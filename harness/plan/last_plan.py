"""The plan that a results folder was last run with. It shows which runs are left, and is not expanded a second time.

Expanding a plan loads torch and the SDKs of its heads, which takes longer than all the rest where no run is left to make.
The runs are a function of what ``_key`` digests, so the same key stands for the same runs.
"""

import dataclasses
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pydantic

import backends
import baselines
from backends.circuits.files import find_circuit
from backends.errors import HeadError
from baselines import BASELINES
from harness.data.dataset import DataFacts
from harness.errors import DamagedError
from harness.plan.comparison import Declared, declared
from harness.plan.expand import expand
from harness.plan.schema import Plan
from harness.records.disk import is_there, read_file, write_atomically
from harness.records.record import RunRecord, now
from harness.spec import Run

_SOURCES = (*(Path(str(package.__file__)).parent for package in (backends, baselines)), Path(__file__).parents[1])
_MAX_BYTES = 2**28  # 100,000 runs take 100 MB


class LastPlan(pydantic.BaseModel):
    """The plan that a results folder is being run with, or was run with last.

    Attributes:
        name: The plan's.
        command: The command line, which goes on with it.
        key: Digest of everything that the runs are a function of; None where a head from outside makes that unknown.
        runs: The runs that it asks for.
        comparison: The comparisons that it declares; None in a file of an earlier version.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    name: str
    command: str
    key: str | None
    runs: list[Run]
    comparison: Declared | None = None


def resolve(plan: Plan, *, facts: DataFacts, folder: Path, command: str, earlier: LastPlan | None) -> LastPlan:
    """Return a plan with its runs: the runs of ``earlier`` where that is the same plan, otherwise runs that are checked here.

    Args:
        plan: The plan.
        facts: Of its data set.
        folder: Where the paths of circuits begin.
        command: The command line.
        earlier: The folder's last plan, if it has one.

    Raises:
        PlanError: with every problem, one a line.
    """
    key = _key(plan, facts=facts, folder=folder)
    if earlier is not None and key is not None and earlier.key == key:
        return earlier.model_copy(update={"command": command})
    runs = expand(plan, facts=facts, folder=folder)
    comparison = declared(plan.comparison, runs, at=now())
    if earlier is not None and earlier.comparison is not None and comparison.same_as(earlier.comparison):
        comparison = comparison.model_copy(update={"declared_at": earlier.comparison.declared_at})
    from backends.registry import HEADS  # it loads torch; so did expanding

    if not {run.spec.head for run in runs} <= {*HEADS, *BASELINES} or any(run.spec.features_code for run in runs):
        key = None
    return LastPlan(name=plan.name, command=command, key=key, runs=runs, comparison=comparison)


def last_plan_file(folder: Path) -> Path:
    """Return where a results folder keeps its last plan."""
    return folder / ".plan.json"


def write_last_plan(folder: Path, plan: LastPlan) -> None:
    """Write the plan that a results folder is about to be run with, for ``qhb status`` and the next ``qhb run``.

    Raises:
        DiskError: the disk refuses it.
    """
    write_atomically(last_plan_file(folder), plan.model_dump_json().encode())


def read_last_plan(folder: Path) -> LastPlan | None:
    """Return the plan that a results folder was last run with; None where there is none.

    Raises:
        DamagedError: the file is damaged, or another version of qhb wrote it.
        StoreError: the file cannot be read.
    """
    path = last_plan_file(folder)
    if not is_there(path):
        return None
    try:
        return LastPlan.model_validate_json(read_file(path, limit=_MAX_BYTES))
    except ValueError as error:
        raise DamagedError(f"{path} is damaged, or of another version of qhb: {type(error).__name__}") from error


def labels_of(plan: LastPlan) -> dict[str, str]:
    """Return the label of each of the plan's runs, by run id."""
    return {run.run_id: run.label for run in plan.runs}


def in_order_of(plan: LastPlan, records: Iterable[RunRecord]) -> list[RunRecord]:
    """Return records in the order of a plan's runs; those of other runs come last, as they are."""
    place = {run.run_id: number for number, run in enumerate(plan.runs)}
    return sorted(records, key=lambda record: place.get(record.run_id, len(place)))


def with_latest_labels(folder: Path, records: Iterable[RunRecord]) -> list[RunRecord]:
    """Return records of a results folder with the labels of its last plan; without such a plan, as they are."""
    try:
        plan = read_last_plan(folder)
    except DamagedError:
        plan = None
    labels = labels_of(plan) if plan else {}
    return [record.model_copy(update={"label": labels.get(record.run_id, record.label)}) for record in records]


def _key(plan: Plan, *, facts: DataFacts, folder: Path) -> str | None:
    """Return the digest of the plan, of the circuits and data it names, and of the code that expands it."""
    try:
        circuits = [
            dataclasses.asdict(find_circuit(entry.circuit, folder=folder, weights=entry.weights))
            for entry in plan.runs
            if entry.circuit
        ]
    except HeadError:
        return None  # expanding it says what is wrong
    known = [
        plan.model_dump(mode="json"),
        dataclasses.asdict(facts),
        circuits,
        sys.version,
        list(_installed()),
        list(_code()),
    ]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def _installed() -> Iterator[str]:
    """Yield the names of the installed distributions, which hold their versions."""
    for folder in map(Path, sys.path):
        yield from sorted(path.name for path in folder.glob("*.dist-info"))


def _code() -> Iterator[tuple[str, int, int]]:
    """Yield our source files with size and time: in a checkout they change without a new version."""
    for root in _SOURCES:
        for path in sorted(root.rglob("*.py")):
            found = path.stat()
            yield str(path), found.st_size, found.st_mtime_ns
