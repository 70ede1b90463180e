"""A user's arrays: what they become, and what is refused."""

import numpy as np
import pytest

from harness.data.own_arrays import OwnArrays
from harness.errors import DatasetError

_STREAM = np.random.default_rng(0)
_IMAGES = _STREAM.integers(0, 256, (12, 20, 24)).astype(np.uint8)
_VECTORS = _STREAM.normal(size=(12, 5))
_LABELS = np.array([7, -3, 100] * 4)


def _dataset(**arrays):
    return OwnArrays(**{"labels": _LABELS, **arrays}).dataset("mine", who="data file mine.npz")


def test_labels_become_classes_in_their_order():
    """Any whole numbers may be labels; the smallest is class 0, and names are given in that order."""
    found = _dataset(images=_IMAGES, class_names=np.array(["low", "middle", "high"]))

    assert found.training.labels.tolist() == [1, 0, 2] * 4
    assert found.training.labels.dtype == np.uint8
    assert found.facts.class_names == ("low", "middle", "high")
    assert _dataset(images=_IMAGES).facts.class_names == ("-3", "7", "100")


def test_truth_values_may_be_labels():
    """They are two classes."""
    labels = np.arange(12) % 2 == 0

    assert _dataset(vectors=_VECTORS, labels=labels).training.labels.tolist() == [1, 0] * 6


@pytest.mark.parametrize(
    ("arrays", "shape", "dtype"),
    [
        ({"images": _IMAGES}, (1, 20, 24), np.uint8),
        ({"images": _IMAGES.astype(np.float64)}, (1, 20, 24), np.float32),
        ({"images": _IMAGES[:, None].repeat(3, axis=1)}, (3, 20, 24), np.uint8),
        ({"vectors": _VECTORS}, (5,), np.float32),
        ({"vectors": np.arange(12)[:, None]}, (1,), np.float32),
    ],
)
def test_samples_keep_their_shape(arrays, shape, dtype):
    """Bytes stay bytes, other numbers become single precision; an image without a channel gets one. There is no test file."""
    found = _dataset(**arrays)
    given = next(iter(arrays.values()))

    assert (found.facts.shape, found.facts.n_training, found.facts.n_test) == (shape, 12, 0)
    assert found.training.values.dtype == dtype
    assert (found.training.values.reshape(given.shape) == given.astype(dtype)).all()


def test_a_test_file_of_its_own():
    """Its labels are those of the others, and it need not have every class."""
    found = _dataset(vectors=_VECTORS, test_vectors=_VECTORS[:2], test_labels=np.array([100, 7]))

    assert (found.facts.n_test, found.test.labels.tolist()) == (2, [2, 1])
    assert (found.test.values == found.training.values[:2]).all()


def test_the_checksum_is_of_all_that_is_in_it():
    """Values, labels, shapes, types, names and test samples: each changes it, and the same content does not."""
    changed = _VECTORS.copy()
    changed[3, 2] += 1e-3
    variants = [
        {"vectors": _VECTORS},
        {"vectors": changed},
        {"vectors": _VECTORS, "labels": _LABELS[::-1].copy()},
        {"vectors": _VECTORS, "class_names": np.array(["a", "b", "c"])},
        {"vectors": _VECTORS, "test_vectors": _VECTORS, "test_labels": _LABELS},
        {"vectors": _VECTORS[:, :4]},
        {"images": _IMAGES},
        {"images": _IMAGES.reshape(12, 24, 20)},
        {"images": _IMAGES.astype(float)},
    ]
    found = [_dataset(**arrays).facts.sha256 for arrays in variants]

    assert len(set(found)) == len(variants)
    assert _dataset(vectors=np.asfortranarray(_VECTORS)).facts.sha256 == found[0]


def _with(array, place, value):
    changed = np.array(array, dtype=float)
    changed[place] = value
    return changed


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "expected one of the arrays images and vectors, got neither"),
        ({"images": _IMAGES, "vectors": _VECTORS}, "expected one of the arrays images and vectors, got both"),
        ({"images": _IMAGES.astype(np.int64)}, "images: expected an array of uint8 or float, .*; got int64"),
        ({"images": _IMAGES.tolist()}, "images: expected an array .*; got list"),
        ({"images": _IMAGES[:, :7]}, r"8 to 64 pixels a side, 1 or 3 channels; got shape \(12, 7, 24\)"),
        ({"images": np.zeros((12, 65, 20))}, r"got shape \(12, 65, 20\)"),
        ({"images": np.zeros((12, 2, 20, 20))}, r"got shape \(12, 2, 20, 20\)$"),
        (
            {"images": np.zeros((12, 20, 20, 3))},
            r"got shape \(12, 20, 20, 3\); channels come second: np.moveaxis\(images, 3, 1\)",
        ),
        ({"vectors": _VECTORS.astype(complex)}, "vectors: expected an array of numbers, .* got complex128"),
        ({"vectors": _VECTORS[:, 0]}, r"1 to 1000 features; got shape \(12,\)"),
        ({"vectors": np.zeros((12, 1001))}, r"got shape \(12, 1001\)"),
        ({"vectors": np.zeros((9, 5))}, "expected at least 10, got 9"),
        ({"vectors": _with(_VECTORS, (4, 1), np.nan)}, r"vectors\[4, 1\] is nan in single precision, expected finite"),
        ({"images": _with(_IMAGES, (2, 3, 4), np.inf)}, r"images\[2, 0, 3, 4\] is inf"),
        ({"vectors": _with(_VECTORS, (4, 1), 1e39)}, r"vectors\[4, 1\] is inf in single precision"),
        ({"vectors": _VECTORS, "labels": _LABELS.astype(float)}, r"labels: expected whole numbers .*; got float64"),
        ({"vectors": _VECTORS, "labels": _LABELS.astype(str)}, "labels: expected whole numbers .*; got <U"),
        ({"vectors": _VECTORS, "labels": _LABELS[:11]}, r"labels: .* of shape \(12,\), .*; got shape \(11,\)"),
        (
            {"vectors": _VECTORS, "labels": np.zeros(12, int)},
            "labels has 1 different values, expected 2 to 100 classes",
        ),
        ({"vectors": np.zeros((404, 2)), "labels": np.arange(404) // 4}, "labels has 101 different values"),
        (
            {"vectors": _VECTORS, "labels": np.array([0] * 10 + [5] * 2)},
            "class 5 of labels has 2 samples, expected at least 3: one each to train, validate and test",
        ),
        (
            {"vectors": _VECTORS, "class_names": np.array(["a", "b"])},
            r"class_names: expected 3 different .* -3, 7, 100; got <U1 of",
        ),
        ({"vectors": _VECTORS, "class_names": np.array(["a", "b", "b"])}, r"got \['a', 'b', 'b'\]"),
        ({"vectors": _VECTORS, "class_names": np.array(["a", "b", " "])}, r"got \['a', 'b', ' '\]"),
        ({"vectors": _VECTORS, "class_names": np.array(["a", "b", "c" * 101])}, "texts of 1 to 100 characters"),
        ({"vectors": _VECTORS, "class_names": np.arange(3)}, r"class_names: .* got int64 of shape \(3,\)"),
        ({"vectors": _VECTORS, "test_labels": _LABELS}, "test_labels is there without test_images or test_vectors"),
        ({"vectors": _VECTORS, "test_vectors": _VECTORS}, "test samples have no test_labels"),
        (
            {"vectors": _VECTORS, "test_vectors": _VECTORS[:, :4], "test_labels": _LABELS},
            r"test samples are float32 of shape \(4,\), expected float32 of shape \(5,\)",
        ),
        (
            {"images": _IMAGES, "test_images": _IMAGES.astype(float), "test_labels": _LABELS},
            "test samples are float32 .* expected uint8",
        ),
        ({"vectors": _VECTORS, "test_images": _IMAGES, "test_labels": _LABELS}, "test samples are uint8"),
        (
            {"vectors": _VECTORS, "test_vectors": _VECTORS, "test_labels": _LABELS + 1},
            "test_labels has -2, which is no class of labels: -3, 7, 100",
        ),
        (
            {"vectors": _VECTORS, "test_vectors": _with(_VECTORS, (0, 0), np.nan), "test_labels": _LABELS},
            r"test_vectors\[0, 0\] is nan",
        ),
        ({"vectors": _VECTORS, "test_vectors": _VECTORS[:0], "test_labels": _LABELS[:0]}, "expected at least 1, got 0"),
    ],
)
def test_what_cannot_be_used_is_named(arrays, message):
    """Each message begins with the file, and says what was expected and what came."""
    with pytest.raises(DatasetError, match=f"^data file mine.npz: .*{message}"):
        _dataset(**arrays)
