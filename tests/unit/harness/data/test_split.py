"""The images, divided as in the paper and scaled."""

import hashlib

import numpy as np
import pytest
import torch

from harness.data.dataset import Dataset, Samples
from harness.data.division import _spread, check_classes, divide
from harness.data.load import load
from harness.data.split import official, split
from harness.errors import DatasetError
from harness.spec import DataSpec


@pytest.fixture(scope="module")
def embedded():
    return load(DataSpec())


def test_split_is_the_papers(embedded):
    """5,000 images become 3,200, 800 and 1,000, and no image is in two parts."""
    parts = split(embedded, DataSpec(), seed=0)

    assert [len(part.labels) for part in parts[:3]] == [3200, 800, 1000]
    everything = torch.cat([part.values for part in parts[:3]]).flatten(1).numpy()
    kept = embedded.training.values.reshape(5000, -1).astype(np.float32) / 255
    assert sorted(map(bytes, everything)) == sorted(map(bytes, kept))


def test_test_images_do_not_depend_on_the_seed(embedded):
    """Runs with different seeds are tested on the same images, and trained on different ones."""
    one, other = (split(embedded, DataSpec(), seed=seed) for seed in (0, 1))

    assert torch.equal(one.test.values, other.test.values)
    assert not torch.equal(one.training.values, other.training.values)
    assert torch.equal(one.training.values, split(embedded, DataSpec(), seed=0).training.values)


def test_official_test_images(embedded):
    """Test = "official" trains on 4,000, validates on 1,000 and tests on the 10,000 images of the test file."""
    parts = split(embedded, DataSpec(test="official"), seed=0)

    assert [len(part.labels) for part in parts[:3]] == [4000, 1000, 10_000]


def test_standard_scaling(embedded):
    """pixel_scaling = "standard" gives the training images zero mean and unit variance, to float32 rounding."""
    training = split(embedded, DataSpec(pixel_scaling="standard"), seed=0).training

    assert training.values.double().mean().item() == pytest.approx(0, abs=1e-5)
    assert training.values.double().std(correction=0).item() == pytest.approx(1, abs=1e-5)


def test_more_images_than_there_are(embedded):
    """Asking for more images than the data set has states both numbers."""
    with pytest.raises(DatasetError, match=r"has 5000 training images, n_images = 6000"):
        split(embedded, DataSpec(n_images=6000), seed=0)


def test_a_seed_divides_the_images_as_it_always_did(embedded):
    """Published results can be made again only if a seed's parts never change: the first images of each, and its labels."""
    parts = split(embedded, DataSpec(), seed=3)
    digest = hashlib.sha256(b"".join(part.labels.numpy().tobytes() for part in parts[:3])).hexdigest()

    assert digest == "6e46fda57e1c66c7aecde3abd71bf2537d827c8ffff99f627c7d35174e197adc"


def test_all_the_images_there_are_can_be_asked_for(embedded):
    """n_images may be the whole data set; a tenth of 55 test images is not lost by rounding."""
    assert [len(part.labels) for part in split(embedded, DataSpec(n_images=5000), seed=0)[:3]] == [3200, 800, 1000]
    assert [len(part.labels) for part in split(embedded, DataSpec(n_images=57), seed=0)[:3]] == [37, 9, 11]


def test_pixels_are_from_zero_to_one(embedded):
    """pixel_scaling = "unit" divides by 255, the labels are the classes."""
    part = split(embedded, DataSpec(n_images=100), seed=0).training

    assert part.values.shape == (64, 1, 28, 28)
    assert (part.values.min().item(), part.values.max().item()) == (0.0, 1.0)
    assert (part.values.dtype, part.labels.dtype) == (torch.float32, torch.int64)


def _labels(part):
    return part.labels.numpy()


def test_shuffled_labels_are_those_of_the_other_images(embedded):
    """Training and validation images have the same labels in all, in an order of chance; images and test labels stay."""
    true, shuffled = (split(embedded, DataSpec(labels=labels), seed=3) for labels in ("true", "shuffled"))
    before, after = (np.concatenate([_labels(part) for part in parts[:2]]) for parts in (true, shuffled))

    assert all(torch.equal(one.values, other.values) for one, other in zip(true[:3], shuffled[:3], strict=True))
    assert torch.equal(true.test.labels, shuffled.test.labels)
    assert (np.bincount(before) == np.bincount(after)).all()
    # By chance an image gets a label of its own class with p = sum of the classes' squared shares, about 0.1.
    p = float((np.bincount(before) / len(before)) ** 2 @ np.ones(10))
    assert abs((before == after).mean() - p) < 6 * (p * (1 - p) / len(before)) ** 0.5


def test_labels_are_shuffled_by_a_stream_of_the_seed(embedded):
    """Another seed gives another permutation, of a stream that nothing else draws from."""
    for seed in (0, 1):
        true, shuffled = (split(embedded, DataSpec(labels=labels), seed=seed) for labels in ("true", "shuffled"))
        before, after = (np.concatenate([_labels(part) for part in parts[1::-1]]) for parts in (true, shuffled))

        assert (after == np.random.default_rng([0, 3, seed]).permutation(before)).all()


@pytest.mark.parametrize("scaling", ["unit", "standard"])
def test_official_images_are_the_first_of_the_test_file(embedded, scaling):
    """Their pixels are scaled as the split's are: by the training images, not by themselves."""
    spec = DataSpec(n_images=100, official_images=30, pixel_scaling=scaling)
    parts = split(embedded, spec, seed=0)
    found = official(embedded, spec, parts)
    pixels = embedded.test.values[:30].astype(np.float64)
    everything = split(embedded, DataSpec(n_images=100), seed=0).training.values.double().numpy() * 255
    shift, scale = (0, 255) if scaling == "unit" else (everything.mean(), everything.std())

    assert (_labels(found) == embedded.test.labels[:30]).all()
    assert found.values.shape == (30, 1, 28, 28)
    assert found.values.numpy() == pytest.approx((pixels - shift) / scale, abs=1e-5)


@pytest.mark.parametrize("settings", [{"official_images": 0}, {"test": "official"}])
def test_there_are_no_official_images_where_none_are_asked_for_or_all_are_tested(embedded, settings):
    """With test = "official" the test images are the official ones already."""
    spec = DataSpec(n_images=100, **settings)

    assert official(embedded, spec, split(embedded, spec, seed=0)) is None


def test_more_official_images_than_there_are_is_refused(embedded):
    """Before training, by name, with what to set."""
    own = Samples(*(values[:40] for values in embedded.test))
    few = Dataset.of("few", embedded.training, own, class_names=embedded.facts.class_names)

    with pytest.raises(
        DatasetError, match=r"has 40 test images, official_images = 41 were .*set data.official_images = 40 or"
    ):
        split(few, DataSpec(n_images=100, official_images=41), seed=0)
    assert len(split(few, DataSpec(n_images=100, official_images=40), seed=0).test.labels) == 20
    assert len(split(few, DataSpec(n_images=100, test="official"), seed=0).test.labels) == 40


def _vectors(counts, n_features=2):
    """Return a data set of vectors with so many of each class, sorted by class; the values are the places in the file."""
    labels = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    values = np.arange(len(labels) * n_features, dtype=np.float32).reshape(-1, n_features)
    return Dataset.of("mine", Samples(values, labels), None, class_names=[f"c{n}" for n in range(len(counts))])


@pytest.mark.parametrize("n_images", [50, 150, 1500, 5000])
def test_stratified_parts_have_the_classes_in_their_proportions(embedded, n_images):
    """Each class has in each part its share of the images, to one image for each of the two divisions."""
    spec = DataSpec(n_images=n_images, stratified=True, test="official")
    shares = np.bincount(embedded.training.labels) / 5000
    for seed in range(3):
        parts = split(embedded, spec, seed=seed)[:2]

        assert [len(part.labels) for part in parts] == [n_images - n_images // 5, n_images // 5]
        for part in parts:
            counts = np.bincount(_labels(part), minlength=10)
            assert np.abs(counts - shares * len(part.labels)).max() < 2


def test_a_stratified_subset_is_the_beginning_of_a_larger_one(embedded):
    """So that a learning curve adds images and takes none away."""
    used = []
    for n_images in (50, 150, 500):
        division = divide(embedded, DataSpec(n_images=n_images, stratified=True, test="official"), seed=0)
        used.append(set(division.rest.tolist()))

    assert used[0] < used[1] < used[2]


def test_a_stratified_division_needs_no_order_of_the_file():
    """A file that is sorted by class gives each part its share of each class, and a class of three still trains."""
    dataset = _vectors([400, 200, 3])
    for seed in range(5):
        spec = DataSpec(n_images=603, stratified=True, official_images=0)
        division = divide(dataset, spec, seed=seed)
        parts = division.test, division.rest[: division.n_validation], division.rest[division.n_validation :]
        counts = [np.bincount(dataset.training.labels[part], minlength=3) for part in parts]

        assert sorted(np.concatenate(parts)) == list(range(603))
        assert [len(part) for part in parts] == [120, 96, 387]
        assert all(abs(2 * two - one) <= 4 for one, two, _ in counts)
        assert counts[2][2] >= 1
        check_classes(dataset, spec, seed=seed)


def test_a_class_without_a_training_image_is_refused(embedded):
    """Before any training, with the class, and with what to set."""
    with pytest.raises(
        DatasetError,
        match=r"'mine' with n_images = 100: none of the 64 training images of seed 3 is of class c1; set data.stratified = true",
    ):
        check_classes(_vectors([200, 200]), DataSpec(n_images=100, official_images=0), seed=3)
    with pytest.raises(
        DatasetError, match=r"none of the 7 training images of seed 0 is of class .*; ask for more images"
    ):
        check_classes(embedded, DataSpec(n_images=10, stratified=True), seed=0)
    check_classes(embedded, DataSpec(n_images=50, stratified=True), seed=0)


def test_official_images_of_a_set_without_any_are_refused():
    """The way out is named."""
    with pytest.raises(
        DatasetError, match=r"'mine' has no test images of its own, data.test = 'official' .*; use test = 'split'"
    ):
        divide(_vectors([50, 50]), DataSpec(n_images=100, test="official"), seed=0)


def test_vectors_are_scaled_feature_by_feature():
    """By the training vectors alone; a feature that never changes becomes 0."""
    dataset = _vectors([40, 60], n_features=3)
    dataset.training.values[:, 2] = 7
    asked = {"n_images": 100, "stratified": True, "official_images": 0}
    raw, unit, standard = (
        split(dataset, DataSpec(pixel_scaling=kind, **asked), seed=0) for kind in ("none", "unit", "standard")
    )

    training = raw.training.values.double()
    assert torch.equal(
        raw.training.values,
        torch.from_numpy(dataset.training.values)[divide(dataset, DataSpec(**asked), seed=0).rest[16:]],
    )
    low, high = training[:, :2].min(dim=0).values, training[:, :2].max(dim=0).values
    for part, scaled in zip(raw[:3], unit[:3], strict=True):
        assert torch.allclose(
            scaled.values[:, :2].double(), (part.values[:, :2].double() - low) / (high - low), atol=1e-6
        )
    assert unit.training.values[:, :2].min() == 0
    assert unit.training.values[:, :2].max() == 1
    assert standard.training.values[:, :2].double().mean(dim=0).abs().max() < 1e-6
    assert standard.training.values[:, :2].double().std(dim=0, correction=0) == pytest.approx(1, abs=1e-6)
    assert not unit.test.values[:, 2].any()
    assert not standard.test.values[:, 2].any()


def test_the_pixels_of_float_images_share_one_scale():
    """Unit takes the least and the largest value of all training pixels; uint8 pixels are divided by 255 whatever they are."""
    values = np.random.default_rng(0).uniform(-3, 5, (100, 1, 8, 8)).astype(np.float32)
    labels = np.arange(100, dtype=np.uint8) % 2
    spec = DataSpec(n_images=100, official_images=0)
    found = split(Dataset.of("mine", Samples(values, labels), None, class_names="ab"), spec, seed=0)
    raw = split(
        Dataset.of("mine", Samples(values, labels), None, class_names="ab"),
        DataSpec(**spec.model_dump() | {"pixel_scaling": "none"}),
        seed=0,
    )
    low, high = raw.training.values.min(), raw.training.values.max()

    assert torch.allclose(found.test.values, (raw.test.values - low) / (high - low), atol=1e-6)
    dark = Dataset.of("dark", Samples((values > 0).astype(np.uint8), labels), None, class_names="ab")
    assert split(dark, spec, seed=0).training.values.max().item() == np.float32(1) / np.float32(255)


def test_classes_are_spread_from_their_middle():
    """The k-th of n stands at (k + 1/2) / n: a class of one is in the middle, not at an end, and so is never left to the test alone."""
    assert _spread(np.array([1, 0, 0, 0], np.uint8)).tolist() == [1, 0, 2, 3]
    assert _spread(np.array([0, 0, 0, 0, 1, 1], np.uint8)).tolist() == [0, 4, 1, 2, 5, 3]
