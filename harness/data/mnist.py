"""MNIST, built in or from torchvision's folder, and the two data sets of the same form that torchvision reads."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness.data.dataset import DataFacts, Dataset, Samples
from harness.data.embedded_files import read_embedded
from harness.errors import DatasetError

_SHAPE = (1, 28, 28)
_DIGITS = tuple(map(str, range(10)))
_EMBEDDED = ("mnist-train-5000.npz", "mnist-test-10000.npz")


class _Kind(NamedTuple):
    """A data set of MNIST's form.

    Attributes:
        torchvision: Name of its class in torchvision; None: built in.
        n_training: Images of its training file.
        class_names: Its classes.
        summary: One line for ``qhb list``.
    """

    torchvision: str | None
    n_training: int
    class_names: tuple[str, ...]
    summary: str


_TORCHVISION = "torchvision; --data-root FOLDER, --download"
_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_KINDS = {
    "mnist-5000": _Kind(None, 5_000, _DIGITS, "first 5,000 training and the 10,000 test images of MNIST; built in"),
    "mnist": _Kind("MNIST", 60_000, _DIGITS, _TORCHVISION),
    "fashion-mnist": _Kind("FashionMNIST", 60_000, _FASHION, _TORCHVISION),
    "kmnist": _Kind("KMNIST", 60_000, ("お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"), _TORCHVISION),
}
MNIST_LIKE: dict[str, str] = {name: kind.summary for name, kind in _KINDS.items()}
"""The data sets of this file: name -> one line."""


def is_embedded(name: str) -> bool:
    """Whether one of ``MNIST_LIKE`` is built in."""
    return _KINDS[name].torchvision is None


def expected_facts(name: str) -> DataFacts:
    """Return the facts of one of ``MNIST_LIKE``, with an empty checksum, without reading it."""
    kind = _KINDS[name]
    return DataFacts(_SHAPE, kind.class_names, kind.n_training, 10_000, sha256="")


def load_mnist_like(name: str, *, data_root: Path | None, download: bool) -> Dataset:
    """Return one of ``MNIST_LIKE``, checked.

    Args:
        name: Which.
        data_root: torchvision's folder, for all but the embedded images.
        download: Let torchvision fetch what is not there.

    Raises:
        DatasetError: files missing, damaged, or not 28 x 28 images of ten classes.
    """
    kind = _KINDS[name]
    if kind.torchvision is None:
        training, test = (_embedded(file) for file in _EMBEDDED)
    else:
        training, test = (_torchvision(name, kind.torchvision, train, data_root, download) for train in (True, False))
    digest = hashlib.sha256()
    for part in (training, test):
        _check(name, part)
        digest.update(part.values.tobytes() + part.labels.tobytes())
    return Dataset.of(name, training, test, class_names=kind.class_names, sha256=digest.hexdigest())


def _embedded(file: str) -> Samples:
    arrays = read_embedded(file)
    return _samples(arrays["images"], arrays["labels"])


def _torchvision(name: str, kind: str, train: bool, data_root: Path | None, download: bool) -> Samples:
    if data_root is None:
        raise DatasetError(
            f"data set {name!r} is read from torchvision's folder: give --data-root FOLDER (and --download to fetch it), "
            "or use data.name = 'mnist-5000', which is built in"
        )
    from harness.data.torchvision_import import datasets

    read = getattr(datasets(), kind)
    try:
        found = read(str(data_root), train=train, download=download)
    except Exception as error:  # torchvision raises whatever urllib, gzip or struct do
        # Its assertions on the first bytes of a file have no text.
        why = (
            f"{type(error).__name__}: {error}"
            if str(error)
            else "a file there is not of the IDX format (wrong magic number)"
        )
        raise DatasetError(
            f"data set {name!r} cannot be read from {data_root}: {why}; expected torchvision's layout "
            f"{kind}/raw/*-ubyte; delete {data_root / kind / 'raw'} and give --download to fetch it again"
        ) from error
    return _samples(found.data.numpy().astype(np.uint8), found.targets.numpy().astype(np.uint8))


def _samples(images: np.ndarray, labels: np.ndarray) -> Samples:
    """Return images of one channel, (n, height, width), with that channel."""
    return Samples(images[:, np.newaxis] if images.ndim == 3 else images, labels)


def _check(name: str, part: Samples) -> None:
    n_images = len(part.labels)
    if any(values.dtype != np.uint8 for values in part):
        raise DatasetError(
            f"data set {name!r}: expected pixels and labels of uint8, got {part.values.dtype} and {part.labels.dtype}"
        )
    if part.values.shape != (n_images, *_SHAPE) or n_images == 0 or part.labels.max() >= len(_DIGITS):
        raise DatasetError(
            f"data set {name!r}: expected images of 28 x 28 and labels 0-{len(_DIGITS) - 1}, got pixels of shape "
            f"{part.values.shape} and {n_images} labels up to {part.labels.max(initial=0)}"
        )
