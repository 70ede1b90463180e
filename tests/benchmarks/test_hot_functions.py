"""The functions that a step spends its time in, under pytest-benchmark: timed with --benchmark-enable, else run once.

No time is asserted; what each function returns is.
"""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from data_facts import MNIST
from pytest_benchmark.fixture import BenchmarkFixture

from backends.adapters.aer import AerShots
from backends.adapters.aer_jobs import _counts, _frequencies
from backends.circuits.catalogue import CIRCUITS
from backends.circuits.oracle import probabilities
from backends.head import QuantumHead
from backends.registry import head_class
from backends.sampling import sample_frequencies, sample_zeros
from backends.surrogates.table import Tabulated
from harness.spec import ModelSpec
from harness.training.metrics import confusion_matrix
from harness.training.model import Classifier

EQ7 = CIRCUITS["eq7"]
ROWS = 2880  # of a step: batch 32, 10 classes, eq7, forward and shifted


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Give torch one thread, as in a run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def step(head: QuantumHead, angles: torch.Tensor) -> torch.Tensor:
    """Forward and backward; returns the derivatives."""
    leaf = angles.clone().requires_grad_()
    head(leaf).sum().backward()
    assert leaf.grad is not None
    return leaf.grad


@pytest.fixture(scope="module")
def angles() -> torch.Tensor:
    """Return the angles of a batch, shape (32, 10, 4)."""
    return torch.from_numpy(np.random.default_rng(1).uniform(-3, 3, (32, 10, 4)))


@pytest.mark.parametrize("tabulated", [False, True], ids=["native", "table"])
def test_exact_step(benchmark: BenchmarkFixture, angles: torch.Tensor, tabulated: bool) -> None:
    """An exact step by autograd has the derivative of cos^2(phi/2) by the one angle that eq7 depends on."""
    native = head_class("statevector")
    head = (Tabulated(native) if tabulated else native)(EQ7, n_circuits=10)

    found = benchmark(step, head, angles)

    moved = angles.clone()
    moved[..., 0] += 1e-6
    difference = (
        probabilities(EQ7, moved.reshape(-1, 4).numpy()) - probabilities(EQ7, angles.reshape(-1, 4).numpy())
    ) / 1e-6
    np.testing.assert_allclose(found[..., 0].reshape(-1, 1), difference, rtol=0, atol=1e-5)


@pytest.mark.parametrize("tabulated", [False, True], ids=["native", "table"])
def test_sampled_step(benchmark: BenchmarkFixture, angles: torch.Tensor, tabulated: bool) -> None:
    """A sampled step by parameter shift asks for 2,880 evaluations."""
    native = head_class("statevector")
    head = (Tabulated(native) if tabulated else native)(EQ7, n_circuits=10, shots=1000)

    benchmark(step, head, angles)

    assert (head.tally.forward.requested + head.tally.backward.requested) / head.tally.jobs == ROWS


def test_binomial_draw(benchmark: BenchmarkFixture) -> None:
    """1,000 shots of 2,880 rows with one output each are multiples of 1/1000."""
    p_zero = torch.linspace(0, 1, ROWS, dtype=torch.float64)[:, None]

    found = benchmark(sample_zeros, p_zero, shots=1000, seed=1)

    assert torch.equal((found * 1000).round() / 1000, found)


def test_joint_draw(benchmark: BenchmarkFixture) -> None:
    """So are those of rows with three outputs that share their shots."""
    outcomes = torch.full((ROWS, 8), 1 / 8, dtype=torch.float64)

    found = benchmark(sample_frequencies, outcomes, shots=1000, seed=1)

    assert torch.equal((found * 1000).round() / 1000, found)


def test_reading_aers_counts(benchmark: BenchmarkFixture, angles: torch.Tensor) -> None:
    """What Aer counted of 320 rows becomes the head's frequencies, and no shot is lost."""
    head = AerShots(EQ7, n_circuits=10, shots=100)
    rows = angles.reshape(-1, 4)
    simulation = head._simulation
    results = simulation.job(simulation.compiled.values(rows.numpy()), shots=100, seed_simulator=1)

    counts = benchmark(_counts, results, 1)

    assert counts.times.sum() == 100 * len(rows)
    frequencies = _frequencies(counts, 1)
    assert np.abs(frequencies - probabilities(EQ7, rows.numpy())).max() < 5 * 0.05 + 5 / 100


def test_angles_of_a_batch(benchmark: BenchmarkFixture) -> None:
    """The network makes ten circuits' angles of 32 images."""
    images = torch.rand(32, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    classifier = Classifier(head_class("statevector")(EQ7, n_circuits=10), ModelSpec(), **MNIST, seed=0).eval()

    found = benchmark(classifier.angles, images)

    assert found.shape == (32, 10, 4)


def test_confusion_matrix(benchmark: BenchmarkFixture) -> None:
    """10,000 predictions are counted once each."""
    true, predicted = np.random.default_rng(1).integers(0, 10, (2, 10_000))

    found = benchmark(confusion_matrix, true, predicted, n_classes=10)

    assert found.sum() == 10_000
