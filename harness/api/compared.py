"""Two heads of a study compared: the report's verdict, as Python and notebooks see it."""

import dataclasses
import html
from typing import TYPE_CHECKING

from backends.errors import did_you_mean
from harness.errors import StatisticsError
from harness.plan.comparison import Declared, Pair
from harness.report.numbers.groups import Results
from harness.text import Missing, clean

if TYPE_CHECKING:  # scipy, which is in the extra report
    from harness.report.numbers.verdicts import DeclaredVerdict
    from harness.statistics import Interval, Judgement, Planned, Verdict

_EXPLORATORY = "Not declared before the runs: exploratory, and p-values are not adjusted for other comparisons."


@dataclasses.dataclass(frozen=True, repr=False)
class HeadComparison:
    """A verdict on two heads. ``str()`` of it is the sentence that the report prints.

    Attributes:
        ours: Label of our head, as the report shows it.
        theirs: Label of the other one.
        sentence: The verdict in one sentence.
        sensitivity: What seeds without a result could change, in words; empty where every seed counts.
        declared: Whether the plan declares the comparison; if not, it is exploratory.
        judgement: The verdict with all its numbers; the reason where there is none.
        next_study: How many seeds would settle the margin; the reason where this study does not say.
    """

    ours: str
    theirs: str
    sentence: str
    sensitivity: str
    declared: bool
    judgement: "Judgement | Missing"
    next_study: "Planned | Missing"

    @classmethod
    def of(cls, found: "DeclaredVerdict", *, declared: bool) -> "HeadComparison":
        """Return a verdict of the report."""
        return cls(
            ours=found.ours,
            theirs=found.theirs,
            sentence=found.sentence,
            sensitivity=found.sensitivity,
            declared=declared,
            judgement=found.judgement,
            next_study=found.next_study,
        )

    @property
    def verdict(self) -> "Verdict | Missing":
        """Better, worse, equivalent, inconclusive or descriptive; the reason where the two do not pair."""
        return self.judgement if isinstance(self.judgement, Missing) else self.judgement.verdict

    @property
    def effect_pp(self) -> float | Missing:
        """Mean difference in accuracy, ours minus theirs, percentage points."""
        return self.judgement if isinstance(self.judgement, Missing) else self.judgement.comparison.effect_pp

    @property
    def interval(self) -> "Interval | Missing":
        """The 95 % interval of the difference, for new seeds and new images; not adjusted for other comparisons."""
        if isinstance(self.judgement, Missing):
            return self.judgement
        from harness.statistics import Interval

        low, high = self.judgement.comparison.low_pp, self.judgement.comparison.high_pp
        if isinstance(low, Missing):
            return low
        return high if isinstance(high, Missing) else Interval(low, high)

    def __repr__(self) -> str:
        return f"HeadComparison({str(self)!r})"

    def __str__(self) -> str:
        return " ".join(clean(part) for part in (self.sentence, self.sensitivity, self._note) if part)

    @property
    def _note(self) -> str:
        return "" if self.declared else _EXPLORATORY

    def _repr_html_(self) -> str:
        """Return what a notebook shows; every text is escaped."""
        word = "no verdict" if isinstance(self.verdict, Missing) else str(self.verdict)
        return f"<div><b>{html.escape(word.capitalize())}.</b> {html.escape(str(self))}</div>"


def compare(results: Results, declared: Declared | None, ours: str, theirs: str) -> HeadComparison:
    """Return the verdict on two heads.

    Args:
        results: The runs.
        declared: The plan's comparisons; None where there is no plan.
        ours: Label of a head.
        theirs: Label of the other one.

    Raises:
        StatisticsError: there is no such label, or it is the same twice.
    """
    from harness.report.numbers.verdicts import margin_of, verdicts

    _check(results, ours, theirs)
    family = _against_linear(results) if declared is None else declared.pairs
    asked, place = Pair(ours=ours, theirs=theirs), None
    for number, pair in enumerate(family):
        # The other way round it is the same comparison: it keeps its place in the family.
        if {_shown(results, pair.ours), _shown(results, pair.theirs)} == {
            _shown(results, ours),
            _shown(results, theirs),
        }:
            asked, place = pair.model_copy(update={"ours": ours, "theirs": theirs}), number
    pairs = [asked] if place is None else [*family[:place], asked, *family[place + 1 :]]
    found = verdicts(results, Declared(pairs=pairs, margin_pp=margin_of(declared), declared_at=""))
    return HeadComparison.of(found[place or 0], declared=declared is not None and place is not None)


def _against_linear(results: Results) -> list[Pair]:
    """Return the pairs that the report compares where no plan declares any."""
    from harness.report.numbers.verdicts import verdicts

    return [Pair(ours=found.ours, theirs=found.theirs) for found in verdicts(results, None)]


def _shown(results: Results, label: str) -> str:
    """Return a label of the plan as the report shows it."""
    group = results.planned(label)
    return group.label if group else label


def _check(results: Results, ours: str, theirs: str) -> None:
    known = list(dict.fromkeys([*(group.label for group in results.groups), *results.labels.values()]))
    for label in (ours, theirs):
        if label not in known:
            raise StatisticsError(
                f"compare: no head has the label {label!r}{did_you_mean(str(label), known)}; expected one of: "
                f"{', '.join(known) or 'none, there are no runs'}"
            )
    if ours == theirs:
        raise StatisticsError(f"compare: {ours!r} is compared with itself; give the labels of two heads")
