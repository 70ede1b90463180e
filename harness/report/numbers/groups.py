"""The runs of a report by configuration: each group is a row of its tables."""

import collections
import dataclasses
import functools
from collections.abc import Iterable, Mapping

from harness.records.record import STATUSES, RunRecord
from harness.spec import RunSpec
from harness.text import ranges


@dataclasses.dataclass(frozen=True)
class Group:
    """The runs of one configuration, which differ in their seeds; of each run the attempt that counts."""

    label: str
    runs: tuple[RunRecord, ...]

    @property
    def first(self) -> RunRecord:
        """One of the runs, for what they have in common."""
        return self.runs[0]

    @functools.cached_property
    def ok(self) -> tuple[RunRecord, ...]:
        """The runs that ended ok."""
        return tuple(run for run in self.runs if run.status == "ok")

    @functools.cached_property
    def evaluated(self) -> tuple[RunRecord, ...]:
        """The runs that ended ok and classified the test images."""
        return tuple(run for run in self.ok if run.evaluation is not None)

    @functools.cached_property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes of its data set; numbers where no record tells them, None where no run came to know them."""
        for run in self.runs:
            if run.dataset:
                return run.dataset.class_names
        scored = next((run.evaluation for run in self.evaluated if run.evaluation), None)
        return tuple(str(score.label) for score in scored.classes) if scored else None

    @property
    def quantum(self) -> bool:
        """Whether the head evaluates circuits."""
        return self.first.spec.circuit is not None

    @property
    def shuffled(self) -> bool:
        """Whether the labels of the training images were shuffled: a sanity check, which must end at chance."""
        return self.first.spec.data.labels == "shuffled"

    @property
    def full(self) -> bool:
        """Whether at least one run trained weights of its own to the end."""
        return self.first.scope == "full" and self.first.spec.weights_from is None and bool(self.ok)

    @property
    def statuses(self) -> str:
        """How the runs ended: "2 ok, 1 diverged"."""
        found = collections.Counter[str](run.status for run in self.runs)
        return ", ".join(f"{found[status]} {status}" for status in STATUSES if found[status])

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the runs that ended ok."""
        return tuple(sorted(run.spec.seed for run in self.ok))


@dataclasses.dataclass(frozen=True)
class EarlierAttempt:
    """An attempt at a run that no longer counts.

    Attributes:
        run: Its record.
        label: Of its configuration, as the report shows it.
        counts_instead: Number of the attempt that counts for this run; None where none does, as after ``qhb run --fresh``.
    """

    run: RunRecord
    label: str
    counts_instead: int | None


@dataclasses.dataclass(frozen=True)
class Results:
    """The runs that a report shows.

    Attributes:
        groups: One for each row, in the order of the records.
        earlier: Attempts that no longer count; they are listed and enter no number.
        labels: Of the latest plan, by run id.
    """

    groups: tuple[Group, ...]
    earlier: tuple[EarlierAttempt, ...]
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def runs(self) -> tuple[RunRecord, ...]:
        """The attempt that counts of every run."""
        return tuple(run for group in self.groups for run in group.runs)

    @property
    def attempts(self) -> tuple[RunRecord, ...]:
        """All attempts, those that count first."""
        return (*self.runs, *(attempt.run for attempt in self.earlier))

    @functools.cached_property
    def label_of(self) -> dict[str, str]:
        """The label shown for each run id."""
        return {run.run_id: group.label for group in self.groups for run in group.runs}

    @functools.cached_property
    def _seed_of(self) -> dict[str, int]:
        return {run.run_id: run.spec.seed for run in self.runs}

    def trainers(self, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Return who trained some weights, by label and seeds; a run that is not in the report by its id."""
        seeds: dict[str, list[int]] = {}
        unknown = []
        for run_id in sorted(run_ids):
            if run_id in self.label_of:
                seeds.setdefault(self.label_of[run_id], []).append(self._seed_of[run_id])
            else:
                unknown.append(f"run {run_id[:12]} (not in this report)")
        known = [
            f"{label}, seed{'s' if len(found) > 1 else ''} {ranges(sorted(found))}" for label, found in seeds.items()
        ]
        return (*sorted(known), *unknown)

    def planned(self, label: str) -> Group | None:
        """Return the group of an entry of the plan: the one with most of its runs; None where there is no run of it.

        A label that the plan does not give to any run is taken as the report shows it.
        """
        mine = {run_id for run_id, name in self.labels.items() if name == label}
        if not mine:
            return next((group for group in self.groups if group.label == label), None)
        found = {sum(run.run_id in mine for run in group.runs): group for group in reversed(self.groups)}
        return found[max(found)] if found and max(found) else None

    @functools.cached_property
    def reference(self) -> Group | None:
        """The row beside the paper's Table 1: the paper's head if it was trained, else the first quantum head that was."""
        trained = [group for group in self.groups if group.full and group.quantum and group.evaluated]
        for group in trained:
            spec = group.first.spec
            if (spec.head, spec.circuit, spec.shots) == ("statevector", "eq7", 1000):
                return group
        return trained[0] if trained else None

    @functools.cached_property
    def linear(self) -> Group | None:
        """The linear head, the paper's classical rival; the first one where several were trained with different settings."""
        return next(iter(self._linears), None)

    def linear_for(self, group: Group) -> Group | None:
        """Return the linear head that had the same images, network and training as a group."""
        return next((linear for linear in self._linears if _trained_alike(group.first.spec, linear.first.spec)), None)

    @functools.cached_property
    def _linears(self) -> list[Group]:
        return [group for group in self.groups if group.first.spec.head == "linear" and group.full and group.evaluated]


def _trained_alike(one: RunSpec, other: RunSpec) -> bool:
    """Whether two heads had the same images, network and training.

    How shifts are made, and what is measured beside the training, concerns no other head.
    """
    quantum_only = {"shift_rule", "skip_dead_angles", "fidelity_every", "channels_memory_gib"}
    ours, theirs = (
        data.model_dump(exclude={"official_images", *data.not_counting} - {"sha256"}) for data in (one.data, other.data)
    )
    return (
        ours == theirs
        and one.model == other.model
        and one.training.model_dump(exclude=quantum_only) == other.training.model_dump(exclude=quantum_only)
    )
