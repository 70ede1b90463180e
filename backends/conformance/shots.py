"""Checks of shot noise: values are counts, fresh in each call, reproducible by the seed, and scatter as they should.

Seeds are fixed. With other seeds the chance of a false alarm would be 6e-7 for a mean, 1e-5 to 5e-5 for a variance (its
distribution is skewed) and 1e-7 for the chi-square, together below 1 in 4,000 suites.
"""

from collections.abc import Iterator

import numpy as np

from backends.circuits.catalogue import circuit_named
from backends.circuits.oracle import outcome_probabilities
from backends.conformance.circuits import BELL, COIN, THREE_OUTPUTS
from backends.conformance.results import Finding, chi_square_bound, whole_counts
from backends.conformance.subject import SEED, SHOTS, Subject, angles, run

_HALF = np.full((20, 1), np.pi / 2)  # at this angle COIN is a fair coin
# Two coins of 1,000 shots agree by chance 1.8 % of the time: 8 or more of 20 do so with a chance of 1e-9.
_EQUAL_BY_CHANCE = 7
# Shots, and how many values are drawn with them.
_SIZES = ((1, 200), (1000, 200), (20_000, 40), (100_000, 40))
_ROWS_A_CALL = 40
_LEAST_RATIO = 0.15  # of 40 values; a right head is below it with a chance of 2e-10


def sampled_values_are_counts(subject: Subject) -> Iterator[Finding]:
    """A sampled probability is k / shots with a whole number k, not an exact value with Gaussian noise."""
    shots = 997  # a prime: fractions of fewer shots are no multiples of 1 / 997
    got = run(subject.head(circuit_named("eq7_swapped"), shots=shots, noise=True), angles(20, 4))
    yield whole_counts(got, shots=shots)


def calls_differ(subject: Subject) -> Iterator[Finding]:
    """Two calls with the same angles never share their shot noise."""
    head = subject.head(COIN, shots=SHOTS, noise=True)
    first, second = run(head, _HALF), run(head, _HALF)
    yield _equal(first, second, "values that the second call repeats")


def rows_differ(subject: Subject) -> Iterator[Finding]:
    """Equal rows of one batch are sampled independently."""
    got = run(subject.head(COIN, shots=SHOTS, noise=True), np.full((21, 1), np.pi / 2))
    yield _equal(got[1:], got[:-1], "rows that repeat the row before")


def seed_repeats(subject: Subject) -> Iterator[Finding]:
    """A new head with the same seed gives the same values call after call; another seed gives others."""
    heads = [subject.head(COIN, shots=SHOTS, noise=True, seed=seed) for seed in (SEED, SEED, SEED + 1)]
    for call in ("first", "second"):
        one, same, other = (run(head, _HALF) for head in heads)
        yield Finding(float((one != same).sum()), 0, f"values of the {call} call that the same seed does not repeat")
        yield _equal(one, other, f"values of the {call} call that another seed repeats")


def shot_noise_has_the_right_size(subject: Subject) -> Iterator[Finding]:
    """From 1 to 100,000 shots, mean and variance at p = 1/2 are 1/2 and p(1-p)/shots, within 5 standard errors."""
    for shots, repeats in _SIZES:
        head = subject.head(COIN, shots=shots)
        calls = repeats // _ROWS_A_CALL
        got = np.concatenate([run(head, np.full((_ROWS_A_CALL, 1), np.pi / 2)) for _ in range(calls)])
        ratio = float(got.var(ddof=1)) / (0.25 / shots)
        of_what = f"of {repeats} values of {shots} shots each"
        yield Finding(
            ratio, _LEAST_RATIO, f"variance / (p(1-p)/shots) {of_what}: is there no shot noise?", at_least=True
        )
        yield Finding(
            abs(ratio - 1),
            5 * np.sqrt(2 / (repeats - 1)),
            f"|variance / (p(1-p)/shots) - 1| {of_what}, ratio {ratio:.3f}",
        )
        mean = abs(float(got.mean()) - 0.5)
        yield Finding(mean, 5 * np.sqrt(0.25 / shots / repeats), f"|mean - 1/2| {of_what}")
        yield whole_counts(got, shots=shots)


def outputs_share_shots(subject: Subject) -> Iterator[Finding]:
    """The outputs of a circuit come from the same shots: both halves of a Bell pair always agree."""
    got = run(subject.head(BELL, shots=100), np.zeros((20, 1)))
    yield Finding(float(np.abs(got[:, 0] - got[:, 1]).max()), 1e-12, "|p(first half) - p(second half)| of a Bell pair")
    yield Finding(float(np.ptp(got)), 1e-12, "spread of p(first half) over 20 rows", at_least=True)


def joint_outcomes_follow_the_oracle(subject: Subject) -> Iterator[Finding]:
    """Single shots of three correlated outputs are distributed as the oracle's joint probabilities (chi-square)."""
    rows = np.full((1200, 1), 1.1)
    expected = outcome_probabilities(THREE_OUTPUTS, rows[:1])[0] * len(rows)
    bits = np.rint(1 - run(subject.head(THREE_OUTPUTS, shots=1), rows)).astype(int)
    counts = np.bincount(bits @ np.array([4, 2, 1]), minlength=len(expected))
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    yield Finding(chi_square, chi_square_bound(len(expected) - 1), f"chi-square of counts {counts.tolist()}")


def _equal(one: np.ndarray, other: np.ndarray, what: str) -> Finding:
    return Finding(float((one == other).sum()), _EQUAL_BY_CHANCE, f"{what}, of {one.size}")
