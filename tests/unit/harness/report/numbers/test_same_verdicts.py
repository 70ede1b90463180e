"""Verdicts of two folders on the comparisons that both declare, and the whole agreement."""

import numpy as np
import pytest
from unit.harness.report.example_records import failing
from unit.harness.report.example_studies import answered, answers, results_of

from harness.plan.comparison import Declared, Pair
from harness.report.numbers.agreement import OnlyInOne, agreement
from harness.report.numbers.same_verdicts import VerdictFinding
from harness.report.numbers.study import Study
from harness.statistics import Verdict
from harness.text import Missing

_SEEDS = 6
_DECLARED = Declared(pairs=[Pair(ours="a", theirs="linear")], margin_pp=0.5, declared_at="2026-01-01T00:00:00Z")


def _study(share, *, other=0.90, first_seed=0, label="a"):
    """Return a study of a head and the linear one, with shares of right answers that vary a little over the seeds."""
    shares = np.array([share] * _SEEDS) + np.linspace(-0.005, 0.005, _SEEDS)
    ours = answered(label, answers(list(shares), seed=1), first_seed=first_seed)
    linear = answered("linear", answers([other] * _SEEDS, seed=2), first_seed=first_seed)
    pairs = [Pair(ours=label, theirs="linear")]
    return Study(results_of({label: ours, "linear": linear}), _DECLARED.model_copy(update={"pairs": pairs}))


def _finding(first, second):
    (found,) = agreement(first, second).verdicts
    return found


def test_the_same_word():
    """Both better, by about as much: the same, whatever the labels are."""
    found = _finding(_study(0.97), _study(0.965, first_seed=20, label="renamed"))
    assert [one.judgement.verdict for one in (found.first, found.second)] == [Verdict.BETTER, Verdict.BETTER]
    assert (found.finding, found.ours, found.theirs) == (VerdictFinding.SAME, "a", "linear")


def test_another_word_with_effects_that_agree():
    """One just finds a difference and the other just does not: their intervals overlap, so they do not contradict."""
    found = _finding(_study(0.93), _study(0.908, first_seed=20))
    assert [one.judgement.verdict for one in (found.first, found.second)] == [Verdict.BETTER, Verdict.INCONCLUSIVE]
    assert found.finding is VerdictFinding.EFFECTS_AGREE


@pytest.mark.parametrize("share", [0.93, 0.80])
def test_effects_that_contradict(share):
    """Intervals that do not overlap differ, also where both say better."""
    found = _finding(_study(0.99), _study(share, first_seed=20))
    assert found.finding is VerdictFinding.DIFFER
    assert not agreement(_study(0.99), _study(share, first_seed=20)).agree


def test_no_verdict_is_not_judged():
    """A head without a run that ended ok has none."""
    gone = [failing("a", seed=seed) for seed in range(_SEEDS)]
    linear = answered("linear", answers([0.9] * _SEEDS))
    second = Study(results_of({"a": gone, "linear": linear}), _DECLARED)
    found = agreement(_study(0.97), second)
    assert found.verdicts == () or all(isinstance(one.second.judgement, Missing) for one in found.verdicts)
    assert found.only_first == (OnlyInOne("a", tuple(range(_SEEDS))),)


def test_what_only_one_has_is_listed():
    """By configuration and seed, in both directions."""
    first, second = _study(0.97), _study(0.97, first_seed=3)
    found = agreement(first, second)
    assert found.only_first == (OnlyInOne("a", (0, 1, 2)), OnlyInOne("linear", (0, 1, 2)))
    assert found.only_second == (OnlyInOne("a", (6, 7, 8)), OnlyInOne("linear", (6, 7, 8)))


def test_nothing_in_common_is_no_agreement():
    """An empty comparison agrees with nothing."""
    other = Study(results_of({"b": answered("b", answers([0.9]), spec={"shots": 7})}), None)
    found = agreement(_study(0.97), other)
    assert (found.runs, found.accuracies, found.agree) == ((), (), False)
