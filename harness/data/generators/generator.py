"""What every generator shares: its options, its streams of random numbers, and how its values become a data set."""

import abc
from typing import Any, ClassVar

import numpy as np
import pydantic

from harness.data.dataset import Dataset, Samples
from harness.errors import PlanError

_MOST_VALUES = 50_000_000  # float32: 200 MB
_DECIMALS = 6  # so that the last bits of sines and sums, which vary between processors, do not change the checksum


class GeneratorOptions(pydantic.BaseModel):
    """Base of a generator's options: frozen, unknown keys refused."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    n_samples: int = pydantic.Field(1000, ge=10, le=1_000_000)
    """Samples that the plan divides."""
    n_test: int = pydantic.Field(10_000, ge=0, le=1_000_000)
    """Samples of a test file of its own, drawn independently."""
    seed: int = pydantic.Field(0, ge=0, lt=2**31)
    """Of the task and of its samples; the seeds of runs do not change the data."""


class Generator(abc.ABC):
    """A task that draws its samples.

    Each data set has three streams of its own: one for what defines the task, one for the training samples, and one for the
    test samples. No global random state is read or changed.
    """

    Options: ClassVar[type[GeneratorOptions]]
    summary: ClassVar[str]
    class_names: ClassVar[tuple[str, ...]]

    @abc.abstractmethod
    def __init__(self, options: Any, stream: np.random.Generator) -> None:
        """Draw what defines the task.

        Args:
            options: Of the class's ``Options``.
            stream: Of the task.
        """

    @abc.abstractmethod
    def draw(self, n: int, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return n samples: values, float, shape (n, *shape of a sample), and classes 0, 1, ..., int, shape (n,)."""


def generate(name: str, kind: type[Generator], options: GeneratorOptions) -> Dataset:
    """Return the data set that a generator draws.

    Args:
        name: The generator's.
        kind: The generator.
        options: Of its ``Options``.

    Raises:
        PlanError: the samples would not fit.
    """
    task, training, test = (np.random.default_rng([options.seed, number]) for number in range(3))
    generator = kind(options, task)
    size = generator.draw(1, np.random.default_rng(0))[0].size
    total = (options.n_samples + options.n_test) * size
    if total > _MOST_VALUES:
        raise PlanError(
            f"data set {name!r}: {options.n_samples + options.n_test:,} samples of {size:,} values are {total:,}, expected at "
            f"most {_MOST_VALUES:,}; set n_samples or n_test lower"
        )
    parts = [
        _samples(*generator.draw(n, stream)) for n, stream in ((options.n_samples, training), (options.n_test, test))
    ]
    return Dataset.of(name, parts[0], parts[1], class_names=kind.class_names)


def _samples(values: np.ndarray, labels: np.ndarray) -> Samples:
    return Samples(np.round(values, _DECIMALS).astype(np.float32), labels.astype(np.uint8))


def halves(n: int, stream: np.random.Generator) -> np.ndarray:
    """Return n classes 0 and 1 in an order of chance, as many of one as of the other; one more of class 0 where n is odd."""
    return stream.permutation(np.arange(n) % 2)
