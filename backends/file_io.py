"""Files as this project reads and writes them: only regular files of limited size are read, and a file is written whole.

A link to ``/dev/zero`` would fill the memory and a FIFO would block for ever; both are refused before a byte is read.
"""

import contextlib
import errno
import os
import stat
import uuid
from pathlib import Path

CACHE_VARIABLE = "QHB_CACHE_DIR"
PART = ".part"
"""Suffix of a file that is being written. One that is left over is from a process that was killed."""


class UnsuitableFileError(OSError):
    """A file that is not read: not a regular file, or larger than the limit."""


def read_regular_file(path: Path, *, limit: int) -> bytes:
    """Return the content of a regular file of at most ``limit`` bytes.

    Raises:
        UnsuitableFileError: the path is a FIFO, a device or a folder, or the file is larger than the limit.
        OSError: the file cannot be read.
    """
    # O_NONBLOCK: opening a FIFO that has no writer would wait for one.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise UnsuitableFileError(errno.EINVAL, "it is not a regular file", str(path))
        content = file.read(limit + 1) if facts.st_size <= limit else b""
    if max(len(content), facts.st_size) > limit:
        raise UnsuitableFileError(errno.EFBIG, f"it is larger than {limit} bytes", str(path))
    return content


def write_then_rename(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file so that a reader sees all of it or none.

    Args:
        path: The file; one that is there is replaced.
        content: Its bytes.
        durable: Return only once the file is on the disk, so that it survives a loss of power. A cache needs no such
            promise.

    Raises:
        OSError: the disk refuses the file; what was there before is still there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}{PART}")
    try:
        with part.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


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


def user_cache_folder(name: str) -> Path:
    """Return a folder for what can be made again: $QHB_CACHE_DIR/name, else quantum-head-bench/name in the user's cache.

    The user's cache is $XDG_CACHE_HOME, else ~/.cache. The folder need not exist.
    """
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen) / name
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  Path.home() may raise
    return Path(cache) / "quantum-head-bench" / name
