"""A data set in memory: samples, labels, and the facts that heads, plans and reports need of it."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Samples(NamedTuple):
    """Samples and their labels.

    Attributes:
        values: uint8 or float32, shape (n, channels, height, width) of images, (n, n_features) of vectors.
        labels: The classes 0, 1, ..., uint8, shape (n,).
    """

    values: np.ndarray
    labels: np.ndarray


@dataclasses.dataclass(frozen=True)
class DataFacts:
    """What is known of a data set without its samples.

    Attributes:
        shape: Of one sample: (channels, height, width) of an image, (n_features,) of a vector.
        class_names: Of the classes 0, 1, ...
        n_training: Samples that a plan divides; of MNIST, those of the training file.
        n_test: Samples of the data set's own test file; 0 where it has none.
        sha256: SHA-256 of the content.
    """

    shape: tuple[int, ...]
    class_names: tuple[str, ...]
    n_training: int
    n_test: int
    sha256: str

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)


@dataclasses.dataclass(frozen=True)
class Dataset:
    """A data set.

    Attributes:
        name: Of a plan's [data], or what stands for it.
        training: The samples that a plan divides.
        test: The samples of its own test file; of length 0 where it has none.
        facts: Shape, classes, sizes and checksum.
    """

    name: str
    training: Samples
    test: Samples
    facts: DataFacts

    @classmethod
    def of(
        cls,
        name: str,
        training: Samples,
        test: Samples | None,
        *,
        class_names: Sequence[str],
        sha256: str | None = None,
    ) -> "Dataset":
        """Return a data set with the facts that follow from its samples.

        Args:
            name: Its name.
            training: The samples that a plan divides.
            test: The samples of its own test file, of the same shape; None where it has none.
            class_names: Of the classes 0, 1, ...
            sha256: Where it is not ``content_sha256`` of these.
        """
        if test is None:
            test = Samples(training.values[:0], training.labels[:0])
        facts = DataFacts(
            shape=training.values.shape[1:],
            class_names=tuple(class_names),
            n_training=len(training.labels),
            n_test=len(test.labels),
            sha256=sha256 or content_sha256(training, test, class_names),
        )
        return cls(name, training, test, facts)


def content_sha256(training: Samples, test: Samples, class_names: Sequence[str]) -> str:
    """Return the SHA-256 of types, shapes and bytes of all samples and labels, and of the class names."""
    digest = hashlib.sha256()
    for array in (*training, *test):
        digest.update(json.dumps([array.dtype.str, array.shape]).encode() + np.ascontiguousarray(array).tobytes())
    digest.update(json.dumps(list(class_names)).encode())
    return digest.hexdigest()
