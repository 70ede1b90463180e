"""A data set in a user's npz file. Nothing in it is unpickled."""

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from backends.file_io import read_regular_file
from harness.data.dataset import Dataset
from harness.data.own_arrays import OwnArrays
from harness.errors import DatasetError

_MOST_BYTES = 2**31
_ARRAYS = tuple(OwnArrays.__dataclass_fields__)


def load_own_file(path: Path, *, name: str) -> Dataset:
    """Return the data set in an npz file.

    Args:
        path: The file.
        name: Of the data set.

    Raises:
        DatasetError: the file cannot be read, or holds something else.
    """
    who = f"data file {path}"
    try:
        content = read_regular_file(path, limit=_MOST_BYTES)
    except OSError as error:
        raise DatasetError(
            f"{who} cannot be read: {error.strerror or error}; expected an npz file of at most {_MOST_BYTES:,} bytes. Relative paths "
            "begin at the plan's folder, or at --data-root where that is given; a Dask worker needs the file at the same place"
        ) from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            n_bytes = sum(part.file_size for part in parts.infolist())
        if n_bytes > _MOST_BYTES:
            raise DatasetError(
                f"{who} holds {n_bytes:,} bytes of arrays, expected at most {_MOST_BYTES:,}; leave samples out"
            )
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            unknown = [found for found in file.files if found not in _ARRAYS]
            if unknown or "labels" not in file.files:
                raise DatasetError(
                    f"{who} has the arrays {', '.join(file.files) or 'none'}; expected labels, images or vectors, and no others than "
                    f"{', '.join(_ARRAYS)}"
                )
            arrays = OwnArrays(**{found: file[found] for found in file.files})
    except (ValueError, EOFError, OSError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(
            f"{who} is not an npz file of numbers and texts (np.savez; arrays of objects are not read): {error}"
        ) from error
    return arrays.dataset(name, who=who)
