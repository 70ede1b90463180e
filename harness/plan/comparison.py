"""Declared comparisons: a plan says before its runs which heads are compared, and which difference matters."""

from collections.abc import Collection, Mapping, Sequence

from backends.errors import did_you_mean
from harness.errors import PlanError
from harness.plan.schema import ComparisonSpec
from harness.spec import DataSpec, Run, RunSpec, Spec


class Pair(Spec):
    """Two heads that are compared, by the labels of their entries: the difference is ours minus theirs.

    Attributes:
        ours: Label of our head.
        theirs: Label of the other one.
        seeds: Seeds that the plan has of both; empty in a file of an earlier version.
    """

    ours: str
    theirs: str
    seeds: list[int] = []  # noqa: RUF012  pydantic copies defaults

    def same_as(self, other: "Pair") -> bool:
        """Whether another pair has the same labels, and the same seeds where both files tell them."""
        seeds = self.seeds == other.seeds or not (self.seeds and other.seeds)
        return (self.ours, self.theirs) == (other.ours, other.theirs) and seeds


class Declared(Spec):
    """The comparisons that a plan declares.

    Attributes:
        pairs: What is compared.
        margin_pp: Percentage points of accuracy below which a difference does not matter.
        declared_at: When a command first used this declaration in the results folder: UTC, ISO 8601.
    """

    pairs: list[Pair]
    margin_pp: float
    declared_at: str

    def same_as(self, other: "Declared") -> bool:
        """Whether another declaration compares the same heads with the same seeds and the same margin."""
        return (
            self.margin_pp == other.margin_pp
            and len(self.pairs) == len(other.pairs)
            and all(mine.same_as(theirs) for mine, theirs in zip(self.pairs, other.pairs, strict=True))
        )


def declared(asked: ComparisonSpec, runs: Sequence[Run], *, at: str) -> Declared:
    """Return the comparisons that a plan declares.

    Every entry that trains in full is compared with the control, apart from those with shuffled labels, whose accuracy is
    chance by construction, and from those on other data. Without a control, an entry's control is the head linear on the same
    data, where the plan has exactly one.

    Args:
        asked: The plan's table.
        runs: The plan's runs.
        at: The time now.

    Raises:
        PlanError: a label that the plan does not have, or a pair that can have no verdict.
    """
    seeds: dict[str, list[int]] = {}
    for run in runs:
        seeds.setdefault(run.label, []).append(run.spec.seed)
    for label in [*([asked.control] if asked.control else []), *(label for pair in asked.also for label in pair)]:
        if label not in seeds:
            raise PlanError(f"[comparison]: no entry has the label {label!r}{did_you_mean(label, seeds)}")
    specs = {run.label: run.spec for run in runs}
    full = [label for label, spec in specs.items() if spec.scope == "full" and spec.data.labels == "true"]
    if asked.control and asked.control not in full:
        raise PlanError(
            f"[comparison] control: {asked.control!r} does not train in full on true labels; name an entry that does: "
            f"{', '.join(full) or 'the plan has none'}"
        )
    pairs = []
    for label in full:
        controls = [asked.control] if asked.control else [other for other in full if specs[other].head == "linear"]
        alike = [other for other in controls if not other_data(specs[label].data, specs[other].data)]
        pairs += [(label, alike[0])] if len(alike) == 1 and alike[0] != label else []
    for ours, theirs in asked.also:
        _check(ours, theirs, pairs, specs=specs, seeds=seeds)
        pairs += [] if (ours, theirs) in pairs else [(ours, theirs)]
    return Declared(
        pairs=[
            Pair(ours=ours, theirs=theirs, seeds=sorted(set(seeds[ours]) & set(seeds[theirs])))
            for ours, theirs in pairs
        ],
        margin_pp=asked.margin_pp,
        declared_at=at,
    )


def other_data(ours: DataSpec, theirs: DataSpec) -> str:
    """Say in which settings the data of two runs differ so that a difference of accuracies is none of their heads.

    Which images test may differ where both classify the data set's own test images; how pixels are scaled may always.
    """
    free = {"pixel_scaling"}
    if "official" in (ours.test, theirs.test) or (ours.official_images and theirs.official_images):
        free |= {"split_seed"}
    different = [
        name for name in DataSpec.model_fields if name not in free and getattr(ours, name) != getattr(theirs, name)
    ]
    return ", ".join(f"{name} {getattr(ours, name)!r} and {getattr(theirs, name)!r}" for name in different)


def _check(
    ours: str,
    theirs: str,
    pairs: Collection[tuple[str, str]],
    *,
    specs: Mapping[str, RunSpec],
    seeds: Mapping[str, Collection[int]],
) -> None:
    """Refuse a pair of ``also`` that can have no verdict, or counts twice in Holm's correction."""
    who = f"[comparison] also: {ours!r}"
    if ours == theirs:
        raise PlanError(f"{who} is compared with itself; name two entries")
    if (theirs, ours) in pairs:
        raise PlanError(f"{who} and {theirs!r} are compared already, the other way round; leave this pair out")
    for label in (ours, theirs):
        if specs[label].scope == "slice":
            raise PlanError(
                f"{who} against {theirs!r}: {label!r} stops after {specs[label].training.max_steps} steps, so it has no "
                "accuracy of its own; name an entry without max_steps"
            )
    if different := other_data(specs[ours].data, specs[theirs].data):
        raise PlanError(
            f"{who} and {theirs!r} have different data: {different}; compare entries that train on and classify the same images"
        )
    if not set(seeds[ours]) & set(seeds[theirs]):
        raise PlanError(f"{who} and {theirs!r} have no seed in common; give them the same seeds")
