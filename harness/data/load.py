"""A plan's [data] becomes a data set."""

from pathlib import Path

from backends.errors import did_you_mean
from harness.data.dataset import DataFacts, Dataset
from harness.data.mnist import MNIST_LIKE, expected_facts, is_embedded, load_mnist_like
from harness.errors import PlanError
from harness.spec import DataSpec


def load(spec: DataSpec, *, data_root: Path | None = None, download: bool = False) -> Dataset:
    """Return the data set that a spec names, checked.

    Args:
        spec: What is asked.
        data_root: torchvision's folder.
        download: Let torchvision fetch what is not there.

    Raises:
        DatasetError: it is missing, damaged, or not what is expected.
        PlanError: there is no such data set.
    """
    _check_name(spec)
    return load_mnist_like(spec.name, data_root=data_root, download=download)


def facts_of(spec: DataSpec, *, data_root: Path | None = None) -> DataFacts:
    """Return the facts of a data set; of one that torchvision would have to read, without its checksum.

    Args:
        spec: What is asked.
        data_root: torchvision's folder.

    Raises:
        DatasetError: it is missing, damaged, or not what is expected.
        PlanError: there is no such data set.
    """
    _check_name(spec)
    if data_root is None and not is_embedded(spec.name):
        return expected_facts(spec.name)
    return load(spec, data_root=data_root).facts


def _check_name(spec: DataSpec) -> None:
    if spec.name not in MNIST_LIKE:
        raise PlanError(
            f"data.name: unknown data set {spec.name!r}: expected one of {', '.join(MNIST_LIKE)}"
            f"{did_you_mean(spec.name, MNIST_LIKE)}"
        )
