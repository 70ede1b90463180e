"""The data files that come with the package, checked before use. harness/data/embedded/README.md says what they are."""

import hashlib
import importlib.resources
import io
import zipfile

import numpy as np

from harness.errors import DatasetError

_SHA256 = {
    "mnist-train-5000.npz": "04ac74d7f192093a33c3ab355e4a78180aa26900bfff143bf917c33d97622576",
    "mnist-test-10000.npz": "af5595f05f0cc260498196e07655cfa443d2d96874d5ba0dcfeaea06defbda81",
    "digits-1797.npz": "b2dab7b501728c22e9119ad76740b2e17c77a231e42d1e592380d90886f1a05e",
}


def read_embedded(file: str) -> dict[str, np.ndarray]:
    """Return the arrays ``images`` and ``labels`` of an embedded file.

    Raises:
        DatasetError: the file is missing, damaged, or holds something else.
    """
    where = f"embedded data file harness/data/embedded/{file}"
    try:
        content = (importlib.resources.files("harness.data") / "embedded" / file).read_bytes()
    except OSError as error:
        raise DatasetError(f"{where} cannot be read: {error}; reinstall the package") from error
    found = hashlib.sha256(content).hexdigest()
    if found != _SHA256[file]:
        raise DatasetError(
            f"{where} is damaged: expected SHA-256 {_SHA256[file]}, found {found}; reinstall the package"
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in ("images", "labels")}
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"{where} is not an npz file with arrays 'images' and 'labels' of numbers: {error}; reinstall the package"
        ) from error
