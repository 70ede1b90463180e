"""The crossed t agrees with a least-squares two-way ANOVA, with scipy and with statsmodels."""

import itertools

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.weightstats import DescrStatsW

from harness.statistics.crossed import Estimate, MeanSquares, detection_factor, equivalence_factor

_SHAPES = [(2, 2), (3, 7), (6, 11)]


def _values(n_seeds: int, n_images: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_seeds, n_images)) + rng.normal(size=(n_seeds, 1)) + 2 * rng.normal(size=n_images)


def _least_squares(values: np.ndarray) -> tuple[float, float, float]:
    """Return the mean squares of seeds, images and the residual, from fits of dummy variables."""
    n_seeds, n_images = values.shape
    cells = list(itertools.product(range(n_seeds), range(n_images)))
    seeds = np.array([[float(s == level) for level in range(1, n_seeds)] for s, _ in cells])
    images = np.array([[float(n == level) for level in range(1, n_images)] for _, n in cells])
    one = np.ones((len(cells), 1))
    full, without_seeds, without_images = (
        OLS(values.ravel(), np.hstack(parts)).fit() for parts in ((one, seeds, images), (one, images), (one, seeds))
    )
    return (
        (without_seeds.ssr - full.ssr) / (n_seeds - 1),
        (without_images.ssr - full.ssr) / (n_images - 1),
        full.ssr / full.df_resid,
    )


@pytest.mark.parametrize(("shape", "seed"), [(shape, seed) for shape in _SHAPES for seed in range(3)])
def test_mean_squares_are_those_of_least_squares(shape: tuple[int, int], seed: int) -> None:
    """Mean squares, components and standard error agree with an ANOVA by OLS to 1e-12 of the largest one."""
    values = _values(*shape, seed)
    n_seeds, n_images = shape
    squares = MeanSquares.of(values)
    seeds, images, residual = _least_squares(values)
    scale = 1e-12 * max(seeds, images, residual)

    assert [squares.seeds, squares.images, squares.residual] == pytest.approx([seeds, images, residual], abs=scale)
    components = squares.components()
    assert components.seed == pytest.approx(max(0, seeds - residual) / n_images, abs=scale)
    assert components.image == pytest.approx(max(0, images - residual) / n_seeds, abs=scale)
    above, beside = max(seeds, residual), max(images, residual)
    estimate = squares.estimate()
    assert estimate.se**2 == pytest.approx((above + beside - residual) / values.size, rel=1e-12)
    df = (above + beside - residual) ** 2 / (above**2 / (n_seeds - 1) + beside**2 / (n_images - 1))
    assert estimate.df == pytest.approx(df, rel=1e-11)


def test_without_image_effects_it_is_the_paired_t() -> None:
    """Where images differ in nothing, standard error, p and interval are those of scipy's t over seeds, to 1e-12."""
    rng = np.random.default_rng(1)
    values = np.repeat(rng.normal(size=(8, 1)), 5, axis=1)
    estimate = MeanSquares.of(values).estimate()
    expected = stats.ttest_1samp(values[:, 0], 0)

    assert estimate.df == pytest.approx(7, rel=1e-12)
    assert estimate.p_value() == pytest.approx(expected.pvalue, rel=1e-12)
    assert estimate.interval() == pytest.approx(tuple(expected.confidence_interval(0.95)), rel=1e-12)


def test_equivalence_is_that_of_statsmodels() -> None:
    """The p of the two one-sided tests is statsmodels' TOST, and passes exactly if the 90 % interval is inside."""
    sample = np.random.default_rng(2).normal(0.1, 1, size=30)
    estimate = Estimate(sample.mean(), np.asarray(sample.std(ddof=1) / np.sqrt(30)), np.asarray(29.0))

    for margin in (0.2, 0.45, 0.6):
        expected, *_ = DescrStatsW(sample).ttost_mean(-margin, margin)
        assert estimate.equivalence_p(margin) == pytest.approx(expected, rel=1e-12)
        low, high = estimate.interval(0.90)
        assert (estimate.equivalence_p(margin) <= 0.05) == (-margin <= low and high <= margin)


def test_studies_on_a_leading_axis_are_independent() -> None:
    """An array of studies gives what each study gives alone."""
    studies = np.random.default_rng(3).integers(-1, 2, size=(4, 5, 30)).astype(np.int8)
    together = MeanSquares.of(studies).estimate()
    for n, study in enumerate(studies):
        alone = MeanSquares.of(study).estimate()
        assert [field[n] for field in together] == [float(field) for field in alone]


def test_no_spread_is_exactly_zero() -> None:
    """Equal whole numbers have mean squares of exactly 0, and degrees of freedom that do not exist."""
    estimate = MeanSquares.of(np.ones((7, 1001), np.int8)).estimate()
    assert (estimate.mean, estimate.se) == (1, 0)
    assert np.isnan(estimate.df)


def test_truncation_bounds_the_degrees_of_freedom() -> None:
    """Where seeds and images vary less than chance would, the residual takes their place and the df stay large."""
    checkerboard = np.indices((6, 6)).sum(axis=0) % 2  # all rows and columns have the same mean
    squares = MeanSquares.of(checkerboard)
    estimate = squares.estimate()

    assert (squares.seeds, squares.images) == (0, 0)
    assert squares.residual == pytest.approx(9 / 25)
    assert estimate.se**2 == pytest.approx(9 / 25 / 36)
    assert estimate.df == pytest.approx(2.5)
    assert (squares.components().seed, squares.components().image) == (0, 0)


def test_power_factors() -> None:
    """With many degrees of freedom, the factors are sums of normal quantiles."""
    assert detection_factor(1e9) == pytest.approx(stats.norm.ppf(0.975) + stats.norm.ppf(0.8), rel=1e-6)
    assert equivalence_factor(1e9) == pytest.approx(stats.norm.ppf(0.95) + stats.norm.ppf(0.9), rel=1e-6)
