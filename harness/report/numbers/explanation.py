"""What explains the difference of a quantum head from the linear one: the steps linear, bounded, cosine, quantum."""

import dataclasses
import itertools
from collections.abc import Sequence

from harness.report.numbers.groups import Group, Results
from harness.report.numbers.pairing import paired
from harness.statistics import Comparison, compare
from harness.text import Missing

_BETWEEN = ("bounded", "cosine")


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of the chain: from one head to the next.

    Attributes:
        theirs: Label of the head before.
        ours: Label of the head after.
        head: Name of the head after.
        comparison: The difference that the step makes, on the seeds that all heads of the chain have in common.
    """

    theirs: str
    ours: str
    head: str
    comparison: Comparison


@dataclasses.dataclass(frozen=True)
class Chain:
    """The steps that a study has, from the linear head to the quantum one; their differences add up to the whole."""

    whole: Step
    steps: tuple[Step, ...]

    def share(self, step: Step) -> float:
        """Return which part of the whole difference a step makes; the parts add up to 1, and one may be negative."""
        return step.comparison.effect_pp / self.whole.comparison.effect_pp


def chain(results: Results, *, margin_pp: float) -> Chain | Missing:
    """Return the chain to the reference head.

    Args:
        results: The runs.
        margin_pp: Of the comparisons.
    Returns:
        The chain, or why the study has none.
    """
    groups = _groups(results)
    if isinstance(groups, Missing):
        return groups
    pairs = [(groups[0], groups[-1]), *itertools.pairwise(groups)]
    answered = [paired(ours, theirs) for theirs, ours in pairs]
    found = [answers for answers in answered if not isinstance(answers, Missing)]
    if len(found) < len(answered):
        return next(answers for answers in answered if isinstance(answers, Missing))
    if len({answers.test_set for answers in found}) > 1:
        return Missing("not all of its heads have classified the official test images")
    seeds = sorted(set.intersection(*(set(answers.common) for answers in found)))
    if not seeds:
        return Missing("its heads have no seed in common")
    steps = [
        Step(theirs.label, ours.label, ours.first.spec.head, compare(*answers.arrays(seeds), margin_pp=margin_pp))
        for (theirs, ours), answers in zip(pairs, found, strict=True)
    ]
    return Chain(steps[0], tuple(steps[1:]))


def _groups(results: Results) -> Sequence[Group] | Missing:
    """Return the heads of the chain in order, all trained alike."""
    trained = [group for group in results.groups if group.full and group.evaluated and not group.shuffled]
    quantum = [group for group in trained if group.quantum and results.linear_for(group)]
    goal = results.reference if results.reference in quantum else next(iter(quantum), None)
    linear = results.linear_for(goal) if goal else None
    if goal is None or linear is None:
        return Missing("no quantum head was trained in full beside a linear head of the same training")
    alike = [group for group in trained if results.linear_for(group) is linear]
    between = [next((group for group in alike if group.first.spec.head == name), None) for name in _BETWEEN]
    if not any(between):
        return Missing("no bounded or cosine head was trained in full beside them")
    return [linear, *(group for group in between if group), goal]
