"""Comparisons that two results folders have both: whether their verdicts agree."""

import dataclasses
import enum
from collections.abc import Sequence

from harness.report.numbers.same_accuracies import GroupPair
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.statistics import Comparison, Verdict
from harness.text import Missing


class VerdictFinding(enum.StrEnum):
    """How the verdicts of two folders on one comparison relate."""

    SAME = "same"
    EFFECTS_AGREE = "other word, effects agree"
    DIFFER = "differ"
    NOT_JUDGED = "not judged"


@dataclasses.dataclass(frozen=True)
class SameVerdict:
    """One comparison, declared in two results folders.

    Attributes:
        ours: Label, in the first folder, of the configuration that is compared.
        theirs: Label, in the first folder, of what it is compared with.
        first: Verdict of the first folder; the reason where it has none.
        second: The same of the second folder.
        finding: DIFFER where the 95 % intervals of the effects do not overlap; else whether the verdicts are the same word.
    """

    ours: str
    theirs: str
    first: DeclaredVerdict
    second: DeclaredVerdict
    finding: VerdictFinding


def same_verdicts(
    first: Sequence[DeclaredVerdict], second: Sequence[DeclaredVerdict], pairs: Sequence[GroupPair]
) -> tuple[SameVerdict, ...]:
    """Return the comparisons that both folders declare, whatever their labels are.

    Args:
        first: Verdicts of the first folder.
        second: Verdicts of the second folder.
        pairs: The configurations that both have.
    """
    name_in_second = {pair.ours.label: pair.theirs.label for pair in pairs}
    others = {(verdict.ours, verdict.theirs): verdict for verdict in second}
    found = []
    for verdict in first:
        other = others.get((name_in_second.get(verdict.ours, ""), name_in_second.get(verdict.theirs, "")))
        if other is not None:
            found.append(SameVerdict(verdict.ours, verdict.theirs, verdict, other, _finding(verdict, other)))
    return tuple(found)


def _finding(first: DeclaredVerdict, second: DeclaredVerdict) -> VerdictFinding:
    if isinstance(first.judgement, Missing) or isinstance(second.judgement, Missing):
        return VerdictFinding.NOT_JUDGED
    if not _overlap(first.judgement.comparison, second.judgement.comparison):
        return VerdictFinding.DIFFER
    words = {first.judgement.verdict, second.judgement.verdict}
    if words == {Verdict.BETTER, Verdict.WORSE}:
        return VerdictFinding.DIFFER
    return VerdictFinding.SAME if len(words) == 1 else VerdictFinding.EFFECTS_AGREE


def _overlap(first: Comparison, second: Comparison) -> bool:
    """Whether the 95 % intervals overlap; intervals that do not exist forbid nothing."""
    for one, other in ((first, second), (second, first)):
        if not (isinstance(one.low_pp, Missing) or isinstance(other.high_pp, Missing)) and one.low_pp > other.high_pp:
            return False
    return True
