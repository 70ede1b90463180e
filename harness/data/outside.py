"""Data sets of other packages: functions of the entry point group ``quantum_head_bench.datasets``, or "package.module:function"."""

import functools
import importlib.metadata
import traceback
from collections.abc import Mapping
from typing import Any

from harness.data.dataset import Dataset
from harness.data.own_arrays import OwnArrays
from harness.errors import DatasetError

GROUP = "quantum_head_bench.datasets"


@functools.cache
def outside_datasets() -> dict[str, importlib.metadata.EntryPoint]:
    """Return the entry points of ``GROUP`` by name, read from metadata: nothing is imported.

    Raises:
        DatasetError: two distributions offer the same name.
    """
    found: dict[str, importlib.metadata.EntryPoint] = {}
    for point in importlib.metadata.entry_points(group=GROUP):
        if found.setdefault(point.name, point) is not point:
            raise DatasetError(
                f"data set {point.name!r} is offered twice, by {found[point.name].value} and {point.value}; uninstall one"
            )
    return dict(sorted(found.items()))


def load_outside(name: str, options: Mapping[str, Any]) -> Dataset:
    """Return the data set that a function of another package returns.

    Args:
        name: Of an entry point, or "package.module:function".
        options: The function's keyword arguments.

    Raises:
        DatasetError: the function cannot be imported, raises, or returns something else than ``OwnArrays``.
    """
    known = outside_datasets()
    point = known[name] if name in known else importlib.metadata.EntryPoint(name, name, GROUP)
    who = f"data set {name!r} ({point.value})" if name in known else f"data set {name!r}"
    try:
        found = point.load()(**options)
    except Exception as error:  # an outside function may raise anything
        line = traceback.extract_tb(error.__traceback__)[-1]
        raise DatasetError(
            f"{who} failed: {type(error).__name__}: {error} ({line.filename}:{line.lineno}); expected a function of the options "
            f"({', '.join(options) or 'none'}) that returns harness.data.own_arrays.OwnArrays"
        ) from error
    if not isinstance(found, OwnArrays):
        raise DatasetError(
            f"{who}: expected it to return harness.data.own_arrays.OwnArrays, got {type(found).__name__}"
        )
    return found.dataset(name, who=who)
