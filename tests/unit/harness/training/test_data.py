"""The images: embedded, from torchvision's folder, divided as in the paper; damage is found before use."""

import gzip
import hashlib
import io
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from harness.errors import DatasetError
from harness.spec import DataSpec
from harness.training import data

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
    return data.load("mnist-5000")


def test_embedded_images_are_the_originals(embedded, originals):
    """The shipped files hold the first 5,000 training and all 10,000 test images of MNIST, byte for byte."""
    assert (embedded.training.pixels == originals["train-images-idx3-ubyte"][:5000]).all()
    assert (embedded.training.labels == originals["train-labels-idx1-ubyte"][:5000]).all()
    assert (embedded.test.pixels == originals["t10k-images-idx3-ubyte"]).all()
    assert (embedded.test.labels == originals["t10k-labels-idx1-ubyte"]).all()


def test_split_is_the_papers(embedded):
    """5,000 images become 3,200, 800 and 1,000, and no image is in two parts."""
    parts = data.split(embedded, DataSpec(), seed=0)

    assert [len(part.labels) for part in parts[:3]] == [3200, 800, 1000]
    everything = torch.cat([part.images for part in parts[:3]]).flatten(1).numpy()
    kept = embedded.training.pixels.reshape(5000, -1).astype(np.float32) / 255
    assert sorted(map(bytes, everything)) == sorted(map(bytes, kept))


def test_test_images_do_not_depend_on_the_seed(embedded):
    """Runs with different seeds are tested on the same images, and trained on different ones."""
    one, other = (data.split(embedded, DataSpec(), seed=seed) for seed in (0, 1))

    assert torch.equal(one.test.images, other.test.images)
    assert not torch.equal(one.training.images, other.training.images)
    assert torch.equal(one.training.images, data.split(embedded, DataSpec(), seed=0).training.images)


def test_official_test_images(embedded):
    """Test = "official" trains on 4,000, validates on 1,000 and tests on the 10,000 images of the test file."""
    parts = data.split(embedded, DataSpec(test="official"), seed=0)

    assert [len(part.labels) for part in parts[:3]] == [4000, 1000, 10_000]


def test_standard_scaling(embedded):
    """pixel_scaling = "standard" gives the training images zero mean and unit variance, to float32 rounding."""
    training = data.split(embedded, DataSpec(pixel_scaling="standard"), seed=0).training

    assert training.images.double().mean().item() == pytest.approx(0, abs=1e-5)
    assert training.images.double().std(correction=0).item() == pytest.approx(1, abs=1e-5)


def test_damaged_embedded_file_is_named(monkeypatch, tmp_path):
    """One flipped bit in a shipped file ends in an error that states the expected and the found checksum."""
    source = Path(data.__file__).parent / "datasets"
    (tmp_path / "datasets").mkdir()
    for name in data._EMBEDDED:
        content = bytearray((source / name).read_bytes())
        content[1000] ^= 1
        (tmp_path / "datasets" / name).write_bytes(content)
    monkeypatch.setattr(data.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(
        DatasetError, match=r"mnist-train-5000.npz is damaged: expected SHA-256 04ac74d7\w+, found \w{64}"
    ):
        data.load("mnist-5000")


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
    (tmp_path / "datasets").mkdir()
    for name in data._EMBEDDED:
        path = tmp_path / "datasets" / name
        if arrays is None:
            path.write_bytes(b"PK\x03\x04 and no more")
        else:
            np.savez(path, **arrays)
        monkeypatch.setitem(data._EMBEDDED, name, hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(data.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(DatasetError, match=f"mnist-train-5000.npz is not an npz file .*{message}.*reinstall"):
        data.load("mnist-5000")


def test_images_of_another_type_are_refused(monkeypatch, embedded):
    """Pixels of another type than uint8 would be scaled wrongly; the type is named."""
    monkeypatch.setattr(data, "_embedded", lambda file: embedded.test._replace(pixels=np.zeros((10_000, 28, 28))))

    with pytest.raises(DatasetError, match="expected pixels and labels of uint8, got float64 and uint8"):
        data.load("mnist-5000")


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
        data.load("mnist", data_root=tmp_path)


def test_a_missing_embedded_file_is_named(monkeypatch, tmp_path):
    """An installation that has lost a file says which, and what to do."""
    monkeypatch.setattr(data.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(DatasetError, match=r"datasets/mnist-train-5000.npz cannot be read: .*; reinstall the package"):
        data.load("mnist-5000")


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

    found = data.load(name, data_root=tmp_path)

    assert len(found.training.labels) == 60_000
    assert (found.training.pixels[:5000] == embedded.training.pixels).all()
    assert (found.test.labels == embedded.test.labels).all()


def test_missing_folder_says_what_to_give(tmp_path):
    """A data set that is not embedded names the options that lead to it; an empty folder names the expected layout."""
    with pytest.raises(DatasetError, match="give --data-root FOLDER"):
        data.load("kmnist")
    with pytest.raises(DatasetError, match=r"expected torchvision's layout KMNIST/raw"):
        data.load("kmnist", data_root=tmp_path)


def test_more_images_than_there_are(embedded):
    """Asking for more images than the data set has states both numbers."""
    with pytest.raises(DatasetError, match=r"has 5000 training images, n_images = 6000"):
        data.split(embedded, DataSpec(n_images=6000), seed=0)


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
    found = data.load(name, data_root=tmp_path)

    assert found.name == name
    for part, (pixels, labels) in zip((found.training, found.test), expected.values(), strict=True):
        assert (part.pixels.dtype, part.labels.dtype) == (np.uint8, np.uint8)
        assert (part.pixels == pixels).all()
        assert (part.labels == labels).all()
    content = b"".join(array.tobytes() for part in expected.values() for array in part)
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_nothing_is_fetched_unasked(tmp_path, monkeypatch):
    """Only download = True lets torchvision use the network."""
    asked = []

    class Sets:
        @staticmethod
        def MNIST(root, *, train, download):  # noqa: N802  torchvision's name
            asked.append((root, train, download))
            return SimpleNamespace(data=torch.zeros(1, 28, 28), targets=torch.zeros(1))

    monkeypatch.setattr("harness.training.torchvision_import.datasets", lambda: Sets)
    data.load("mnist", data_root=tmp_path)
    data.load("mnist", data_root=tmp_path, download=True)

    assert asked == [(str(tmp_path), train, download) for download in (False, True) for train in (True, False)]


def _images(n_images, *, size=28, label=9):
    return data.Images(np.zeros((n_images, size, size), np.uint8), np.full(n_images, label, np.uint8))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (_images(3, size=27), r"got pixels of shape \(3, 27, 27\) and 3 labels up to 9"),
        (_images(0), r"got pixels of shape \(0, 28, 28\) and 0 labels up to 0"),
        (_images(3, label=10), r"got pixels of shape \(3, 28, 28\) and 3 labels up to 10"),
        (data.Images(_images(3).pixels, _images(2).labels), r"got pixels of shape \(3, 28, 28\) and 2 labels up to 9"),
    ],
)
def test_images_of_another_kind_are_refused(monkeypatch, images, message):
    """Size, number and classes are checked, with what was found; one image of class 9 is enough."""
    monkeypatch.setattr(data, "_embedded", lambda file: _images(1))
    assert len(data.load("mnist-5000").test.labels) == 1
    monkeypatch.setattr(data, "_embedded", lambda file: images)

    with pytest.raises(DatasetError, match=r"'mnist-5000': expected images of 28 x 28 and labels 0-9, " + message):
        data.load("mnist-5000")


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
    (tmp_path / "datasets").mkdir()
    for name in data._EMBEDDED:
        (tmp_path / "datasets" / name).write_bytes(content.getvalue())
    monkeypatch.setattr(
        data, "_EMBEDDED", dict.fromkeys(data._EMBEDDED, hashlib.sha256(content.getvalue()).hexdigest())
    )
    monkeypatch.setattr(data.importlib.resources, "files", lambda package: tmp_path)

    with pytest.raises(DatasetError, match=r"train-5000.npz is not an npz file .*: Object arrays cannot be loaded"):
        data.load("mnist-5000")
    assert not (tmp_path / "ran").exists()


def test_a_seed_divides_the_images_as_it_always_did(embedded):
    """Published results can be made again only if a seed's parts never change: the first images of each, and its labels."""
    parts = data.split(embedded, DataSpec(), seed=3)
    digest = hashlib.sha256(b"".join(part.labels.numpy().tobytes() for part in parts[:3])).hexdigest()

    assert digest == "6e46fda57e1c66c7aecde3abd71bf2537d827c8ffff99f627c7d35174e197adc"


def test_all_the_images_there_are_can_be_asked_for(embedded):
    """n_images may be the whole data set; a tenth of 55 test images is not lost by rounding."""
    assert [len(part.labels) for part in data.split(embedded, DataSpec(n_images=5000), seed=0)[:3]] == [3200, 800, 1000]
    assert [len(part.labels) for part in data.split(embedded, DataSpec(n_images=57), seed=0)[:3]] == [37, 9, 11]


def test_pixels_are_from_zero_to_one(embedded):
    """pixel_scaling = "unit" divides by 255, the labels are the classes."""
    part = data.split(embedded, DataSpec(n_images=100), seed=0).training

    assert part.images.shape == (64, 1, 28, 28)
    assert (part.images.min().item(), part.images.max().item()) == (0.0, 1.0)
    assert (part.images.dtype, part.labels.dtype) == (torch.float32, torch.int64)


def _labels(part):
    return part.labels.numpy()


def test_shuffled_labels_are_those_of_the_other_images(embedded):
    """Training and validation images have the same labels in all, in an order of chance; images and test labels stay."""
    true, shuffled = (data.split(embedded, DataSpec(labels=labels), seed=3) for labels in ("true", "shuffled"))
    before, after = (np.concatenate([_labels(part) for part in parts[:2]]) for parts in (true, shuffled))

    assert all(torch.equal(one.images, other.images) for one, other in zip(true[:3], shuffled[:3], strict=True))
    assert torch.equal(true.test.labels, shuffled.test.labels)
    assert (np.bincount(before) == np.bincount(after)).all()
    # By chance an image gets a label of its own class with p = sum of the classes' squared shares, about 0.1.
    p = float((np.bincount(before) / len(before)) ** 2 @ np.ones(10))
    assert abs((before == after).mean() - p) < 6 * (p * (1 - p) / len(before)) ** 0.5


def test_labels_are_shuffled_by_a_stream_of_the_seed(embedded):
    """Another seed gives another permutation, of a stream that nothing else draws from."""
    for seed in (0, 1):
        true, shuffled = (data.split(embedded, DataSpec(labels=labels), seed=seed) for labels in ("true", "shuffled"))
        before, after = (np.concatenate([_labels(part) for part in parts[1::-1]]) for parts in (true, shuffled))

        assert (after == np.random.default_rng([0, 3, seed]).permutation(before)).all()


@pytest.mark.parametrize("scaling", ["unit", "standard"])
def test_official_images_are_the_first_of_the_test_file(embedded, scaling):
    """Their pixels are scaled as the split's are: by the training images, not by themselves."""
    spec = DataSpec(n_images=100, official_images=30, pixel_scaling=scaling)
    parts = data.split(embedded, spec, seed=0)
    found = data.official(embedded, spec, parts)
    pixels = embedded.test.pixels[:30].astype(np.float64)
    everything = data.split(embedded, DataSpec(n_images=100), seed=0).training.images.double().numpy() * 255
    shift, scale = (0, 255) if scaling == "unit" else (everything.mean(), everything.std())

    assert (_labels(found) == embedded.test.labels[:30]).all()
    assert found.images.shape == (30, 1, 28, 28)
    assert found.images[:, 0].numpy() == pytest.approx((pixels - shift) / scale, abs=1e-5)


@pytest.mark.parametrize("settings", [{"official_images": 0}, {"test": "official"}])
def test_there_are_no_official_images_where_none_are_asked_for_or_all_are_tested(embedded, settings):
    """With test = "official" the test images are the official ones already."""
    spec = DataSpec(n_images=100, **settings)

    assert data.official(embedded, spec, data.split(embedded, spec, seed=0)) is None


def test_more_official_images_than_there_are_is_refused(embedded):
    """Before training, by name, with what to set."""
    few = embedded._replace(test=data.Images(*(values[:40] for values in embedded.test)))

    with pytest.raises(
        DatasetError, match=r"has 40 test images, official_images = 41 were .*set data.official_images = 40 or"
    ):
        data.split(few, DataSpec(n_images=100, official_images=41), seed=0)
    assert len(data.split(few, DataSpec(n_images=100, official_images=40), seed=0).test.labels) == 20
    assert len(data.split(few, DataSpec(n_images=100, test="official"), seed=0).test.labels) == 40
