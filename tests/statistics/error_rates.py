"""How often the statistics err in simulated studies; docs/statistics.md has the tables.

tox -e statistics simulates all of it and writes results/reference/error_rates.json; python -m docs.figures.statistics_figures
then puts the tables into the document.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pydantic
from scipy import special

from harness.statistics import MARGIN_PP, F1Scores, Score, Verdict, compare, f1_differences, f1_scores, judge
from harness.statistics.crossed import ALPHA, Estimate, MeanSquares
from tests.statistics.probit import Pair, Probit

SEED = 0
RIVALS = 5
CLASSES = 10
BAD_SEED = 0.026
BAD_SEED_CHANCE = 0.1
RATES = Path(__file__).resolve().parents[2] / "results" / "reference" / "error_rates.json"
PAIRS = Path(__file__).with_name("pairs.json")


class Typed(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class Pairs(Typed):
    """The pairs of heads that are simulated, and the runs that their components are from."""

    source: str
    pairs: tuple[Pair, ...]

    @classmethod
    def read(cls) -> Self:
        return cls.model_validate_json(PAIRS.read_bytes())

    def named(self, name: str) -> Pair:
        return next(pair for pair in self.pairs if pair.name == name)


class Cell(Typed):
    """What is simulated: a pair with a true difference, the size of a study, and the number of studies."""

    pair: str
    n_seeds: int
    n_images: int
    effect_pp: float
    studies: int

    def draw(self, what: str, effects: tuple[float, ...]) -> Iterator[np.ndarray]:
        """Return the answers of each study; each study has random numbers of its own.

        Args:
            what: What is simulated with the cell; other words give other random numbers.
            effects: How much the accuracy of each head differs from the pair's, as a share.
        """
        pair = Pairs.read().named(self.pair)
        model = Probit.fitted(pair.accuracy, pair.components)
        accuracies = [pair.accuracy + effect for effect in effects]
        key = [SEED, *what.encode(), *f"{self.pair} {self.n_seeds} {self.n_images} {self.effect_pp}".encode()]
        for number in range(self.studies):
            rng = np.random.default_rng([*key, number])
            yield model.answers(rng, accuracies, n_seeds=self.n_seeds, n_images=self.n_images)


class Counts(Typed):
    """In how many studies of two heads something came out; the margin is 0.5 points."""

    cell: Cell
    different: int  # p <= 0.05
    equivalent: int  # equivalence p <= 0.05
    missed: int  # the true difference is outside the 95 % interval
    seeds_only_missed: int  # it is outside the paired t interval over seeds, which is about these images alone


class FamilyCounts(Typed):
    """In how many studies of five rivals, all of them as good as the control, one or more are called better or worse."""

    cell: Cell
    with_holm: int
    without_holm: int


class F1Counts(Typed):
    """In how many studies the 95 % interval of F1 misses its true value; classes are counted together."""

    cell: Cell
    macro_difference: int
    class_difference: int
    macro: int
    one_class: int


class PeekingCounts(Typed):
    """In how many studies of equal heads one of several looks along the way gives p <= 0.05."""

    cell: Cell
    looks: tuple[int, ...]  # numbers of seeds
    different: int


class BadSeedCounts(Typed):
    """In how many studies the 95 % interval misses the true difference, where one seed of ten is bad for our head."""

    cell: Cell
    missed: int


class ErrorRates(Typed):
    """All that was simulated."""

    source: str
    margin_pp: float
    counts: tuple[Counts, ...]
    families: tuple[FamilyCounts, ...]
    f1: tuple[F1Counts, ...]
    peeking: tuple[PeekingCounts, ...]
    bad_seeds: tuple[BadSeedCounts, ...]


def count(cell: Cell) -> Counts:
    """Simulate studies of two heads."""
    effect = cell.effect_pp / 100
    estimates, rows = [], []
    for ours, theirs in cell.draw("two heads", (effect / 2, -effect / 2)):
        difference = ours.view(np.int8) - theirs.view(np.int8)
        estimates.append(MeanSquares.of(difference).estimate())
        rows.append(difference.mean(axis=1))
    estimate = Estimate(*(np.array(values) for values in zip(*estimates, strict=True)))
    low, high = estimate.interval()
    half = special.stdtrit(cell.n_seeds - 1, 0.975) * np.std(rows, axis=1, ddof=1) / np.sqrt(cell.n_seeds)
    return Counts(
        cell=cell,
        different=int((estimate.p_value() <= ALPHA).sum()),
        equivalent=int((estimate.equivalence_p(MARGIN_PP / 100) <= ALPHA).sum()),
        missed=int(((effect < low) | (effect > high)).sum()),
        seeds_only_missed=int((np.abs(np.mean(rows, axis=1) - effect) > half).sum()),
    )


def count_families(cell: Cell) -> FamilyCounts:
    """Simulate studies of a control and five rivals, judged together and each alone."""
    with_holm = without_holm = 0
    for control, *rivals in cell.draw("a control and its rivals", (0.0,) * (1 + RIVALS)):
        comparisons = [compare(rival, control) for rival in rivals]
        with_holm += any(_claims(judgement.verdict) for judgement in judge(comparisons))
        without_holm += any(_claims(judge([comparison])[0].verdict) for comparison in comparisons)
    return FamilyCounts(cell=cell, with_holm=with_holm, without_holm=without_holm)


def _claims(verdict: Verdict) -> bool:
    return verdict in (Verdict.BETTER, Verdict.WORSE)


def count_f1(cell: Cell) -> F1Counts:
    """Simulate predictions: classes are equally frequent, and a wrong answer is any of the other classes.

    So the true F1 of each class is the accuracy, and a true difference is 0.
    """
    true = Pairs.read().named(cell.pair).accuracy
    missed = np.zeros(4, int)
    for number, right in enumerate(cell.draw("F1", (0.0, 0.0))):
        rng = np.random.default_rng([SEED, number])
        labels = rng.integers(0, CLASSES, size=cell.n_images)
        wrong = (labels + rng.integers(1, CLASSES, size=right.shape)) % CLASSES
        ours, theirs = np.where(right, labels, wrong)
        difference, one = f1_differences(labels, ours, theirs), f1_scores(labels, ours)
        missed += [*_missed(difference, 0.0), *_missed(one, true)]
    return F1Counts(
        cell=cell,
        macro_difference=missed[0],
        class_difference=missed[1],
        macro=missed[2],
        one_class=missed[3],
    )


def count_peeking(cell: Cell, looks: tuple[int, ...]) -> PeekingCounts:
    """Simulate studies of equal heads that stop at the first look that finds a difference."""
    different = 0
    for ours, theirs in cell.draw("peeking", (0.0, 0.0)):
        difference = ours.view(np.int8) - theirs.view(np.int8)
        different += any(MeanSquares.of(difference[:n_seeds]).estimate().p_value() <= ALPHA for n_seeds in looks)
    return PeekingCounts(cell=cell, looks=looks, different=different)


def count_bad_seeds(cell: Cell) -> BadSeedCounts:
    """Simulate studies in which each seed of our head is bad by chance."""
    pair = Pairs.read().named(cell.pair)
    model = Probit.fitted(pair.accuracy, pair.components)
    missed = 0
    for number in range(cell.studies):
        rng = np.random.default_rng([SEED, *b"bad seeds", cell.n_seeds, number])
        ours = pair.accuracy - BAD_SEED * (rng.random(cell.n_seeds) < BAD_SEED_CHANCE)
        right = model.answers(rng, (ours, pair.accuracy), n_seeds=cell.n_seeds, n_images=cell.n_images).view(np.int8)
        low, high = MeanSquares.of(right[0] - right[1]).estimate().interval()
        missed += not low <= -BAD_SEED * BAD_SEED_CHANCE <= high
    return BadSeedCounts(cell=cell, missed=missed)


def _missed(scores: F1Scores, true: float) -> tuple[int, int]:
    return _misses(scores.macro, true), sum(_misses(score, true) for score in scores.classes)


def _misses(score: Score, true: float) -> bool:
    """Return whether the true value is outside of the interval; there is none where the heads do not differ in a class."""
    return isinstance(score.low, float) and isinstance(score.high, float) and not score.low <= true <= score.high
