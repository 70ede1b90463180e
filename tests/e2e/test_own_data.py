"""Data sets of one's own through ``qhb run``: images in a file, and vectors that are drawn."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from harness.records.store import Store
from harness.spec import Run
from harness.training.perform import perform

_QHB = [sys.executable, "-c", "from harness.cli.main import main; main()"]
_PLAN = """
name = "own"
[data]
path = "mine.npz"
[training]
epochs = 1
[[runs]]
head = "linear"
[[runs]]
head = "statevector"
circuit = "eq7"
"""


def _qhb(*arguments, cwd):
    return subprocess.run([*_QHB, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=600)


def _save(path, *, seed=0):
    stream = np.random.default_rng(seed)
    labels = np.repeat([-5, 0, 12], 20)  # sorted by class
    images = stream.integers(0, 200, (60, 3, 20, 22)).astype(np.uint8)
    images[labels == 12, :, :10] += 50
    names = np.array(["<b>cat", "dog $x$", "owl"])
    np.savez(path, images=images, labels=labels, class_names=names, test_images=images[::4], test_labels=labels[::4])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A plan, its file, and its results."""
    found = tmp_path_factory.mktemp("own")
    _save(found / "mine.npz")
    (found / "plan.toml").write_text(_PLAN)
    made = _qhb("run", "plan.toml", "--results", "r", cwd=found)
    assert made.returncode == 0, made.stdout + made.stderr
    return found


def _records(folder):
    return Store(folder / "r").read().records


def test_classes_come_from_the_file(folder):
    """Three classes make three circuits; records name the classes, and each part has all of them although the file is sorted."""
    records = {record.spec.head: record for record in _records(folder)}

    for record in records.values():
        assert record.status == "ok"
        assert (record.dataset.name, record.dataset.shape) == ("mine", (3, 20, 22))
        assert record.dataset.class_names == ("<b>cat", "dog $x$", "owl")
        assert (record.dataset.n_train, record.dataset.n_validation, record.dataset.n_test) == (39, 9, 12)
        assert [score.support for score in record.evaluation.classes] == [4, 4, 4]
        assert record.official.n_images == 15
        assert record.spec.data.path == "mine.npz"
    assert records["statevector"].head.n_circuits == 3


def test_the_report_shows_the_names_of_the_classes(folder):
    """Literally, whatever they hold."""
    page = (folder / "r" / "report" / "index.html").read_text(encoding="utf-8")

    assert "&lt;b&gt;cat" in page
    assert "<b>cat" not in page
    assert "dog $x$" in page


def test_a_moved_file_is_the_same_data_and_an_edited_one_is_not(folder, tmp_path):
    """The plan finds the file from its own folder, or from --data-root."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "mine.npz").rename(tmp_path / "mine.npz")
    missing = _qhb("run", "plan.toml", "--results", "r", cwd=copy)
    moved = _qhb("run", "plan.toml", "--results", "r", "--data-root", tmp_path, cwd=copy)
    _save(copy / "mine.npz", seed=1)
    edited = _qhb("run", copy / "plan.toml", "--results", copy / "r", cwd=tmp_path)

    assert missing.returncode == 4
    assert "data file mine.npz cannot be read: No such file" in missing.stderr
    assert "2 runs, 2 done already, 0 to make" in moved.stdout, moved.stderr
    assert "2 runs, 0 done already, 2 to make" in edited.stdout, edited.stderr


def test_a_process_that_finds_another_file_fails_by_name(folder, tmp_path):
    """As on a Dask worker whose file is older, or is not there: the record says which file, and which content was expected."""
    record = _records(folder)[0]
    run = Run(record.run_id, record.label, record.spec)
    _save(tmp_path / "mine.npz", seed=1)
    (tmp_path / "empty").mkdir()
    other, none = (
        perform(run, attempt=1, weights_of=lambda run_id: tmp_path / "w", data_root=root)
        for root in (tmp_path, tmp_path / "empty")
    )

    assert (other.status, none.status) == ("failed", "failed")
    assert f"'mine' in {tmp_path / 'mine.npz'} is not the one that was asked for" in other.failure.message
    assert record.dataset.sha256 in other.failure.message
    assert f"data file {tmp_path / 'empty' / 'mine.npz'} cannot be read" in none.failure.message


def test_vectors_without_a_network_in_front(tmp_path):
    """Four bits are the four angles of a circuit with two outputs, and of the linear head; the run's seed changes no data."""
    (tmp_path / "plan.toml").write_text(
        """
name = "bits"
seeds = [0, 1]
[data]
name = "parity"
pixel_scaling = "none"
options = { n_samples = 100, n_test = 50 }
[model]
features = "none"
[training]
epochs = 1
[[runs]]
head = "linear"
"""
    )
    made = _qhb("run", "plan.toml", "--results", "r", cwd=tmp_path)

    assert made.returncode == 0, made.stdout + made.stderr
    records = _records(tmp_path)
    assert {record.dataset.shape for record in records} == {(4,)}
    assert len({record.dataset.sha256 for record in records}) == 1
    assert {record.official.n_images for record in records} == {50}


def test_a_class_that_no_run_could_train_is_refused_before_compute(tmp_path):
    """Exit code 4, the seed and the class, and no record."""
    (tmp_path / "plan.toml").write_text(
        'name = "few"\nseeds = [0, 1]\n[data]\nn_images = 10\nofficial_images = 0\n[[runs]]\nhead = "linear"\n'
    )
    made = _qhb("run", "plan.toml", "--results", "r", cwd=tmp_path)

    assert made.returncode == 4
    assert "with n_images = 10: none of the 7 training images of seed 0 is of class" in made.stderr
    assert _records(tmp_path) == []
