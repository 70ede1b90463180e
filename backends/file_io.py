"""Files as this project reads and writes them: only regular files of limited size are read, and a file is written whole.

A link to ``/dev/zero`` would fill the memory and a FIFO would block for ever; both are refused before a byte is read.
"""

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

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
    with _opened(path) as file:
        _check_size(os.fstat(file.fileno()), path, limit=limit)
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _too_large(path, len(content), limit)
    return content


def read_tail(path: Path, *, limit: int) -> bytes:
    """Return the last bytes of a regular file, at most ``limit``.

    Raises:
        UnsuitableFileError: the path is a FIFO, a device or a folder.
        OSError: the file cannot be read.
    """
    with _opened(path) as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - limit))
        return file.read(limit)


def check_regular_file(path: Path, *, limit: int) -> None:
    """Check, for a library that opens the path itself, what ``read_regular_file`` checks.

    Raises:
        UnsuitableFileError: the path is a FIFO, a device or a folder, or the file is larger than the limit.
        OSError: there is no such file.
    """
    facts = path.stat()
    _check_kind(facts, path)
    _check_size(facts, path, limit=limit)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    # O_NONBLOCK: opening a FIFO that has no writer would wait for one.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_kind(os.fstat(handle), path)
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def _check_kind(facts: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise UnsuitableFileError(errno.EINVAL, "it is not a regular file", str(path))


def _check_size(facts: os.stat_result, path: Path, *, limit: int) -> None:
    if facts.st_size > limit:
        raise _too_large(path, facts.st_size, limit)


def _too_large(path: Path, size: int, limit: int) -> UnsuitableFileError:
    return UnsuitableFileError(errno.EFBIG, f"it has {size} bytes or more; at most {limit} are read", str(path))


def open_to_append(path: Path) -> BinaryIO:
    """Open a regular file to write at its end; a missing file is made.

    Raises:
        UnsuitableFileError: the path is a FIFO or a device.
        OSError: the file cannot be opened.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(path, flags, 0o666)
    try:
        _check_kind(os.fstat(handle), path)
    except BaseException:
        os.close(handle)
        raise
    return os.fdopen(handle, "ab")


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
