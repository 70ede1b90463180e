"""The sign-flip test is exact."""

import itertools

import numpy as np
import pytest
from scipy import stats

from harness.statistics.sign_flip import sign_flip_p


@pytest.mark.parametrize("seed", range(6))
def test_it_counts_all_sign_changes(seed: int) -> None:
    """The p-value is the share among all 2**n sign changes, counted one by one; sums as far away count too."""
    differences = np.random.default_rng(seed).integers(-4, 9, size=8)
    sums = [abs(sum(signs * differences)) for signs in itertools.product((-1, 1), repeat=8)]
    expected = sum(value >= abs(differences.sum()) for value in sums) / 2**8

    assert sign_flip_p(differences) == expected


def test_with_equal_differences_it_is_the_sign_test() -> None:
    """With differences of 1 and -1, it is McNemar's exact test."""
    for ours_only in range(12):
        differences = np.array([1] * ours_only + [-1] * (11 - ours_only))
        assert sign_flip_p(differences) == pytest.approx(stats.binomtest(ours_only, 11).pvalue, rel=1e-12)


def test_the_floor() -> None:
    """The smallest p-value of n seeds is 2 / 2**n, also of so many seeds that nobody could count the changes."""
    assert sign_flip_p(np.full(10, 17)) == 2 / 2**10
    assert sign_flip_p(np.full(60, 3)) == 2 / 2**60
    assert sign_flip_p(np.zeros(5, int)) == 1
