"""Reading and writing in a results folder: what each refusal is called, and what it advises."""

import errno
import os

import pytest

from harness.errors import DamagedError, DiskError, StoreError
from harness.records import disk


def _refusing(monkeypatch, name, number):
    def refuse(*args, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(disk, name, refuse)


def test_a_file_is_read_up_to_its_limit(tmp_path):
    """A file of exactly the limit is read, one of a byte more is damaged."""
    path = tmp_path / "x"
    path.write_bytes(b"abcd")

    assert disk.read_file(path, limit=4) == b"abcd"
    with pytest.raises(DamagedError, match=r"x is damaged: it .* 3 "):
        disk.read_file(path, limit=3)


def test_what_is_no_file_is_damaged(tmp_path):
    """A missing file, a link to nothing, a circle of links, a folder, a FIFO and a socket's error: another must take its place."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "fifo")
    for name in ("missing", "nowhere", "circle", "fifo"):
        with pytest.raises(DamagedError, match=f"{name} is damaged: "):
            disk.read_file(tmp_path / name, limit=10)
    for number in (errno.ENXIO, errno.ENODEV):
        assert isinstance(disk.unreadable(tmp_path, OSError(number, "x")), DamagedError)


def test_a_file_that_may_not_be_read_is_not_damaged(tmp_path, monkeypatch):
    """Its content may be sound: the message asks for the right to read it."""
    _refusing(monkeypatch, "read_regular_file", errno.EACCES)

    with pytest.raises(StoreError, match=r"x cannot be read: Permission denied; give yourself the right") as caught:
        disk.read_file(tmp_path / "x", limit=10)
    assert not isinstance(caught.value, DamagedError)


def test_an_error_without_a_text_is_shown_whole(tmp_path):
    """Some systems' errors have a number alone, or a text alone."""
    assert "cannot be read: mine;" in str(disk.unreadable(tmp_path, OSError("mine")))


def test_a_folder_is_listed_in_order(tmp_path):
    """Hidden files too; a missing folder holds nothing."""
    for name in ("b", "a", ".c"):
        (tmp_path / name).touch()

    assert [path.name for path in disk.list_folder(tmp_path)] == [".c", "a", "b"]
    assert disk.list_folder(tmp_path / "missing") == []


def test_a_folder_that_cannot_be_listed_is_not_empty(tmp_path):
    """A file in its place is an error that names it."""
    (tmp_path / "file").touch()

    with pytest.raises(
        StoreError, match=rf"folder {tmp_path}/file cannot be read: Not a directory; give yourself the right"
    ):
        disk.list_folder(tmp_path / "file")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOENT, "make the folder first"),
        (errno.EISDIR, "a folder is in its place; move it away"),
        (errno.EACCES, "choose a folder that can be written"),
        (errno.EPERM, "choose a folder that can be written"),
        (errno.EROFS, "choose a folder that can be written"),
        (errno.ENOSPC, "free the disk or choose another folder"),
    ],
)
def test_a_refusal_has_its_remedy(tmp_path, monkeypatch, number, remedy):
    """Writing and deleting: the file, its size, the system's reason and what helps against it."""
    _refusing(monkeypatch, "write_then_rename", number)
    reason = os.strerror(number)

    with pytest.raises(
        DiskError, match=rf"x \(3 bytes\) cannot be written: {reason}; {remedy}; what was written earlier is intact"
    ):
        disk.write_atomically(tmp_path / "x", b"abc")
    monkeypatch.setattr(disk.Path, "unlink", lambda path, missing_ok=False: disk.write_then_rename())
    with pytest.raises(DiskError, match=rf"x cannot be deleted: {reason}; {remedy}$"):
        disk.remove(tmp_path / "x")


def test_everything_can_be_deleted(tmp_path):
    """A file, a folder with files, a link and not what it leads to; a missing one is no error."""
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "file").touch()
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "file").touch()
    for name in ("folder", "link", "file", "missing"):
        disk.remove(tmp_path / name)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_is_there_and_what_is_a_folder(tmp_path):
    """A link counts for what it leads to where a folder is asked for, and for itself where anything is."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "to_folder").symlink_to(tmp_path / "folder")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    names = (
        "folder",
        "file",
        "to_folder",
        "broken",
        "circle",
        "missing",
        "file/below",
        "missing/below",
        "circle/below",
    )

    assert [name for name in names if disk.is_folder(tmp_path / name)] == ["folder", "to_folder"]
    assert [name for name in names if disk.is_there(tmp_path / name)] == list(names[:5])


@pytest.mark.parametrize(("ask", "asked"), [(disk.is_folder, "stat"), (disk.is_there, "lstat")])
def test_what_may_not_be_asked_is_not_missing(tmp_path, monkeypatch, ask, asked):
    """Where a folder above may not be entered, nobody knows: that is an error."""

    def refuse(path, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(disk.Path, asked, refuse)

    with pytest.raises(StoreError, match="x cannot be read: Permission denied; give yourself the right"):
        ask(tmp_path / "x")


def test_files_are_read_up_to_a_gibibyte():
    """Weights of large models are read, and a device is not read without end."""
    assert disk.MAX_FILE_BYTES == 1024**3
