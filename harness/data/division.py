"""Which samples train, validate and test: 8:2 into training and test, and the former 8:2 again (Sec. 3 of the paper)."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from harness.data.dataset import DataFacts, Dataset
from harness.errors import DatasetError
from harness.spec import DataSpec, RunSpec

_NOT_OF_THE_DIVISION = {"pixel_scaling", "labels", "options"}


class Sizes(NamedTuple):
    """Numbers of samples to train, validate and test with."""

    training: int
    validation: int
    test: int


class Division(NamedTuple):
    """Places of the samples of each part in the training file.

    Attributes:
        test: Those that test; empty where the data set's own test file does.
        rest: The others. Those that validate come first.
        n_validation: How many of these validate.
    """

    test: np.ndarray
    rest: np.ndarray
    n_validation: int


def sizes_of(spec: DataSpec, facts: DataFacts) -> Sizes:
    """Return how many samples each part has."""
    n_test = spec.n_images // 5 if spec.test == "split" else 0
    n_validation = (spec.n_images - n_test) // 5
    return Sizes(spec.n_images - n_test - n_validation, n_validation, n_test or facts.n_test)


def divide(dataset: Dataset, spec: DataSpec, *, seed: int) -> Division:
    """Divide the first ``n_images`` samples of the training file.

    The test samples depend on ``spec.split_seed`` alone, so that all runs are compared on the same ones; which of the
    others train and which validate depends on the run's seed as well.

    Raises:
        DatasetError: the data set has too few samples.
    """
    check_sizes(spec, dataset.facts, name=dataset.name)
    labels = dataset.training.labels
    chosen = _spread(labels)[: spec.n_images] if spec.stratified else np.arange(spec.n_images)
    order = np.random.default_rng([spec.split_seed, 1]).permutation(chosen)
    order = order[_spread(labels[order])] if spec.stratified else order
    n_training, n_validation, _ = sizes_of(spec, dataset.facts)
    n_test = spec.n_images - n_training - n_validation  # those of the training file
    rest = np.random.default_rng([spec.split_seed, 2, seed]).permutation(order[n_test:])
    rest = rest[_spread(labels[rest])] if spec.stratified else rest
    return Division(order[:n_test], rest, n_validation)


def _spread(labels: np.ndarray) -> np.ndarray:
    """Return an order in which each class is spread evenly, so that every beginning has the classes in their proportions.

    The k-th of n samples of a class stands at the share (k + 1/2) / n of the order; among equals the earlier one comes first.
    """
    by_class = np.argsort(labels, kind="stable")
    counts = np.bincount(labels)
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(labels), np.int64)
    rank[by_class] = np.arange(len(labels)) - starts[labels[by_class]]
    share = (2 * rank + 1) / counts[labels]  # equal fractions give equal floats, so that no rounding decides the order
    return np.argsort(share, kind="stable")


def check_sizes(spec: DataSpec, facts: DataFacts, *, name: str) -> None:
    """Refuse to take more samples than a data set has.

    Args:
        spec: What is asked.
        facts: Of the data set.
        name: Its name, for messages.

    Raises:
        DatasetError: it has too few.
    """
    if spec.n_images > facts.n_training:
        raise DatasetError(
            f"data set {name!r} has {facts.n_training} training images, n_images = {spec.n_images} were asked for; ask for fewer"
            + (", or use --data-root with data.name = 'mnist'" if name == "mnist-5000" else "")
        )
    if spec.test == "official" and facts.n_test == 0:
        raise DatasetError(
            f"data set {name!r} has no test images of its own, data.test = 'official' asks for them; use test = 'split'"
        )
    if spec.test == "split" and spec.official_images > facts.n_test:
        raise DatasetError(
            f"data set {name!r} has {facts.n_test} test images, official_images = {spec.official_images} were asked for; "
            f"set data.official_images = {facts.n_test} or fewer"
        )


def check_divisions(dataset: Dataset, specs: Iterable[RunSpec]) -> None:
    """Refuse runs whose division leaves a class without a training sample, each division once.

    Raises:
        DatasetError: a class has none; or the data set has too few samples.
    """
    asked = {(spec.data.model_dump_json(exclude=_NOT_OF_THE_DIVISION), spec.seed): spec for spec in specs}
    for spec in asked.values():
        check_classes(dataset, spec.data, seed=spec.seed)


def check_classes(dataset: Dataset, spec: DataSpec, *, seed: int) -> None:
    """Refuse a division without a training sample of each class.

    Raises:
        DatasetError: a class has none; or the data set has too few samples.
    """
    division = divide(dataset, spec, seed=seed)
    training = division.rest[division.n_validation :]
    counts = np.bincount(dataset.training.labels[training], minlength=dataset.facts.n_classes)
    absent = [name for name, count in zip(dataset.facts.class_names, counts, strict=True) if not count]
    if absent:
        advice = "ask for more images" if spec.stratified else "set data.stratified = true, or ask for more images"
        raise DatasetError(
            f"data set {dataset.name!r} with n_images = {spec.n_images}: none of the {len(training)} training images of seed "
            f"{seed} is of class {', '.join(absent)}; {advice}"
        )
