"""Two results folders side by side: do their runs, accuracies and verdicts agree?"""

import dataclasses
from collections.abc import Callable, Sequence

from harness.report.numbers.groups import Group, Results
from harness.report.numbers.same_accuracies import Finding, GroupPair, SameAccuracy, group_pairs, same_accuracies
from harness.report.numbers.same_runs import SameRun, same_runs
from harness.report.numbers.same_verdicts import SameVerdict, VerdictFinding, same_verdicts
from harness.report.numbers.study import Study
from harness.report.numbers.verdicts import verdicts


@dataclasses.dataclass(frozen=True)
class OnlyInOne:
    """Runs of a configuration that only one of the folders has.

    Attributes:
        label: Of the configuration.
        seeds: Of these runs.
    """

    label: str
    seeds: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Agreement:
    """How two results folders agree.

    Attributes:
        runs: Runs that both have.
        accuracies: Configurations that both have.
        verdicts: Declared comparisons that both have.
        only_first: Runs that only the first folder has, as far as they ended ok and classified test images.
        only_second: The same of the second folder.
    """

    runs: tuple[SameRun, ...]
    accuracies: tuple[SameAccuracy, ...]
    verdicts: tuple[SameVerdict, ...]
    only_first: tuple[OnlyInOne, ...]
    only_second: tuple[OnlyInOne, ...]

    @property
    def untested(self) -> int:
        """Configurations that both have and whose accuracies could not be tested."""
        return sum(accuracy.finding is Finding.NOT_TESTED for accuracy in self.accuracies)

    @property
    def tested(self) -> bool:
        """Whether at least one run or configuration could have contradicted the other folder."""
        return any(run.equal for run in self.runs) or self.untested < len(self.accuracies)

    @property
    def agree(self) -> bool:
        """Whether something could be tested and nothing contradicts the other folder."""
        return (
            self.tested
            and not any(run.breaks_promise for run in self.runs)
            and not any(accuracy.finding is Finding.DIFFER for accuracy in self.accuracies)
            and not any(verdict.finding is VerdictFinding.DIFFER for verdict in self.verdicts)
        )


def agreement(first: Study, second: Study) -> Agreement:
    """Compare two results folders."""
    runs = same_runs(first.results, second.results)
    pairs = group_pairs(first.results, second.results)
    return Agreement(
        runs=runs,
        accuracies=same_accuracies(pairs, runs),
        verdicts=same_verdicts(
            verdicts(first.results, first.declared), verdicts(second.results, second.declared), pairs
        ),
        only_first=_missing_in(first.results, pairs, own=lambda pair: pair.ours, other=lambda pair: pair.theirs),
        only_second=_missing_in(second.results, pairs, own=lambda pair: pair.theirs, other=lambda pair: pair.ours),
    )


def _missing_in(
    results: Results,
    pairs: Sequence[GroupPair],
    *,
    own: Callable[[GroupPair], Group],
    other: Callable[[GroupPair], Group],
) -> tuple[OnlyInOne, ...]:
    """Return the runs of a folder whose configuration and seed the other folder does not have."""
    partner = {own(pair).label: other(pair) for pair in pairs}
    found = []
    for group in results.groups:
        known = {run.spec.seed for run in partner[group.label].evaluated} if group.label in partner else set()
        seeds = tuple(sorted({run.spec.seed for run in group.evaluated} - known))
        if seeds:
            found.append(OnlyInOne(group.label, seeds))
    return tuple(found)
