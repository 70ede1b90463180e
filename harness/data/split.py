"""The parts of a data set as tensors, scaled."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.data.dataset import Dataset, Samples
from harness.data.division import divide
from harness.spec import DataSpec

if TYPE_CHECKING:
    import torch  # imported only where samples become tensors: to load and check them takes no torch


class SampleTensors(NamedTuple):
    """A part of the samples as tensors: values float32, shape (n, *shape of a sample); labels int64, shape (n,)."""

    values: "torch.Tensor"
    labels: "torch.Tensor"

    def to(self, torch_device: str) -> "SampleTensors":
        """Return the same samples on a torch device."""
        return SampleTensors(self.values.to(torch_device), self.labels.to(torch_device))


class Scaling(NamedTuple):
    """How values become the network's input: (value - shift) / scale; float32, one of all values or one a feature."""

    shift: np.ndarray | np.float32
    scale: np.ndarray | np.float32

    @classmethod
    def of(cls, training: np.ndarray, kind: str) -> "Scaling":
        """Return the scaling that ``DataSpec.pixel_scaling`` asks for, from the training values alone."""
        zero, one = np.float32(0), np.float32(1)
        if kind == "none":
            return cls(zero, one)
        if kind == "unit" and training.dtype == np.uint8:
            return cls(zero, np.float32(255))
        over = (
            0 if training.ndim == 2 else None
        )  # each feature of a vector has a unit of its own; the pixels of images share one
        if kind == "unit":
            low, high = training.min(axis=over), training.max(axis=over)
            shift, scale = low, high - low
        else:
            shift, scale = training.mean(axis=over, dtype=np.float64), training.std(axis=over, dtype=np.float64)
        # A feature that is the same everywhere becomes 0.
        return cls(np.asarray(shift, np.float32), np.where(scale == 0, one, scale).astype(np.float32))

    def tensors(self, part: Samples) -> SampleTensors:
        """Return samples as the network takes them."""
        import torch

        values = (part.values.astype(np.float32) - self.shift) / self.scale
        return SampleTensors(torch.from_numpy(values), torch.from_numpy(part.labels.astype(np.int64)))


class Split(NamedTuple):
    """The three parts of Sec. 3: 3,200, 800 and 1,000 of 5,000 images; and the scaling of their values."""

    training: SampleTensors
    validation: SampleTensors
    test: SampleTensors
    scaling: Scaling

    def to(self, torch_device: str) -> "Split":
        """Return the same samples on a torch device."""
        training, validation, test = (part.to(torch_device) for part in (self.training, self.validation, self.test))
        return Split(training, validation, test, self.scaling)


def split(dataset: Dataset, spec: DataSpec, *, seed: int) -> Split:
    """Return the parts into which ``divide`` divides a data set.

    Shuffled labels are a permutation of the labels of the training and validation samples, drawn from a stream of its own;
    the test samples keep theirs.

    Raises:
        DatasetError: the data set has too few samples.
    """
    division = divide(dataset, spec, seed=seed)
    others = _take(dataset.training, division.rest)
    if spec.labels == "shuffled":
        stream = np.random.default_rng([spec.split_seed, 3, seed])
        others = Samples(others.values, stream.permutation(others.labels))
    validation = _take(others, slice(division.n_validation))
    training = _take(others, slice(division.n_validation, None))
    test = _take(dataset.training, division.test) if spec.test == "split" else dataset.test
    scaling = Scaling.of(training.values, spec.pixel_scaling)
    return Split(scaling.tensors(training), scaling.tensors(validation), scaling.tensors(test), scaling)


def official(dataset: Dataset, spec: DataSpec, split: Split) -> SampleTensors | None:
    """Return the first samples of the data set's own test file, scaled as those of a split.

    None where ``spec`` asks for none, or where they are the split's test samples already.
    """
    if spec.test == "official" or spec.official_images == 0:
        return None
    return split.scaling.tensors(_take(dataset.test, slice(spec.official_images)))


def _take(samples: Samples, index: np.ndarray | slice) -> Samples:
    return Samples(samples.values[index], samples.labels[index])
