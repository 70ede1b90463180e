"""Disks that are full or read-only, and folders with odd names: refused by path, or stopped with earlier files intact."""

import os
import shutil
import subprocess

import pytest
from faults.helpers import PLAN, make, qhb, runs_of

from harness.errors import StoreError
from harness.records.file import read_record
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import RunSpec

_PLAN = 'name = "p"\n[data]\nn_images = 50\nofficial_images = 0\n[training]\nepochs = 1\n[[runs]]\nhead = "linear"\n[[runs]]\nhead = "cosine"\n'


def _record(run_id="a" * 64):
    return RunRecord(
        run_id=run_id, label="é <b> 🎯", spec=RunSpec(head="linear"), attempt=1, status="ok",
        started_at="2026-01-01T00:00:00Z", seconds=0, scope="full",
    )  # fmt: skip


def _assert_stopped_early(code, said, store):
    assert code == 4
    assert "cannot be written: " in said
    assert "bytes" in said
    assert "stopped early. To go on: qhb run" in said
    assert said.count("cannot be written") == 1
    assert "Traceback" not in said
    assert store.read().damaged == []


def test_files_that_grow_too_large(tmp_path):
    """Where the system refuses a file, qhb stops with its path and size; the runs before are there, and go on with more room."""
    plan = tmp_path / "plan.toml"
    plan.write_text(_PLAN)
    store = Store(tmp_path / "results")
    limited = {"preexec_fn": _limit_files}
    code, said = qhb("run", plan, "--results", store.root, "--jobs", 1, cwd=tmp_path, **limited)

    _assert_stopped_early(code, said, store)
    assert {record.status for record in make(runs_of(_PLAN), store).values()} == {"ok"}


def _limit_files():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # weights take 430 KB


@pytest.mark.chaos
def test_a_full_disk(tmp_path):
    """On a real file system of 512 KiB the same happens; what was written before it was full is read."""
    root = tmp_path / "small"
    root.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", root], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("a small file system can be mounted by root alone")
    try:
        plan = tmp_path / "plan.toml"
        plan.write_text(_PLAN)
        store = Store(root / "results")
        code, said = qhb("run", plan, "--results", store.root, "--jobs", 1, cwd=tmp_path)
        _assert_stopped_early(code, said, store)
        assert "No space left on device" in said
    finally:
        subprocess.run(["umount", root], check=True)


@pytest.mark.parametrize("root", ["/sys/qhb", "/proc/qhb", "/dev/null/qhb"])
def test_a_folder_that_takes_nothing(tmp_path, root):
    """Root gets the same error before any training, with the path and the option that mends it."""
    with (
        pytest.raises(StoreError, match=rf"results folder {root} cannot be written: .*give --results"),
        Store(tmp_path / root).opened(),
    ):
        pass


@pytest.mark.parametrize(
    "name", ["a b", "é", "e\u0301", "🎯", "\u202eabc", "-rf", ".hidden", "x" * 200, "'; rm -rf $HOME #", "%s{}[*]?"]
)
def test_odd_names(tmp_path, name):
    """Any folder name will do: records are written and read, the lock works, and nothing lands elsewhere."""
    store = Store(tmp_path / name)
    with store.opened():
        path = store.write(_record())
        assert store.is_held

    assert read_record(path) == _record()
    assert store.read().records == [_record()]
    assert store.next_attempt("a" * 64) == 2
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_link_to_a_folder(tmp_path):
    """A results folder may be a symbolic link; both names are one folder, with one lock."""
    (tmp_path / "there").mkdir()
    (tmp_path / "here").symlink_to("there")
    with Store(tmp_path / "here").opened():
        assert Store(tmp_path / "there").is_held


@pytest.mark.chaos
def test_a_whole_run_in_an_odd_place(tmp_path):
    """In a folder named like an option, without a locale, the whole command works."""
    plan = tmp_path / "plän é.toml"
    plan.write_text(PLAN.format(epochs=1), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LC_") and key != "LANG"}
    from faults import helpers

    paths = os.pathsep.join([str(helpers._TESTS.parent), str(helpers._TESTS)])
    code, said = qhb(
        "run", plan, "--results=-rf 🎯", cwd=tmp_path, env=environment | {"LC_ALL": "C", "PYTHONPATH": paths}
    )

    assert code == 0, said
    assert {record.status for record in Store(tmp_path / "-rf 🎯").read().records} == {"ok"}
