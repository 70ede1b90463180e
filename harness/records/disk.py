"""Durable writing: a file comes onto the disk whole or not at all, and a refusal names the file and the remedy."""

import errno
from pathlib import Path

from backends.file_io import write_then_rename
from harness.errors import DiskError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a machine that lost power, sees all of it or none.

    When this returns, the file is on the disk.

    Raises:
        DiskError: the disk refuses the file; what was there before is still there.
    """
    try:
        write_then_rename(path, content)
    except OSError as error:
        raise DiskError(
            f"{path} ({len(content)} bytes) cannot be written: {error.strerror or error}; {_remedy(error)}; what was written "
            "earlier is intact"
        ) from error


def _remedy(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "make the folder first"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "choose a folder that can be written"
    return "free the disk or choose another folder"
