"""Records put together by label: what is a row of the report, and which runs stand behind it."""

import collections
import dataclasses
import functools
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from harness.records.record import STATUSES, RunRecord
from harness.report import paper
from harness.spec import RunSpec
from harness.text import clean, short

MAX_LABEL = 120


@dataclasses.dataclass(frozen=True)
class Group:
    """The runs of one label: one configuration with several seeds, each run once (its last attempt)."""

    label: str
    runs: tuple[RunRecord, ...]

    @property
    def first(self) -> RunRecord:
        """Any of the runs; they differ in seed and machine alone."""
        return self.runs[0]

    @functools.cached_property
    def ok(self) -> tuple[RunRecord, ...]:
        """The runs that ended well."""
        return tuple(run for run in self.runs if run.status == "ok")

    @functools.cached_property
    def evaluated(self) -> tuple[RunRecord, ...]:
        """The runs that ended well and classified the test images."""
        return tuple(run for run in self.ok if run.evaluation is not None)

    @property
    def quantum(self) -> bool:
        """Whether the head evaluates circuits."""
        return self.first.spec.circuit is not None

    @property
    def full(self) -> bool:
        """Whether the training went to its end with weights of its own, in at least one run."""
        return self.first.scope == "full" and self.first.spec.weights_from is None and bool(self.ok)

    @property
    def statuses(self) -> str:
        """Say how the runs ended: "2 ok, 1 diverged"."""
        found = collections.Counter[str](run.status for run in self.runs)
        return ", ".join(f"{found[status]} {status}" for status in STATUSES if found[status])

    @property
    def seeds(self) -> list[int]:
        """Seeds of the runs that ended well."""
        return sorted(run.spec.seed for run in self.ok)


@dataclasses.dataclass(frozen=True)
class Results:
    """All that a report is made of.

    Attributes:
        groups: One a row, in the order of the records.
        earlier: Attempts that were followed by another attempt at the same run.
    """

    groups: tuple[Group, ...]
    earlier: tuple[RunRecord, ...]

    @functools.cached_property
    def runs(self) -> tuple[RunRecord, ...]:
        """The last attempt of every run."""
        return tuple(run for group in self.groups for run in group.runs)

    @functools.cached_property
    def label_of(self) -> dict[str, str]:
        """The label shown for each run id."""
        return {run.run_id: group.label for group in self.groups for run in group.runs}

    def trainer(self, run_id: str) -> str:
        """Name the run that trained some weights: by label and seed where the report has it."""
        for run in self.runs:
            if run.run_id == run_id:
                return f"{self.label_of[run_id]}, seed {run.spec.seed}"
        return f"run {run_id[:12]} (not in this report)"

    @functools.cached_property
    def reference(self) -> Group | None:
        """The row set beside the paper's Table 1: its own head where it was trained, else the first quantum one."""
        trained = [group for group in self.groups if group.full and group.quantum and group.evaluated]
        for group in trained:
            spec = group.first.spec
            if (spec.head, spec.circuit, spec.shots) == ("statevector", "eq7", 1000):
                return group
        return trained[0] if trained else None

    @functools.cached_property
    def linear(self) -> Group | None:
        """The paper's classical rival; the first one, where there are several with different settings."""
        return next(iter(self._linears), None)

    def linear_for(self, group: Group) -> Group | None:
        """Return the linear head that had the group's images, network and training."""
        return next((linear for linear in self._linears if _trained_alike(group.first.spec, linear.first.spec)), None)

    @functools.cached_property
    def _linears(self) -> list[Group]:
        return [group for group in self.groups if group.first.spec.head == "linear" and group.full and group.evaluated]


def _trained_alike(one: RunSpec, other: RunSpec) -> bool:
    """Whether two heads met the same images, network and training; rules of shifts concern quantum heads alone."""
    quantum_only = {"shift_rule", "skip_dead_angles"}
    same = one.data == other.data and one.model == other.model
    return same and one.training.model_dump(exclude=quantum_only) == other.training.model_dump(exclude=quantum_only)


def grouped(records: Sequence[RunRecord]) -> Results:
    """Sort records into rows. Runs that share a label but not a configuration are never put together."""
    last: dict[str, RunRecord] = {}
    earlier = []
    for record in records:
        before = last.get(record.run_id)
        if before is None or record.attempt >= before.attempt:
            last[record.run_id] = record
            superseded = before
        else:
            superseded = record
        if superseded is not None and superseded.attempt != last[record.run_id].attempt:
            earlier.append(superseded)

    asked = {record.run_id: (record.label, configuration(record)) for record in last.values()}
    first_found: dict[tuple[str, str], str] = collections.defaultdict(str)
    for record in last.values():
        first_found[asked[record.run_id]] = first_found[asked[record.run_id]] or _found(record) or ""
    rows: dict[tuple[str, str], list[RunRecord]] = {}
    for record in last.values():
        label, config = asked[record.run_id]
        rows.setdefault((label, config + (_found(record) or first_found[label, config])), []).append(record)
    shared = collections.Counter(label for label, _ in rows)
    groups = []
    for (label, config), runs in rows.items():
        name = short(clean(label), MAX_LABEL) or "(no label)"
        # Two labels that were cut may look alike, and no run passes for the paper's row.
        if shared[label] > 1 or len(label) > MAX_LABEL or name == paper.LABEL:
            name += f" [{hashlib.sha256((label + config).encode(errors='replace')).hexdigest()[:6]}]"
        groups.append(Group(name, tuple(runs)))
    return Results(tuple(groups), tuple(earlier))


def configuration(record: RunRecord) -> str:
    """Return what was asked apart from the seed, as canonical text."""
    spec = record.spec.model_dump(mode="json")
    del spec["seed"]
    transferred = spec.pop("weights_from") is not None
    return canonical({**spec, "transferred": transferred})


def _found(record: RunRecord) -> str | None:
    """Return what the names in a spec stood for, None for a run that ended before it was known.

    A catalogue's circuit, a folder's images or our own code may have changed between two runs of one spec.
    """
    if not (record.head and record.dataset and record.environment):
        return None
    version = record.environment.versions.get("quantum-head-bench")
    return canonical([record.head.circuit, record.dataset.sha256, version])


def canonical(value: Any) -> str:
    """Return JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
