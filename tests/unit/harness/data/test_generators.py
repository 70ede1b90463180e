"""Data sets that are drawn: their definitions, their seeds, and their options."""

import numpy as np
import pytest

from harness.data.generators import GENERATORS
from harness.data.load import load, resolved_options
from harness.errors import PlanError
from harness.spec import DataSpec

_N = 4000
_SIX_SIGMA = 6 * 0.5 / _N**0.5  # of a share of about one half


def _drawn(name, **options):
    return load(DataSpec(name=name, options={"n_samples": _N, "n_test": 500, **options}))


@pytest.mark.parametrize("name", GENERATORS)
def test_a_seed_gives_one_data_set_and_no_global_state_is_touched(name):
    """The same seed and options give the same bits, another seed gives others; the draws of everybody else are as they were."""
    state = np.random.get_state()[1].tolist()
    one, same, other = (_drawn(name, seed=seed) for seed in (3, 3, 4))

    assert one.facts == same.facts
    assert one.facts.sha256 != other.facts.sha256
    assert np.random.get_state()[1].tolist() == state
    assert (one.facts.n_training, one.facts.n_test, one.facts.n_classes) == (_N, 500, 2)
    assert one.training.values.dtype == np.float32
    assert one.training.values.shape == (_N, *one.facts.shape)
    assert np.isfinite(one.training.values).all()
    assert not np.array_equal(one.training.values[:500], one.test.values)


@pytest.mark.parametrize("name", GENERATORS)
def test_more_test_samples_leave_the_others_as_they_are(name):
    """Each part has a stream of its own."""
    few, many = _drawn(name), _drawn(name, n_test=700)

    assert (few.training.values == many.training.values).all()
    assert (few.training.labels == many.training.labels).all()


@pytest.mark.parametrize("name", GENERATORS)
def test_both_classes_are_as_frequent(name):
    """In the training and in the test samples, to six standard deviations of independent draws."""
    found = _drawn(name)

    assert abs(found.training.labels.mean() - 0.5) < _SIX_SIGMA
    assert abs(found.test.labels.mean() - 0.5) < _SIX_SIGMA * (_N / 500) ** 0.5


def test_bars_and_stripes_are_whole_columns_and_rows():
    """Without noise each bar image has equal rows, each stripe image equal columns, of pixels -1 and 1."""
    found = _drawn("bars-and-stripes", height=5, width=3, noise=0.0)
    images, labels = found.training.values[:, 0], found.training.labels

    assert found.facts.shape == (1, 5, 3)
    assert found.facts.class_names == ("bars", "stripes")
    assert set(np.unique(images)) == {-1, 1}
    assert (images[labels == 0] == images[labels == 0][:, :1]).all()
    assert (images[labels == 1] == images[labels == 1][:, :, :1]).all()
    noisy = _drawn("bars-and-stripes", height=5, width=3, noise=0.5).training.values[:, 0]
    spread = noisy - images
    assert abs(spread.std() - 0.5) < 6 * 0.5 / (2 * spread.size) ** 0.5


def test_linearly_separable_points_keep_the_margin():
    """The sign of the sum of the features is the class, and no sum is within the margin."""
    found = _drawn("linearly-separable", n_features=7, margin=0.05)
    sums = found.training.values.sum(axis=1, dtype=float)

    assert ((sums < 0) == found.training.labels).all()
    assert np.abs(sums).min() > 0.05 * 7 - 1e-5
    assert np.abs(sums).min() < 0.05 * 7 + 0.05
    assert np.abs(found.training.values).max() <= 1


def test_two_curves_are_fourier_series_apart_by_the_offset():
    """Without noise the points of each class lie on a curve of 2 x degree + 1 waves, the second shifted by the offset."""
    found = _drawn("two-curves", n_features=12, degree=2, offset=0.5, noise=0.0)
    first, second = (found.training.values[found.training.labels == label].astype(float) for label in (0, 1))

    # The curve spans its centre and 2 x 2 waves: 4 directions about any of its points, in 12 dimensions.
    spread = np.linalg.svd(first - first[0], compute_uv=False)
    assert spread[3] > 1e-2
    assert spread[4] < 1e-4
    moved = np.linalg.svd(np.concatenate([first, second - 0.5]) - first[0], compute_uv=False)
    assert moved[4] < 1e-4


def test_hidden_manifold_has_its_dimension():
    """The features, straightened by artanh, span the hidden dimension, and the class is a function of the hidden point."""
    found = _drawn("hidden-manifold", n_features=9, manifold_dimension=3)
    straight = np.arctanh(np.clip(found.training.values.astype(float), -1 + 1e-6, 1 - 1e-6))
    inside = (np.abs(found.training.values) < 0.99).all(axis=1)  # rounding to six digits is large near 1
    spread = np.linalg.svd(straight[inside] - straight[inside].mean(axis=0), compute_uv=False)

    assert spread[2] > 5
    assert spread[3] < 0.1
    hidden = np.linalg.svd(straight[inside] - straight[inside].mean(axis=0), full_matrices=False)[0][:, :3]
    target = found.training.labels[inside] * 2.0 - 1
    nearest = ((hidden[:300, None] - hidden[None, 300:]) ** 2).sum(axis=2).argmin(axis=1)
    agree = (target[:300] == target[300:][nearest]).mean()
    assert agree > 0.5 + 6 * 0.5 / 300**0.5


def test_hyperplanes_parity_is_that_of_its_planes():
    """One plane in one dimension: the features are multiples of one number, and its sign about the plane is the class."""
    found = _drawn("hyperplanes-parity", n_features=4, n_hyperplanes=1, dim_hyperplanes=1)
    values = found.training.values.astype(float)

    assert np.linalg.svd(values, compute_uv=False)[1] < 1e-3
    low, high = (values[found.training.labels == label, 0] for label in (0, 1))
    assert low.max() < high.min()
    two = _drawn("hyperplanes-parity", n_features=1, n_hyperplanes=2, dim_hyperplanes=1)
    odd = two.training.values[two.training.labels == 1, 0]
    even = two.training.values[two.training.labels == 0, 0]
    assert ((even < odd.min()) | (even > odd.max())).all()
    assert (even < odd.min()).any()
    assert (even > odd.max()).any()


def test_parity_counts_ones():
    found = _drawn("parity", n_features=6)

    assert (found.training.values.sum(axis=1) % 2 == found.training.labels).all()
    assert len(np.unique(found.training.values, axis=0)) == 64


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "two-curves",
            {"degre": 3},
            "'two-curves' has no option 'degre'; did you mean 'degree'.*known: n_samples, n_test, seed, n_features,",
        ),
        ("two-curves", {"degree": 0}, r"data.options.degree of 'two-curves': .*greater than or equal to 1, got 0"),
        ("parity", {"n_features": "4"}, r"data.options.n_features of 'parity': .*valid integer, got '4'"),
        ("digits", {"n_features": 4}, "data.options: data set 'digits' has no options, got n_features; leave them out"),
        ("mnist-5000", {"x": 4}, "data set 'mnist-5000' has no options, got x"),
        (
            "parity",
            {"n_features": 1000, "n_samples": 100_000},
            "110,000 samples of 1,000 values are 110,000,000, expected at most 50,000,000",
        ),
        (
            "linearly-separable",
            {"n_features": 1000, "margin": 0.1},
            "hardly any point .* outside a margin of 0.1; set margin lower",
        ),
        ("hyperplanes-parity", {"n_hyperplanes": 1, "dim_hyperplanes": 1000, "n_samples": 10}, None),
    ],
)
def test_options_that_cannot_be_used_are_named(name, options, message):
    """With what was expected; plane after plane is tried before a class is called rare."""
    spec = DataSpec(name=name, options=options)
    if message is None:
        load(spec)
        return
    with pytest.raises(PlanError, match=message):
        load(spec)


def test_defaults_are_filled_in():
    """So that two plans that ask for the same have the same runs."""
    found = resolved_options(DataSpec(name="parity", options={"n_features": 5}))

    assert found == {"n_samples": 1000, "n_test": 10_000, "seed": 0, "n_features": 5}
