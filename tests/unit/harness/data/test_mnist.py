"""MNIST's images: embedded, or from torchvision's folder; damage is found before use."""

import gzip
import hashlib
import io
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from harness.data import embedded_files, mnist
from harness.data.dataset import Samples
from harness.data.load import facts_of, load
from harness.errors import DatasetError, PlanError
from harness.spec import DataSpec

_ORIGINALS = Path(__file__).parents[5] / "shared" / "data" / "mnist"
_FILES = {
    "train-images-idx3-ubyte": (16, (60_000, 28, 28)),
    "train-labels-idx1-ubyte": (8, (60_000,)),
    "t10k-images-idx3-ubyte": (16, (10_000, 28, 28)),
    "t10k-labels-idx1-ubyte": (8, (10_000,)),
}


@pytest.fixture(scope="module")
def originals():
    if not _ORIGINALS.is_dir():
        pytest.skip("the original MNIST files are not at hand (../shared/data/mnist)")
    arrays = {}
    for name, (header, shape) in _FILES.items():
        content = gzip.decompress((_ORIGINALS / f"{name}.gz").read_bytes())
        arrays[name] = np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    return arrays


@pytest.fixture(scope="module")
def embedded():
    return load(DataSpec())


def test_embedded_images_are_the_originals(embedded, originals):
    """The shipped files hold the first 5,000 training and all 10,000 test images of MNIST, byte for byte."""
    assert (embedded.training.values[:, 0] == originals["train-images-idx3-ubyte"][:5000]).all()
    assert (embedded.training.labels == originals["train-labels-idx1-ubyte"][:5000]).all()
    assert (embedded.test.values[:, 0] == originals["t10k-images-idx3-ubyte"]).all()
    assert (embedded.test.labels == originals["t10k-labels-idx1-ubyte"]).all()


def test_damaged_embedded_file_is_named(monkeypatch, tmp_path):
    """One flipped bit in a shipped file ends in an error that states the expected and the found checksum."""
    source = Path(mnist.__file__).parent / "embedded"
    (tmp_path / "embedded").mkdir()
    for name in embedded_files._SHA256:
        content = bytearray((source / name).read_bytes())
        content[1000] ^= 1
        (tmp_path / "embedded" / name).write_bytes(content)
    monkeypatch.setattr(embedded_files.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(
        DatasetError, match=r"mnist-train-5000.npz is damaged: expected SHA-256 04ac74d7\w+, found \w{64}"
    ):
        load(DataSpec())


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.array([None])}, "Object arrays cannot be loaded"),
        ({"labels": np.zeros(1)}, "images"),
        (None, "not a zip file"),
    ],
)
def test_an_embedded_file_of_something_else_is_named(monkeypatch, tmp_path, arrays, message):
    """A file with the expected checksum that holds objects or other arrays, or is no npz file, is refused by name."""
    (tmp_path / "embedded").mkdir()
    for name in embedded_files._SHA256:
        path = tmp_path / "embedded" / name
        if arrays is None:
            path.write_bytes(b"PK\x03\x04 and no more")
        else:
            np.savez(path, **arrays)
        monkeypatch.setitem(embedded_files._SHA256, name, hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(embedded_files.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(DatasetError, match=f"mnist-train-5000.npz is not an npz file .*{message}.*reinstall"):
        load(DataSpec())


def test_images_of_another_type_are_refused(monkeypatch, embedded):
    """Pixels of another type than uint8 would be scaled wrongly; the type is named."""
    monkeypatch.setattr(mnist, "_embedded", lambda file: embedded.test._replace(values=np.zeros((10_000, 1, 28, 28))))

    with pytest.raises(DatasetError, match="expected pixels and labels of uint8, got float64 and uint8"):
        load(DataSpec())


def test_a_wrong_magic_number_is_named(tmp_path):
    """Files with torchvision's names that do not begin as IDX files do are refused with the reason."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in _FILES:
        (raw / name).write_bytes(bytes(100))

    with pytest.raises(
        DatasetError,
        match=r"cannot be read from .*: a file there is not of the IDX format \(wrong magic number\); expected",
    ):
        load(DataSpec(name="mnist"), data_root=tmp_path)


def test_a_missing_embedded_file_is_named(monkeypatch, tmp_path):
    """An installation that has lost a file says which, and what to do."""
    monkeypatch.setattr(embedded_files.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(DatasetError, match=r"embedded/mnist-train-5000.npz cannot be read: .*; reinstall the package"):
        load(DataSpec())


@pytest.mark.parametrize(
    ("name", "folder"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST"), ("kmnist", "KMNIST")]
)
def test_torchvision_reads_its_folder(embedded, originals, tmp_path, name, folder):
    """Through torchvision a data set is read from its own folder; MNIST's files give the images that are built in."""
    raw = tmp_path / folder / "raw"
    raw.mkdir(parents=True)
    for file in _FILES:
        with gzip.open(_ORIGINALS / f"{file}.gz") as source, (raw / file).open("wb") as target:
            shutil.copyfileobj(source, target)

    found = load(DataSpec(name=name), data_root=tmp_path)

    assert len(found.training.labels) == 60_000
    assert (found.training.values[:5000] == embedded.training.values).all()
    assert (found.test.labels == embedded.test.labels).all()


def test_missing_folder_says_what_to_give(tmp_path):
    """A data set that is not embedded names the options that lead to it; an empty folder names the expected layout."""
    with pytest.raises(DatasetError, match="give --data-root FOLDER"):
        load(DataSpec(name="kmnist"))
    with pytest.raises(DatasetError, match=r"expected torchvision's layout KMNIST/raw"):
        load(DataSpec(name="kmnist"), data_root=tmp_path)


def _idx(array):
    """Return an array of bytes as an IDX file: magic number with the number of dimensions, sizes, values."""
    return bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape) + array.tobytes()


@pytest.mark.parametrize(
    ("name", "folder"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST"), ("kmnist", "KMNIST")]
)
def test_images_come_from_torchvisions_folder(tmp_path, name, folder):
    """Each data set is read from its own folder, training and test images each from their own files."""
    raw = tmp_path / folder / "raw"
    raw.mkdir(parents=True)
    stream, expected = np.random.default_rng(6), {}
    for prefix, n_images in (("train", 12), ("t10k", 7)):
        pixels = stream.integers(0, 256, (n_images, 28, 28)).astype(np.uint8)
        labels = stream.integers(0, 10, n_images).astype(np.uint8)
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(_idx(pixels))
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(_idx(labels))
        expected[prefix] = (pixels, labels)
    found = load(DataSpec(name=name), data_root=tmp_path)

    assert found.name == name
    for part, (pixels, labels) in zip((found.training, found.test), expected.values(), strict=True):
        assert (part.values.dtype, part.labels.dtype) == (np.uint8, np.uint8)
        assert (part.values[:, 0] == pixels).all()
        assert (part.labels == labels).all()
    content = b"".join(array.tobytes() for part in expected.values() for array in part)
    assert found.facts.sha256 == hashlib.sha256(content).hexdigest()


def test_nothing_is_fetched_unasked(tmp_path, monkeypatch):
    """Only download = True lets torchvision use the network."""
    asked = []

    class Sets:
        @staticmethod
        def MNIST(root, *, train, download):  # noqa: N802  torchvision's name
            asked.append((root, train, download))
            return SimpleNamespace(data=torch.zeros(1, 28, 28), targets=torch.zeros(1))

    monkeypatch.setattr("harness.data.torchvision_import.datasets", lambda: Sets)
    load(DataSpec(name="mnist"), data_root=tmp_path)
    load(DataSpec(name="mnist"), data_root=tmp_path, download=True)

    assert asked == [(str(tmp_path), train, download) for download in (False, True) for train in (True, False)]


def _images(n_images, *, size=28, label=9):
    return Samples(np.zeros((n_images, 1, size, size), np.uint8), np.full(n_images, label, np.uint8))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (_images(3, size=27), r"got pixels of shape \(3, 1, 27, 27\) and 3 labels up to 9"),
        (_images(0), r"got pixels of shape \(0, 1, 28, 28\) and 0 labels up to 0"),
        (_images(3, label=10), r"got pixels of shape \(3, 1, 28, 28\) and 3 labels up to 10"),
        (Samples(_images(3).values, _images(2).labels), r"got pixels of shape \(3, 1, 28, 28\) and 2 labels up to 9"),
    ],
)
def test_images_of_another_kind_are_refused(monkeypatch, images, message):
    """Size, number and classes are checked, with what was found; one image of class 9 is enough."""
    monkeypatch.setattr(mnist, "_embedded", lambda file: _images(1))
    assert len(load(DataSpec()).test.labels) == 1
    monkeypatch.setattr(mnist, "_embedded", lambda file: images)

    with pytest.raises(DatasetError, match=r"'mnist-5000': expected images of 28 x 28 and labels 0-9, " + message):
        load(DataSpec())


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_pickled_objects_are_not_loaded(monkeypatch, tmp_path):
    """An npz file may hold pickled objects, which run code: they are refused even where the checksum is right."""
    content = io.BytesIO()
    np.savez(content, images=np.array([Bomb(tmp_path / "ran")], dtype=object), labels=np.zeros(1, np.uint8))
    (tmp_path / "embedded").mkdir()
    for name in embedded_files._SHA256:
        (tmp_path / "embedded" / name).write_bytes(content.getvalue())
    monkeypatch.setattr(
        embedded_files, "_SHA256", dict.fromkeys(embedded_files._SHA256, hashlib.sha256(content.getvalue()).hexdigest())
    )
    monkeypatch.setattr(embedded_files.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(DatasetError, match=r"train-5000.npz is not an npz file .*: Object arrays cannot be loaded"):
        load(DataSpec())
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["mnist-5000", "mnist", "fashion-mnist", "kmnist"])
def test_facts_are_known_without_files(name):
    """What runs would cost can be told where torchvision has fetched nothing; there is then no checksum."""
    found = facts_of(DataSpec(name=name))

    assert (found.shape, found.n_classes, found.n_test) == ((1, 28, 28), 10, 10_000)
    assert found.n_training == (5000 if name == "mnist-5000" else 60_000)
    assert (found.sha256 == "") == (name != "mnist-5000")


def test_facts_of_the_embedded_images(embedded):
    """They are those of the arrays, and the checksum is that of the published runs."""
    assert embedded.facts == facts_of(DataSpec())
    assert embedded.facts.class_names == tuple("0123456789")
    assert embedded.facts.sha256 == "65002eb179e5d9198f5592a2b9501c76fd746cd3a36811dffc62014abcae7949"


def test_an_unknown_name_is_refused():
    """With what was meant."""
    with pytest.raises(
        PlanError, match=r"data.name: unknown data set 'mnits': expected one of mnist-5000, .*did you mean 'mnist'"
    ):
        load(DataSpec(name="mnits"))
