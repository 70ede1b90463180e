"""Classes of images as text: a byte an image, compressed with zlib, in base64. 10,000 images take 6 KB."""

import base64
import binascii
import zlib

import numpy as np

from harness.errors import DamagedError

_MOST_BYTES = 2**24  # images; a text that unpacks to more is damaged
_LEVEL = 9


def pack(classes: np.ndarray, *, beside: np.ndarray | None = None) -> str:
    """Return classes as text.

    Args:
        classes: Whole numbers from 0 to 255, shape (n_images,).
        beside: Classes that are mostly equal, for example the predictions beside the true classes: the text becomes a
            tenth as long, and is read with them.
    """
    shorter = zlib.compressobj(_LEVEL, zdict=_bytes(beside)) if beside is not None else zlib.compressobj(_LEVEL)
    return base64.b64encode(shorter.compress(_bytes(classes)) + shorter.flush()).decode()


def unpack(text: str, *, beside: np.ndarray | None = None) -> np.ndarray:
    """Return the classes in a text, uint8, shape (n_images,).

    Raises:
        DamagedError: the text is not what ``pack`` returned.
    """
    longer = zlib.decompressobj(zdict=_bytes(beside)) if beside is not None else zlib.decompressobj()
    try:
        content = longer.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise DamagedError(f"classes of images cannot be unpacked: {error}") from error
    if not longer.eof:
        raise DamagedError("classes of images cannot be unpacked: the text ends early, or holds too many images")
    return np.frombuffer(content, dtype=np.uint8)


def _bytes(classes: np.ndarray) -> bytes:
    return classes.astype(np.uint8, casting="same_kind" if classes.dtype.kind == "u" else "unsafe").tobytes()
