"""A user's arrays, checked: they become a data set, or an error that says which array, what was expected, and what came."""

import dataclasses
from typing import NamedTuple

import numpy as np

from harness.data.dataset import Dataset, Samples
from harness.errors import DatasetError

_SIDES, _CHANNELS, _FEATURES, _CLASSES = (8, 64), (1, 3), (1, 1000), (2, 100)
_FEWEST_SAMPLES, _FEWEST_OF_CLASS = 10, 3
_LONGEST_NAME = 100


@dataclasses.dataclass(frozen=True)
class OwnArrays:
    """A data set of a user: what an npz file holds, and what a function of the entry point group returns.

    Attributes:
        labels: Any whole numbers, shape (n,). In their order they are the classes 0, 1, ...
        images: uint8 or float, shape (n, height, width) or (n, channels, height, width); or ``vectors``.
        vectors: Numbers, shape (n, n_features); or ``images``.
        class_names: Names of the classes in the order of their labels, shape (n_classes,); by default the labels.
        test_images: Images of a test file of its own, of the same shape; none without.
        test_vectors: Vectors of a test file of its own.
        test_labels: Of these.
    """

    labels: np.ndarray
    images: np.ndarray | None = None
    vectors: np.ndarray | None = None
    class_names: np.ndarray | None = None
    test_images: np.ndarray | None = None
    test_vectors: np.ndarray | None = None
    test_labels: np.ndarray | None = None

    def dataset(self, name: str, *, who: str) -> Dataset:
        """Return the data set of these arrays.

        Args:
            name: Its name.
            who: Subject of the messages.

        Raises:
            DatasetError: an array cannot be used.
        """
        check = _Check(who)
        values = check.values(self.images, self.vectors, "")
        labels = check.labels(self.labels, len(values), "labels")
        classes, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if not _CLASSES[0] <= len(classes) <= _CLASSES[1]:
            raise check.error(
                f"labels has {len(classes)} different values, expected {_CLASSES[0]} to {_CLASSES[1]} classes"
            )
        if counts.min() < _FEWEST_OF_CLASS:
            rarest = classes[counts.argmin()]
            raise check.error(
                f"class {rarest} of labels has {counts.min()} samples, expected at least {_FEWEST_OF_CLASS}: one each to train, "
                "validate and test; add samples or leave the class out"
            )
        names = check.class_names(self.class_names, classes)
        test = self._test(check, values, classes)
        return Dataset.of(name, Samples(values, numbers.astype(np.uint8)), test, class_names=names)

    def _test(self, check: "_Check", values: np.ndarray, classes: np.ndarray) -> Samples | None:
        if self.test_images is None and self.test_vectors is None:
            if self.test_labels is not None:
                raise check.error("test_labels is there without test_images or test_vectors; give both or none")
            return None
        tested = check.values(self.test_images, self.test_vectors, "test_")
        if tested.shape[1:] != values.shape[1:] or tested.dtype != values.dtype:
            raise check.error(
                f"test samples are {tested.dtype} of shape {tested.shape[1:]}, expected {values.dtype} of shape {values.shape[1:]} as "
                "the others are"
            )
        if self.test_labels is None:
            raise check.error("test samples have no test_labels; give both or none")
        labels = check.labels(self.test_labels, len(tested), "test_labels")
        unknown = np.setdiff1d(labels, classes)
        if len(unknown):
            raise check.error(f"test_labels has {unknown[0]}, which is no class of labels: {_few(classes)}")
        return Samples(tested, np.searchsorted(classes, labels).astype(np.uint8))


class _Check(NamedTuple):
    """Checks of arrays; ``who`` is the subject of their messages."""

    who: str

    def error(self, text: str) -> DatasetError:
        return DatasetError(f"{self.who}: {text}")

    def values(self, images: np.ndarray | None, vectors: np.ndarray | None, prefix: str) -> np.ndarray:
        """Return samples as a data set holds them."""
        if (images is None) == (vectors is None):
            got = "neither" if images is None else "both"
            raise self.error(f"expected one of the arrays {prefix}images and {prefix}vectors, got {got}")
        values = (
            self._images(images, f"{prefix}images")
            if images is not None
            else self._vectors(vectors, f"{prefix}vectors")
        )
        if len(values) < (_FEWEST_SAMPLES if not prefix else 1):
            raise self.error(
                f"{prefix}samples: expected at least {_FEWEST_SAMPLES if not prefix else 1}, got {len(values)}"
            )
        if not np.isfinite(values).all():
            place = tuple(int(n) for n in np.argwhere(~np.isfinite(values))[0])
            raise self.error(
                f"{prefix}{'images' if images is not None else 'vectors'}{list(place)} is {values[place]} in single precision, expected "
                "finite numbers; repair it or leave the sample out"
            )
        return values

    def _images(self, images: object, name: str) -> np.ndarray:
        expected = (
            f"expected an array of uint8 or float, of shape (n, height, width) or (n, channels, height, width), {_SIDES[0]} to "
            f"{_SIDES[1]} pixels a side, {_CHANNELS[0]} or {_CHANNELS[1]} channels"
        )
        if not isinstance(images, np.ndarray) or not (images.dtype == np.uint8 or images.dtype.kind == "f"):
            got = f"{images.dtype}" if isinstance(images, np.ndarray) else type(images).__name__
            raise self.error(f"{name}: {expected}; got {got}")
        found = images[:, np.newaxis] if images.ndim == 3 else images
        if (
            found.ndim != 4
            or found.shape[1] not in _CHANNELS
            or not all(_SIDES[0] <= n <= _SIDES[1] for n in found.shape[2:])
        ):
            hint = ""
            if images.ndim == 4 and images.shape[3] in _CHANNELS:
                hint = f"; channels come second: np.moveaxis({name}, 3, 1)"
            raise self.error(f"{name}: {expected}; got shape {images.shape}{hint}")
        return np.ascontiguousarray(found if found.dtype == np.uint8 else _single(found))

    def _vectors(self, vectors: object, name: str) -> np.ndarray:
        expected = f"expected an array of numbers, of shape (n, n_features), {_FEATURES[0]} to {_FEATURES[1]} features"
        if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiub":
            got = f"{vectors.dtype}" if isinstance(vectors, np.ndarray) else type(vectors).__name__
            raise self.error(f"{name}: {expected}; got {got}")
        if vectors.ndim != 2 or not _FEATURES[0] <= vectors.shape[1] <= _FEATURES[1]:
            raise self.error(f"{name}: {expected}; got shape {vectors.shape}")
        return np.ascontiguousarray(_single(vectors))

    def labels(self, labels: object, n: int, name: str) -> np.ndarray:
        """Return labels as they are, checked."""
        expected = f"expected whole numbers of shape ({n},), one for each sample"
        if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iub":
            got = f"{labels.dtype}" if isinstance(labels, np.ndarray) else type(labels).__name__
            raise self.error(f"{name}: {expected}; got {got}")
        if labels.shape != (n,):
            raise self.error(f"{name}: {expected}; got shape {labels.shape}")
        return labels.astype(np.int64) if labels.dtype.kind == "b" else labels

    def class_names(self, names: object, classes: np.ndarray) -> list[str]:
        """Return the name of each class."""
        if names is None:
            return [str(label) for label in classes]
        expected = f"expected {len(classes)} different texts of 1 to {_LONGEST_NAME} characters, one for each of the labels {_few(classes)}"
        if not isinstance(names, np.ndarray) or names.dtype.kind != "U" or names.shape != (len(classes),):
            got = f"{names.dtype} of shape {names.shape}" if isinstance(names, np.ndarray) else type(names).__name__
            raise self.error(f"class_names: {expected}; got {got}")
        found = [str(name) for name in names]
        if len(set(found)) < len(found) or not all(
            len(name.strip()) > 0 and len(name) <= _LONGEST_NAME for name in found
        ):
            raise self.error(f"class_names: {expected}; got {found}")
        return found


def _single(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # what does not fit becomes an infinity, which is refused by its place
        return values.astype(np.float32)


def _few(classes: np.ndarray) -> str:
    shown = ", ".join(str(label) for label in classes[:10])
    return shown if len(classes) <= 10 else f"{shown}, ..."
