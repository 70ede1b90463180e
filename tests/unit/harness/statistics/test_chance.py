"""What is chance for a head that learned nothing: by hand where names can be counted, and in simulated studies."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from harness.statistics.chance import chance

IMAGES = np.array(
    [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
)  # of each digit among MNIST's own test images


def answers(rng: np.random.Generator, *, right: float = 0.0) -> np.ndarray:
    """Return the answers of a network that learned no names: it prefers some, alike for the images of a digit.

    Args:
        rng: Random numbers.
        right: Part of the images whose true names leaked: it knows these.
    """
    preferred = np.exp(1.2 * rng.normal(size=(10, 10)) + 0.5 * rng.normal(size=10))
    share = preferred / preferred.sum(axis=1, keepdims=True)
    return np.array(
        [rng.multinomial(n, (1 - right) * one + right * np.eye(10)[k]) for k, (n, one) in enumerate(zip(IMAGES, share, strict=True))]
    )  # fmt: skip


def test_names_that_can_be_counted() -> None:
    """Three classes, each with an answer of its own: of the 6 ways to name them one is right, and three have one right."""
    own = 3 * np.eye(3, dtype=int)
    for false_alarms, most, above in ((0.1, 1.0, False), (0.2, 1 / 3, True)):  # 1/6 lies between
        found = chance(own[None], false_alarms=false_alarms)
        assert (found.accuracy, found.expected) == (1.0, pytest.approx(1 / 3))
        assert found.most == pytest.approx(most)
        assert found.above is above
    assert chance(np.array([own] * 3), false_alarms=0.01).above  # 1/216
    assert not chance(np.array([own] * 3), false_alarms=0.003).above


def test_a_head_that_always_gives_one_name_is_at_chance() -> None:
    """It is right on all images of that class, however many there are."""
    constant = np.zeros((2, 10, 10), dtype=int)
    constant[:, :, 1] = IMAGES
    found = chance(constant, false_alarms=0.05)

    assert found.accuracy == found.expected == found.most == pytest.approx(1135 / 10_000)
    assert not found.above


@pytest.mark.parametrize("n_seeds", [1, 3])
def test_false_alarms(n_seeds: int) -> None:
    """In 5 % of 800 studies at most, within what so many studies can show; images taken for trials, in far more."""
    rng = np.random.default_rng(n_seeds)
    n_studies, alarms, naive = 800, 0, 0
    for _ in range(n_studies):
        study = np.array([answers(rng) for _ in range(n_seeds)])
        found = chance(study, false_alarms=0.05)
        alarms += found.above
        error = math.sqrt(0.1135 * 0.8865 / IMAGES.sum() / n_seeds)
        naive += found.accuracy > 0.1135 + 1.645 * error

    assert alarms <= binom.ppf(0.9999, n_studies, 0.05)
    assert alarms >= binom.ppf(0.0001, n_studies, 0.03)  # it is no test that never says so
    assert naive > binom.ppf(0.9999, n_studies, 0.05)


def test_a_leak_is_seen() -> None:
    """Three networks that know one image in five are above chance, in each of 50 studies."""
    rng = np.random.default_rng(5)
    studies = [chance(np.array([answers(rng, right=0.2) for _ in range(3)]), false_alarms=0.05) for _ in range(50)]

    assert all(found.above and found.expected < found.most < found.accuracy for found in studies)


@pytest.mark.parametrize(
    ("confusions", "message"),
    [
        (np.ones((3, 3)), r"expected confusion matrices of shape \(seeds, classes, classes\), got \(3, 3\)"),
        (np.ones((1, 3, 2)), r"got \(1, 3, 2\)"),
        (np.array([np.eye(3), 2 * np.eye(3)]), r"the same test images, got seeds with \[3, 6\] images"),
        (np.zeros((2, 3, 3)), r"got seeds with \[0\] images"),
    ],
)
def test_what_cannot_be_compared(confusions: np.ndarray, message: str) -> None:
    """The message says what was expected and what came."""
    with pytest.raises(ValueError, match=message):
        chance(confusions, false_alarms=0.05)
