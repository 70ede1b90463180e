"""Streams of random numbers, and the sampling of joint outcomes. Seeds are fixed."""

import numpy as np
import pytest
import torch

from backends.conformance.results import chi_square_bound, sampling_tolerance
from backends.sampling import sample_frequencies, sample_joint, sample_zeros, stream_seed

_JOINT = torch.tensor([[0.1, 0.2, 0.05, 0.15, 0.2, 0.0, 0.2, 0.1]], dtype=torch.float64)


def test_streams_are_reproducible_and_differ() -> None:
    """The same triple gives the same seed, any other triple another; each fits 63 bits."""
    triples = [(s, purpose, index) for s in (0, 1, 2**40) for purpose in ("shots", "init") for index in (0, 1, 10**9)]
    seeds = [stream_seed(*triple) for triple in triples]

    assert seeds == [stream_seed(*triple) for triple in triples]
    assert len(set(seeds)) == len(triples)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_streams_stay_what_they_were() -> None:
    """Published results can be made again only if a stream's seed never changes; all 63 bits are in use."""
    seeds = [stream_seed(0, "shots", index) for index in range(1000)]

    assert (seeds[0], stream_seed(7, "order", 1)) == (4591320326955251555, 662106724702969888)
    assert 2**62 < max(seeds) < 2**63
    assert {seed % 2 for seed in seeds} == {0, 1}


def test_values_are_counts_of_shots() -> None:
    """Each frequency is k / shots."""
    got = sample_frequencies(_JOINT.expand(50, -1), shots=97, seed=1) * 97

    assert got.shape == (50, 3)
    torch.testing.assert_close(got, got.round(), rtol=0, atol=1e-12)


def test_marginals_are_right() -> None:
    """With a million shots every output is within sampling error of its probability."""
    expected = np.array([0.5, 0.5, 0.55])

    got = sample_frequencies(_JOINT, shots=1_000_000, seed=2)[0].numpy()

    assert (np.abs(got - expected) <= sampling_tolerance(expected, shots=1_000_000)).all()


def test_single_shots_follow_the_joint_distribution() -> None:
    """20,000 rows of one shot pass a chi-square test, and an outcome of probability 0 never comes."""
    bits = 1 - sample_frequencies(_JOINT.expand(20_000, -1), shots=1, seed=3)
    counts = np.bincount((bits @ torch.tensor([4.0, 2.0, 1.0], dtype=torch.float64)).int().numpy(), minlength=8)
    expected = 20_000 * _JOINT[0].numpy()
    possible = expected > 0

    assert counts[~possible].tolist() == [0]
    assert (((counts - expected) ** 2)[possible] / expected[possible]).sum() < chi_square_bound(6)


def test_outputs_share_their_shots() -> None:
    """Both halves of a Bell pair have the same frequency in every row."""
    bell = torch.tensor([[0.5, 0, 0, 0.5]], dtype=torch.float64).expand(100, -1)

    got = sample_frequencies(bell, shots=100, seed=4)

    assert torch.equal(got[:, 0], got[:, 1])
    assert got[:, 0].std() > 0.02


def test_certain_outcomes_are_certain() -> None:
    """Probabilities 0 and 1 give frequencies 0 and 1, without a division by zero."""
    one_hot = torch.eye(4, dtype=torch.float64)

    got = sample_frequencies(one_hot, shots=1000, seed=5)

    assert got.tolist() == [[1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize("shots", [1, 100, 10_000_000])
def test_a_seed_repeats_and_another_does_not(shots: int) -> None:
    """Every draw comes from the seed alone."""
    rows = _JOINT.expand(200, -1)
    first = sample_frequencies(rows, shots=shots, seed=6)

    assert torch.equal(first, sample_frequencies(rows, shots=shots, seed=6))
    assert not torch.equal(first, sample_frequencies(rows, shots=shots, seed=7))


def test_rounding_of_probabilities_is_harmless() -> None:
    """A joint distribution that is off by rounding, below 0 or above 1, is still sampled."""
    off = torch.tensor([[1 + 1e-15, -1e-16]], dtype=torch.float64)

    assert sample_frequencies(off, shots=10, seed=8).tolist() == [[1.0]]


def test_one_output_is_drawn_as_joint_outcomes_are() -> None:
    """sample_zeros is the short way for one measured qubit: the same frequencies, bit for bit, from the same seed."""
    p_zero = torch.arange(65, dtype=torch.float64)[:, None] / 64
    joint = torch.cat((p_zero, 1 - p_zero), dim=1)
    got = sample_zeros(p_zero, shots=1000, seed=9)

    assert torch.equal(got, sample_frequencies(joint, shots=1000, seed=9))
    assert (np.abs(got.numpy() - p_zero.numpy()) <= sampling_tolerance(p_zero.numpy(), shots=1000)).all()
    assert p_zero[32].item() == 0.5, "the probabilities that came in are left as they were"


def test_one_output_off_by_rounding_is_certain() -> None:
    """Probabilities just outside [0, 1] are those of a certain outcome."""
    off = torch.tensor([[-1e-16], [1 + 4e-16]], dtype=torch.float64)

    assert sample_zeros(off, shots=10, seed=8).tolist() == [[0.0], [1.0]]


def test_three_outputs_have_their_pair_correlations() -> None:
    """Over 4,000 rows of 50 shots the frequencies covary as the joint distribution says, within 5 standard errors."""
    n_rows, shots = 4000, 50
    got = sample_frequencies(_JOINT.expand(n_rows, -1), shots=shots, seed=10).numpy()
    bits = 1 - np.array([[index >> 2 & 1, index >> 1 & 1, index & 1] for index in range(8)])  # outcome 0 of each output
    means = _JOINT[0].numpy() @ bits
    expected = (bits - means).T @ (_JOINT[0].numpy()[:, None] * (bits - means)) / shots

    assert np.abs(np.cov(got.T) - expected).max() < 5 * np.sqrt(2 / n_rows) * np.diag(expected).max()


def test_joint_outcomes_follow_their_probabilities() -> None:
    """20,000 rows of one shot pass a chi-square test, and an outcome of probability 0 never comes."""
    counts = sample_joint(_JOINT.expand(20_000, -1), shots=1, seed=11, first_row=0).sum(dim=0).numpy()
    expected = 20_000 * _JOINT[0].numpy()
    possible = expected > 0

    assert counts[~possible].tolist() == [0]
    assert (((counts - expected) ** 2)[possible] / expected[possible]).sum() < chi_square_bound(6)


def test_joint_frequencies_are_counts_of_all_shots() -> None:
    """Each is k / shots, and those of a row add up to 1."""
    counts = sample_joint(_JOINT.expand(50, -1), shots=97, seed=12, first_row=0) * 97

    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-12)
    torch.testing.assert_close(counts.sum(dim=1), torch.full((50,), 97.0, dtype=torch.float64), rtol=0, atol=1e-12)


def test_a_rows_joint_outcomes_depend_on_its_number_alone() -> None:
    """However rows are divided, each draws the same; other numbers and other seeds draw others, the first 2**32 alike."""
    rows = _JOINT.expand(40, -1)
    whole = sample_joint(rows, shots=1000, seed=2**62 + 1, first_row=5)
    parts = [
        sample_joint(rows[:n], shots=1000, seed=2**62 + 1, first_row=5 + start) for start, n in ((0, 13), (13, 27))
    ]

    assert torch.equal(whole, torch.cat(parts))
    assert len(torch.unique(whole, dim=0)) == 40
    for seed, first in ((2**62 + 2, 5), (1, 5), (2**62 + 1, 6), (2**62 + 1, 5 + 2**32)):
        other = sample_joint(rows, shots=1000, seed=seed, first_row=first)
        assert not (other == whole).all(dim=1).any()


def test_neighbouring_rows_are_independent() -> None:
    """At p = 1/2, frequencies of 2,000 rows are uncorrelated with the next row's, with the binomial variance."""
    half = torch.full((2000, 2), 0.5, dtype=torch.float64)
    got = sample_joint(half, shots=100, seed=13, first_row=0)[:, 0]

    assert abs(float(torch.corrcoef(torch.stack((got[1:], got[:-1])))[0, 1])) < 5 / 1999**0.5
    assert abs(float(got.var()) / (0.25 / 100) - 1) < 5 * (2 / 1999) ** 0.5


def test_lost_and_negative_probability_is_made_good() -> None:
    """Aer's channels lose up to 1e-9 a gate, and rounding gives -1e-17: a row is scaled, and nothing is drawn below 0."""
    lossy = torch.tensor([[0.25 * (1 - 1e-6), 0.75 * (1 - 1e-6), -1e-17]], dtype=torch.float64).expand(400, -1)
    got = sample_joint(lossy, shots=100_000, seed=14, first_row=0).mean(dim=0)

    assert got[2] == 0
    assert abs(float(got[0]) - 0.25) < 5 * (0.25 * 0.75 / 4e7) ** 0.5
