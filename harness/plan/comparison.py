"""Declared comparisons: a plan says before its runs which heads are compared, and which difference matters."""

from collections.abc import Sequence

from backends.errors import did_you_mean
from harness.errors import PlanError
from harness.plan.schema import ComparisonSpec
from harness.spec import Run, Spec


class Pair(Spec):
    """Two heads that are compared, by the labels of their entries: the difference is ours minus theirs."""

    ours: str
    theirs: str


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

    def same_as(self, other: "Declared | None") -> bool:
        """Whether another declaration compares the same with the same margin."""
        return other is not None and (self.pairs, self.margin_pp) == (other.pairs, other.margin_pp)


def declared(asked: ComparisonSpec, runs: Sequence[Run], *, at: str) -> Declared:
    """Return the comparisons that a plan declares.

    Every entry that trains in full is compared with the control, apart from those with shuffled labels: their accuracy is
    chance by construction.

    Args:
        asked: The plan's table.
        runs: The plan's runs.
        at: The time now.

    Raises:
        PlanError: a label that the plan does not have, or a head compared with itself.
    """
    labels = list(dict.fromkeys(run.label for run in runs))
    for label in [*([asked.control] if asked.control else []), *(label for pair in asked.also for label in pair)]:
        if label not in labels:
            raise PlanError(f"[comparison]: no entry has the label {label!r}{did_you_mean(label, labels)}")
    full = {run.label: run.spec for run in runs if run.spec.scope == "full" and run.spec.data.labels == "true"}
    linear = [label for label, spec in full.items() if spec.head == "linear"]
    control = asked.control or (linear[0] if len(linear) == 1 else None)
    pairs = [(label, control) for label in full if control and label != control]
    pairs += [(ours, theirs) for ours, theirs in asked.also if (ours, theirs) not in pairs]
    for ours, theirs in pairs:
        if ours == theirs:
            raise PlanError(f"[comparison] also: {ours!r} is compared with itself; name two entries")
    return Declared(
        pairs=[Pair(ours=ours, theirs=theirs) for ours, theirs in pairs], margin_pp=asked.margin_pp, declared_at=at
    )
