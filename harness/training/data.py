"""Data sets: the embedded MNIST images, or torchvision's from a folder or the network, divided as the paper does."""

import hashlib
import importlib.resources
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.errors import DatasetError
from harness.spec import N_CLASSES, OFFICIAL_IMAGES, DataSpec

if TYPE_CHECKING:
    import torch  # imported only where images become tensors: to load and check them takes no torch

_EMBEDDED = {
    "mnist-train-5000.npz": "04ac74d7f192093a33c3ab355e4a78180aa26900bfff143bf917c33d97622576",
    "mnist-test-10000.npz": "af5595f05f0cc260498196e07655cfa443d2d96874d5ba0dcfeaea06defbda81",
}
_TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}


class Images(NamedTuple):
    """Images, uint8, shape (n, 28, 28), and their labels 0-9, uint8, shape (n,)."""

    pixels: np.ndarray
    labels: np.ndarray


class Dataset(NamedTuple):
    """A data set.

    Attributes:
        name: One of ``spec.DATASETS``.
        training: The training file's images.
        test: The test file's images.
        sha256: SHA-256 of their bytes: pixels then labels, training then test.
    """

    name: str
    training: Images
    test: Images
    sha256: str


class ImageTensors(NamedTuple):
    """A part of the images as tensors: images float32, shape (n, 1, 28, 28); labels int64, shape (n,)."""

    images: "torch.Tensor"
    labels: "torch.Tensor"

    def to(self, torch_device: str) -> "ImageTensors":
        """Return the same images on a torch device."""
        return ImageTensors(self.images.to(torch_device), self.labels.to(torch_device))


class PixelScaling(NamedTuple):
    """How pixels become the network's input: (pixel - shift) / scale."""

    shift: float
    scale: float

    def tensors(self, part: Images) -> ImageTensors:
        """Return images as the network takes them."""
        import torch

        pixels = (part.pixels.astype(np.float32) - np.float32(self.shift)) / np.float32(self.scale)
        return ImageTensors(torch.from_numpy(pixels).unsqueeze(1), torch.from_numpy(part.labels.astype(np.int64)))


class Sizes(NamedTuple):
    """Numbers of images to train, validate and test with."""

    training: int
    validation: int
    test: int


class Split(NamedTuple):
    """The three parts of Sec. 3: 3,200, 800 and 1,000 of 5,000 images; and the scaling of their pixels."""

    training: ImageTensors
    validation: ImageTensors
    test: ImageTensors
    scaling: PixelScaling

    def to(self, torch_device: str) -> "Split":
        """Return the same images on a torch device."""
        training, validation, test = (part.to(torch_device) for part in (self.training, self.validation, self.test))
        return Split(training, validation, test, self.scaling)


def load(name: str, *, data_root: Path | None = None, download: bool = False) -> Dataset:
    """Return a data set, checked.

    Args:
        name: One of ``spec.DATASETS``.
        data_root: torchvision's folder, for all but the embedded images.
        download: Let torchvision fetch what is not there.

    Raises:
        DatasetError: files missing, damaged, or not 28 x 28 images of ten classes.
    """
    if name == "mnist-5000":
        training, test = (_embedded(file) for file in _EMBEDDED)
    else:
        training, test = (_torchvision(name, train, data_root, download) for train in (True, False))
    digest = hashlib.sha256()
    for part in (training, test):
        _check(name, part)
        digest.update(part.pixels.tobytes() + part.labels.tobytes())
    return Dataset(name, training, test, digest.hexdigest())


def sizes_of(spec: DataSpec) -> Sizes:
    """Return how many images each part has: 8:2 into training and test, and the former 8:2 again (Sec. 3)."""
    n_test = spec.n_images // 5 if spec.test == "split" else 0
    n_validation = (spec.n_images - n_test) // 5
    return Sizes(spec.n_images - n_test - n_validation, n_validation, n_test or OFFICIAL_IMAGES)


def split(dataset: Dataset, spec: DataSpec, *, seed: int) -> Split:
    """Divide the first ``n_images`` training images 8:2 into training and test, and the former 8:2 again.

    The test images depend on ``spec.split_seed`` alone, so that all runs are compared on the same ones; which of the
    others train and which validate depends on the run's seed as well. Shuffled labels are a permutation of the labels of
    these others, drawn from a stream of its own; the test images keep theirs.

    Raises:
        DatasetError: the data set has fewer than ``n_images`` training images, or fewer than ``official_images`` test images.
    """
    n_images = spec.n_images
    if n_images > len(dataset.training.labels):
        raise DatasetError(
            f"data set {dataset.name!r} has {len(dataset.training.labels)} training images, n_images = {n_images} were "
            "asked for; ask for fewer, or use --data-root with data.name = 'mnist'"
        )
    if spec.test == "split" and spec.official_images > len(dataset.test.labels):
        raise DatasetError(
            f"data set {dataset.name!r} has {len(dataset.test.labels)} test images, official_images = {spec.official_images} "
            f"were asked for; set data.official_images = {len(dataset.test.labels)} or fewer"
        )
    order = np.random.default_rng([spec.split_seed, 1]).permutation(n_images)
    n_training, n_validation, _ = sizes_of(spec)
    n_test = n_images - n_training - n_validation  # those of the training file
    rest = np.random.default_rng([spec.split_seed, 2, seed]).permutation(order[n_test:])
    others = _take(dataset.training, rest)
    if spec.labels == "shuffled":
        stream = np.random.default_rng([spec.split_seed, 3, seed])
        others = Images(others.pixels, stream.permutation(others.labels))
    training, validation = _take(others, slice(n_validation, None)), _take(others, slice(n_validation))
    test = _take(dataset.training, order[:n_test]) if spec.test == "split" else dataset.test
    scaling = PixelScaling(0.0, 255.0)
    if spec.pixel_scaling == "standard":
        scaling = PixelScaling(float(training.pixels.mean()), float(training.pixels.std()))
    return Split(scaling.tensors(training), scaling.tensors(validation), scaling.tensors(test), scaling)


def official(dataset: Dataset, spec: DataSpec, split: Split) -> ImageTensors | None:
    """Return the first images of the data set's own test file, scaled as those of a split.

    None where ``spec`` asks for none, or where they are the split's test images already.
    """
    if spec.test == "official" or spec.official_images == 0:
        return None
    return split.scaling.tensors(_take(dataset.test, slice(spec.official_images)))


def _take(images: Images, index: np.ndarray | slice) -> Images:
    return Images(images.pixels[index], images.labels[index])


def _embedded(file: str) -> Images:
    resource = importlib.resources.files("harness.training") / "datasets" / file
    try:
        content = resource.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"embedded data file harness/training/datasets/{file} cannot be read: {error}; reinstall the package"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != _EMBEDDED[file]:
        raise DatasetError(
            f"embedded data file harness/training/datasets/{file} is damaged: expected SHA-256 {_EMBEDDED[file]}, found {found}; "
            "reinstall the package"
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return Images(arrays["images"], arrays["labels"])
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"embedded data file harness/training/datasets/{file} is not an npz file with arrays 'images' and 'labels' of "
            f"numbers: {error}; reinstall the package"
        ) from error


def _torchvision(name: str, train: bool, data_root: Path | None, download: bool) -> Images:
    if data_root is None:
        raise DatasetError(
            f"data set {name!r} is read from torchvision's folder: give --data-root FOLDER (and --download to fetch it), "
            "or use data.name = 'mnist-5000', which is built in"
        )
    from harness.training.torchvision_import import datasets

    kind = getattr(datasets(), _TORCHVISION[name])
    try:
        found = kind(str(data_root), train=train, download=download)
    except Exception as error:  # torchvision raises whatever urllib, gzip or struct do
        # Its assertions on the first bytes of a file have no text.
        why = (
            f"{type(error).__name__}: {error}"
            if str(error)
            else "a file there is not of the IDX format (wrong magic number)"
        )
        raise DatasetError(
            f"data set {name!r} cannot be read from {data_root}: {why}; expected torchvision's layout "
            f"{_TORCHVISION[name]}/raw/*-ubyte; delete {data_root / _TORCHVISION[name] / 'raw'} and give --download to fetch it again"
        ) from error
    return Images(found.data.numpy().astype(np.uint8), found.targets.numpy().astype(np.uint8))


def _check(name: str, part: Images) -> None:
    n_images = len(part.labels)
    if any(values.dtype != np.uint8 for values in part):
        raise DatasetError(
            f"data set {name!r}: expected pixels and labels of uint8, got {part.pixels.dtype} and {part.labels.dtype}"
        )
    if part.pixels.shape != (n_images, 28, 28) or n_images == 0 or part.labels.max() >= N_CLASSES:
        raise DatasetError(
            f"data set {name!r}: expected images of 28 x 28 and labels 0-{N_CLASSES - 1}, got pixels of shape "
            f"{part.pixels.shape} and {n_images} labels up to {part.labels.max(initial=0)}"
        )
