"""What a check finds and reports, and the thresholds it may use. Nothing here depends on a head."""

import dataclasses
from typing import Literal

import numpy as np

from backends.conformance.diagnosis import diagnosis

ROUNDING = 1e-10
"""Allowed difference of two exact probabilities: 1e6 roundings of a double, far above what a simulator needs."""

CheckStatus = Literal["passed", "failed", "skipped"]


class NotApplicable(Exception):  # noqa: N818  # not an error of the head
    """A check cannot be made on this head; the text is the reason why it is skipped."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """One comparison.

    Attributes:
        measured: What came out.
        allowed: The most (or with ``at_least`` the least) that ``measured`` may be.
        detail: What was measured, where, and its unit.
        at_least: Whether ``allowed`` is a lower bound.
    """

    measured: float
    allowed: float
    detail: str
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the bound holds; never for NaN."""
        return self.measured >= self.allowed if self.at_least else self.measured <= self.allowed

    @property
    def strain(self) -> float:
        """Ratio of what was measured to what is allowed: above 1 is a failure."""
        above, below = (self.allowed, self.measured) if self.at_least else (self.measured, self.allowed)
        return above / below if below else float(above > 0)


@dataclasses.dataclass(frozen=True)
class CheckResult:
    """What one check says about one head.

    Attributes:
        name: The check.
        claim: What the check stands for, one sentence.
        status: "passed", "failed" or "skipped".
        measured: Of the first comparison that failed, else of the tightest; None where there was none.
        allowed: Its bound.
        detail: What was measured; the error, or the reason of a skip.
        seconds: Wall time of the check.
        at_least: Whether the bound is a lower one.
    """

    name: str
    claim: str
    status: CheckStatus
    measured: float | None
    allowed: float | None
    detail: str
    seconds: float
    at_least: bool = False

    @property
    def comparison(self) -> str:
        """What was measured beside its bound: "2, at least 1"; empty where nothing was compared."""
        if self.measured is None:
            return ""
        return f"{self.measured:.3g}, {'at least' if self.at_least else 'at most'} {self.allowed:.3g}"

    def __str__(self) -> str:
        """Return one line for people."""
        numbers = f" [{self.comparison}]" if self.comparison else ""
        return f"{self.name}: {self.status}{numbers} {self.detail}"


def sampling_tolerance(p: np.ndarray, *, shots: int) -> np.ndarray:
    """Return the allowed |k / shots - p|: five standard errors, and five counts for where p is near 0 or 1.

    For every p and every number of shots, the chance that a right head exceeds it is at most 6e-7 (a test sums the
    binomial tails). With other seeds a suite's few hundred comparisons would give a false alarm once in some thousand runs;
    the seeds are fixed.
    """
    tolerance: np.ndarray = 5 * np.sqrt(p * (1 - p) / shots) + 5 / shots
    return tolerance


def chi_square_bound(degrees: int) -> float:
    """Return what a chi-square variable exceeds with a chance of at most e**-16 = 1.1e-7.

    Source: Laurent and Massart, Ann. Statist. 28, 1302 (2000), Lemma 1, x = 16.
    """
    return float(degrees + 2 * np.sqrt(16 * degrees) + 2 * 16)


def compare(got: np.ndarray, expected: np.ndarray, *, shots: int | None, what: str) -> Finding:
    """Return the worst of |got - expected| against rounding (no shots) or sampling error.

    Args:
        got: Answers of a head, shape (n_rows, n_outputs).
        expected: True probabilities, same shape.
        shots: That the answers were sampled with; None for exact ones.
        what: Was evaluated; for the message.
    """
    allowed = np.full(expected.shape, ROUNDING) if shots is None else sampling_tolerance(expected, shots=shots)
    return _worst(got, expected, allowed, shots=shots, what=what)


def compare_answers(got: np.ndarray, other: np.ndarray, *, shots: int | None, what: str) -> Finding:
    """As ``compare``, for two answers of heads: with shots both have sampling error.

    The chance that a right head exceeds the tolerance of 6.5 standard errors once is below 1e-9, so that some 10,000 rows
    can be compared.
    """
    if shots is None:
        return compare(got, other, shots=None, what=what)
    pooled = (got + other) / 2
    allowed = 6.5 * np.sqrt(2 * pooled * (1 - pooled) / shots) + 10 / shots
    return _worst(got, other, allowed, shots=shots, what=what)


def whole_counts(got: np.ndarray, *, shots: int) -> Finding:
    """Return how far sampled frequencies are from k / shots with whole numbers k."""
    counts = got * shots
    return Finding(
        float(np.abs(counts - np.rint(counts)).max()), shots * 1e-12, f"distance of p * {shots} from a whole number"
    )


def _worst(got: np.ndarray, expected: np.ndarray, allowed: np.ndarray, *, shots: int | None, what: str) -> Finding:
    difference = np.abs(got - expected)
    row, output = np.unravel_index(np.argmax(difference / allowed), expected.shape)
    mode = "exact" if shots is None else f"{shots} shots"
    found = Finding(
        float(difference[row, output]),
        float(allowed[row, output]),
        f"|p - expected| ({mode}), {what}: row {row}, output {output} is {got[row, output]:.6g}, "
        f"expected {expected[row, output]:.6g}",
    )
    if found.passed:
        return found
    cause = diagnosis(got, expected, allowed=allowed, sampled=shots is not None)
    return dataclasses.replace(found, detail=found.detail + cause)
