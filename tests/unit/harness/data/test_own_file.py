"""An npz file of a user: read without pickle, checked, and known by its content."""

import os
import struct
import zipfile

import numpy as np
import pytest

from harness.data.load import load
from harness.errors import DatasetError
from harness.spec import DataSpec

_STREAM = np.random.default_rng(0)
_ARRAYS = {
    "images": _STREAM.integers(0, 256, (12, 20, 20)).astype(np.uint8),
    "labels": np.array([3, 5, 8] * 4),
    "class_names": np.array(["three", "five", "eight"]),
}


class _Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_file_is_found_from_a_folder_and_known_by_its_content(tmp_path, save):
    """Its name is the file's; another path or another way of saving is the same data set, another byte is not."""
    save(tmp_path / "mine.npz", **_ARRAYS)
    (tmp_path / "elsewhere").mkdir()
    np.savez(tmp_path / "elsewhere" / "other.npz", **_ARRAYS)
    found = load(DataSpec(path="mine.npz"), data_root=tmp_path)
    same = load(DataSpec(path=str(tmp_path / "elsewhere" / "other.npz")))

    assert (found.name, same.name) == ("mine", "other")
    assert load(DataSpec(path="mine.npz", name="three digits"), data_root=tmp_path).name == "three digits"
    assert (found.facts.shape, found.facts.class_names) == ((1, 20, 20), ("three", "five", "eight"))
    assert found.facts == same.facts
    np.savez(tmp_path / "mine.npz", **_ARRAYS | {"labels": np.array([3, 5, 8] * 3 + [5, 3, 8])})
    assert load(DataSpec(path="mine.npz"), data_root=tmp_path).facts.sha256 != found.facts.sha256


def test_another_content_than_the_expected_is_refused(tmp_path):
    """As where a Dask worker has an older file: both checksums and the file are named."""
    np.savez(tmp_path / "mine.npz", **_ARRAYS)
    sha256 = load(DataSpec(path="mine.npz"), data_root=tmp_path).facts.sha256
    load(DataSpec(path="mine.npz", sha256=sha256), data_root=tmp_path)
    with pytest.raises(
        DatasetError,
        match=rf"'mine' in {tmp_path}/mine.npz is not the one .*: expected .* SHA-256 0000, found {sha256}",
    ):
        load(DataSpec(path="mine.npz", sha256="0000"), data_root=tmp_path)


def test_objects_are_not_unpickled(tmp_path):
    """An array of objects would run code when it is read."""
    objects = np.array([_Bomb(tmp_path / "ran")] * 12, dtype=object)
    for name in ("labels", "images", "class_names"):
        np.savez(tmp_path / "mine.npz", **_ARRAYS | {name: objects})
        with pytest.raises(
            DatasetError, match=r"mine.npz is not an npz file .*arrays of objects are not read\): Object arrays"
        ):
            load(DataSpec(path="mine.npz"), data_root=tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            {"x": "images", "y": "labels"},
            "has the arrays x, y; expected labels, images or vectors, and no others than labels, images,",
        ),
        (
            {"images": "images", "labels": "labels", "lables": "labels"},
            "has the arrays images, labels, lables; expected",
        ),
        ({"images": "images"}, "has the arrays images; expected labels"),
        ({}, "has the arrays none; expected labels"),
    ],
)
def test_arrays_of_other_names_are_refused(tmp_path, names, message):
    """A mistyped name would otherwise be ignored."""
    np.savez(tmp_path / "mine.npz", **{name: _ARRAYS[array] for name, array in names.items()})
    with pytest.raises(DatasetError, match=message):
        load(DataSpec(path="mine.npz"), data_root=tmp_path)


def _text(path):
    path.write_text("1, 2, 3")


def _npy(path):
    with path.open("wb") as file:
        np.save(file, _ARRAYS["images"])


def _cut(path):
    np.savez(path, **_ARRAYS)
    path.write_bytes(path.read_bytes()[:-400])


def _flipped(path):
    np.savez_compressed(path, **_ARRAYS)
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)


def _not_arrays(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("labels.npy", "no array")
        file.writestr("vectors.npy", "no array")


def _huge(path):
    """Claim 10^15 labels in the header of an array."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({10**15},), }}".ljust(117) + "\n"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("labels.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + b"0")


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (_text, "is not an npz file of numbers and texts .*: File is not a zip file"),
        (_npy, "is not an npz file .*not a zip file"),
        (_cut, "is not an npz file"),
        (_flipped, "is not an npz file"),
        (_not_arrays, ": vectors: expected an array of numbers, .*; got bytes"),
        (_huge, "is not an npz file"),
        (lambda path: path.mkdir(), "cannot be read: .*expected an npz file of at most 2,147,483,648 bytes"),
        (lambda path: os.mkfifo(path), "cannot be read: .*not a regular file"),
        (
            lambda path: None,
            "cannot be read: No such file.*begin at the plan's folder, or at --data-root .*Dask worker needs the file",
        ),
    ],
)
def test_files_of_another_kind_are_refused_by_name(tmp_path, write, message):
    """Whatever is there: text, a single array, a damaged file, a folder, a FIFO, or nothing."""
    write(tmp_path / "mine.npz")
    with pytest.raises(DatasetError, match=f"^data file {tmp_path}/mine.npz ?{message}"):
        load(DataSpec(path="mine.npz"), data_root=tmp_path)


def test_a_file_that_unpacks_to_gigabytes_is_refused(tmp_path, monkeypatch):
    """Before it is unpacked."""
    monkeypatch.setattr("harness.data.own_file._MOST_BYTES", 10_000)
    np.savez_compressed(tmp_path / "mine.npz", **_ARRAYS | {"images": np.zeros((12, 64, 64), np.uint8)})
    with pytest.raises(
        DatasetError, match=r"holds 4\d,\d\d\d bytes of arrays, expected at most 10,000; leave samples out"
    ):
        load(DataSpec(path="mine.npz"), data_root=tmp_path)
