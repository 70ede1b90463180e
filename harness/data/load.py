"""A plan's [data] becomes a data set."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from backends.errors import did_you_mean
from harness.data import digits
from harness.data.chosen_classes import with_classes
from harness.data.dataset import DataFacts, Dataset
from harness.data.digits import load_digits
from harness.data.generators import GENERATORS
from harness.data.generators.generator import GeneratorOptions, generate
from harness.data.mnist import MNIST_LIKE, expected_facts, is_embedded, load_mnist_like
from harness.data.outside import load_outside, outside_datasets
from harness.data.own_file import load_own_file
from harness.errors import DatasetError, PlanError
from harness.spec import DataSpec


def load(spec: DataSpec, *, data_root: Path | None = None, download: bool = False) -> Dataset:
    """Return the data set that a spec names, checked.

    Args:
        spec: What is asked.
        data_root: torchvision's folder; of ``spec.path`` the folder where a relative path begins.
        download: Let torchvision fetch what is not there.

    Raises:
        DatasetError: it is missing, damaged, or not what is expected.
        PlanError: there is no such data set, or it has no such options.
    """
    found = _loaded(spec, data_root, download)
    if spec.sha256 not in (None, found.facts.sha256):
        where = "" if spec.path is None else f" in {(data_root or Path()) / spec.path}"
        raise DatasetError(
            f"data set {spec.name!r}{where} is not the one that was asked for: expected content with SHA-256 {spec.sha256}, found "
            f"{found.facts.sha256}; it was changed since the plan was read, or another one is here"
        )
    return found if spec.classes is None else with_classes(found, spec.classes)


def facts_of(spec: DataSpec, *, data_root: Path | None = None) -> DataFacts:
    """Return the facts of a data set; of one that torchvision would have to read, without its checksum.

    Args:
        spec: What is asked.
        data_root: As of ``load``.

    Raises:
        DatasetError: it is missing, damaged, or not what is expected.
        PlanError: there is no such data set, or it has no such options.
    """
    unread = spec.path is None and spec.name in MNIST_LIKE and data_root is None and not is_embedded(spec.name)
    if unread and spec.classes is None:
        return expected_facts(spec.name)
    return load(spec, data_root=data_root).facts


def resolved_options(spec: DataSpec) -> dict[str, Any]:
    """Return the options of a data set with every default filled in, as JSON values.

    Raises:
        PlanError: it has no such options.
    """
    if spec.path is None and spec.name in GENERATORS:
        return _generator_options(spec.name, spec.options).model_dump(mode="json")
    if spec.options and (spec.path is not None or spec.name in (*MNIST_LIKE, digits.NAME)):
        raise PlanError(
            f"data.options: data set {spec.name!r} has no options, got {', '.join(spec.options)}; leave them out"
        )
    return spec.options


def names() -> tuple[str, ...]:
    """Return the names of all data sets: ours, and those of installed packages."""
    return (*MNIST_LIKE, digits.NAME, *GENERATORS, *outside_datasets())


def _loaded(spec: DataSpec, data_root: Path | None, download: bool) -> Dataset:
    options = resolved_options(spec)
    if spec.path is not None:
        return load_own_file((data_root or Path()) / spec.path, name=spec.name)
    if spec.name in MNIST_LIKE:
        return load_mnist_like(spec.name, data_root=data_root, download=download)
    if spec.name == digits.NAME:
        return load_digits()
    if spec.name in GENERATORS:
        return generate(spec.name, GENERATORS[spec.name], _generator_options(spec.name, options))
    if spec.name in outside_datasets() or ":" in spec.name:
        return load_outside(spec.name, options)
    known = names()
    raise PlanError(
        f"data.name: unknown data set {spec.name!r}: expected one of {', '.join(known)}, or package.module:function, or "
        f"path = 'mine.npz' for a file of your own{did_you_mean(spec.name, known)}"
    )


def _generator_options(name: str, options: Mapping[str, Any]) -> GeneratorOptions:
    kind = GENERATORS[name].Options
    try:
        return kind.model_validate(dict(options), strict=True)
    except pydantic.ValidationError as error:
        found = error.errors()[0]
        key = ".".join(map(str, found["loc"]))
        if found["type"] == "extra_forbidden":
            raise PlanError(
                f"data.options: data set {name!r} has no option {key!r}{did_you_mean(key, kind.model_fields)} "
                f"(known: {', '.join(kind.model_fields)})"
            ) from None
        raise PlanError(f"data.options.{key} of {name!r}: {found['msg']}, got {found['input']!r}") from None
