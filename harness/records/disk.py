"""How files come onto the disk: whole or not at all, and named when the disk refuses."""

import errno
import os
import uuid
from pathlib import Path

from harness.errors import DiskError

PART = ".part"
"""What the name of a file ends in that is being written; one that lies about was left by a process that was killed."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a machine that lost power, sees all of it or none; returning, it is on the disk.

    Raises:
        DiskError: the disk refuses it; what was there before is still there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}{PART}")
    try:
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
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


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk.

    Raises:
        OSError: the disk refuses it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
