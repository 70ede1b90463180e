"""Access to a results folder: files of limited size are read, files are written whole, and each refusal names the remedy."""

import errno
import os
import shutil
import stat
from pathlib import Path

from backends.file_io import UnsuitableFileError, read_regular_file, write_then_rename
from harness.errors import DamagedError, DiskError, StoreError

MAX_FILE_BYTES = 2**30  # of weights, a checkpoint or a log; those of the paper's model take 1.3 MB at most
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # a loop of symbolic links
_NOT_A_FILE = (*_NOTHING_THERE, errno.ENXIO, errno.ENODEV)  # a socket, a device without a driver


def read_file(path: Path, *, limit: int) -> bytes:
    """Return the content of a file that should be a regular file of at most ``limit`` bytes.

    Raises:
        DamagedError: there is no such file: it is missing, a broken link, a FIFO, a device or a folder, or it is too large.
        StoreError: the file cannot be read.
    """
    try:
        return read_regular_file(path, limit=limit)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> StoreError:
    """Return the error for a file that could not be read: a DamagedError where another file must take its place."""
    reason = error.strerror or error
    if isinstance(error, UnsuitableFileError) or error.errno in _NOT_A_FILE:
        return DamagedError(f"{path} is damaged: {reason}")
    return StoreError(f"{path} cannot be read: {reason}; {_remedy_of_reading(error)}")


def list_folder(folder: Path) -> list[Path]:
    """Return the paths in a folder, sorted; a missing folder holds nothing.

    Not ``Path.glob``, which takes an unreadable folder for an empty one.

    Raises:
        StoreError: the folder cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / entry.name for entry in entries)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(
            f"folder {folder} cannot be read: {error.strerror or error}; {_remedy_of_reading(error)}"
        ) from error


def is_folder(path: Path) -> bool:
    """Return whether there is a folder, or a link to one.

    Not ``Path.is_dir``, which before Python 3.14 raises an error of its own where a folder above may not be entered.

    Raises:
        StoreError: a folder above may not be entered.
    """
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return False
        raise unreadable(path, error) from error


def is_there(path: Path) -> bool:
    """Return whether there is a file, folder or link, a broken one too.

    Not ``os.path.lexists``, which takes an unreadable folder above for a missing file.

    Raises:
        StoreError: a folder above may not be entered.
    """
    try:
        path.lstat()
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return False
        raise unreadable(path, error) from error
    return True


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


def remove(path: Path) -> None:
    """Delete a file, a link, a FIFO, or a folder with all that is in it; a missing one is no error.

    Raises:
        DiskError: the disk refuses it.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DiskError(f"{path} cannot be deleted: {error.strerror or error}; {_remedy(error)}") from error


def _remedy_of_reading(error: OSError) -> str:
    return (
        "check the disk" if error.errno == errno.EIO else "give yourself the right to read it, or name another folder"
    )


def _remedy(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "make the folder first"
    if error.errno == errno.EISDIR:
        return "a folder is in its place; move it away"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "choose a folder that can be written"
    return "free the disk or choose another folder"
