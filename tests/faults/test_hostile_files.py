"""Files that were made to do harm: they are named and never run, and sound files are still read."""

import io
import json
import os
import pickle
import random
import re
import shutil
import struct
from pathlib import Path

import pytest
from faults.commands import answers
from faults.helpers import make, qhb, runs_of

from backends.circuits.files import read_circuit
from backends.errors import CircuitError
from backends.file_io import read_tail
from harness.api.console import Console
from harness.errors import DamagedError, PlanError, StoreError
from harness.execution.progress import read_progress
from harness.plan.last_plan import read_last_plan
from harness.plan.plan import load_file
from harness.records import sealed
from harness.records.file import read_record
from harness.records.store import Store
from harness.report.sections.peers import peers_section

_ROOT = Path(__file__).parents[2]
_PLAN = 'name = "p"\n[data]\nn_images = 50\nofficial_images = 0\n[training]\nepochs = 1\n[[runs]]\nhead = "linear"\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with one run in it, made once."""
    store = Store(tmp_path_factory.mktemp("made"))
    make(runs_of(_PLAN), store)
    return store


@pytest.fixture
def store(made, tmp_path):
    """A copy of it."""
    return Store(shutil.copytree(made.root, tmp_path / "results"))


class _Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def _contents(canary):
    header = json.dumps({"x": {"dtype": "F32", "shape": [1 << 60], "data_offsets": [0, 4]}}).encode()
    return {
        "empty": b"",
        "pickle": pickle.dumps(_Bomb(canary)),
        "header of 8 EB": struct.pack("<Q", 1 << 63) + b"{}",
        "huge shape": struct.pack("<Q", len(header)) + header + bytes(4),
        "5,000 digits": b'{"sha256": ' + b"9" * 5000 + b', "record": {}}',
        "nested": b"[" * 100_000,
        "not UTF-8": b"\xff\xfe" * 100,
        "NaN": b'{"sha256": "x", "record": {"seconds": NaN}}',
        "null": b"null",
    }


@pytest.fixture(params=_contents(Path("/nowhere")))
def hostile(request, tmp_path):
    """The bytes of a hostile file; afterwards the file that running it would make must be missing."""
    canary = tmp_path / "canary"
    yield _contents(canary)[request.param]
    assert not canary.exists()


def test_the_bomb_would_go_off(tmp_path):
    """The pickle does make its file where it is unpickled: the test can fail."""
    pickle.loads(pickle.dumps(_Bomb(tmp_path / "canary"))).close()
    assert (tmp_path / "canary").exists()


def test_hostile_files_are_named_in_every_place(tmp_path, hostile):
    """As record, weights, checkpoint or plan it is called damaged, by its path; as the holder's file it is ignored."""
    store = Store(tmp_path / "results")
    run_id = "a" * 64
    with store.opened():
        store.checkpoints_of(run_id).mkdir()
    checkpoint = store.checkpoints_of(run_id) / "000000001.safetensors"
    for path in (store.record_of(run_id, 1), store.weights_of(run_id), checkpoint):
        path.write_bytes(hostile)
        with pytest.raises(DamagedError, match=re.escape(str(path))):
            (read_record if path.suffix == ".json" else sealed.read)(path)
    (store.root / ".holder.json").write_bytes(hostile)
    (store.root / ".plan.json").write_bytes(hostile)
    assert store.holder is None
    with pytest.raises(DamagedError, match=r"plan.json is damaged"):
        read_last_plan(store.root)
    assert store.read().records == []


def _link_to_zeros(path):
    path.symlink_to("/dev/zero")


def _broken_link(path):
    path.symlink_to(path.name)


def _huge(path):
    with path.open("wb") as file:
        file.truncate(1 << 40)


_NO_FILES = {
    "zeros": _link_to_zeros,
    "FIFO": os.mkfifo,
    "huge": _huge,
    "folder": os.mkdir,
    "link to itself": _broken_link,
}
_ABSENT, _DAMAGED_RUN = "a" * 64, "b" * 64


@pytest.fixture(params=_NO_FILES)
def put(request):
    """What puts something into a file's place that is no regular file of a size that anybody would read."""
    return _NO_FILES[request.param]


def test_what_is_no_file_is_damaged_and_can_be_put_aside(tmp_path, put):
    """Everything that is read: none grows without end, none waits for ever, and each is named."""
    store = Store(tmp_path / "results")
    with store.opened():
        store.checkpoints_of(_ABSENT).mkdir()
    record, weights = store.record_of(_ABSENT, 1), store.weights_of(_ABSENT)
    checkpoint = store.checkpoints_of(_ABSENT) / "000000001.safetensors"
    for path, read in ((record, read_record), (weights, sealed.read), (checkpoint, sealed.read)):
        put(path)
        with pytest.raises(DamagedError, match=f"{re.escape(str(path))} is damaged: "):
            read(path)
    put(store.progress_of(_ABSENT))
    assert read_progress(store.progress_of(_ABSENT)) is None
    (store.root / ".lock").unlink()
    put(store.root / ".lock")
    assert not store.is_held
    assert [damaged.path for damaged in store.read().damaged] == [record]

    for _ in range(2):
        store.set_aside(record)
        put(record)
    assert len(list(store.quarantine.iterdir())) == 2
    store.forget_progress()
    assert list((store.root / "progress").iterdir()) == []


@pytest.mark.parametrize("name", [".anew.json", ".merged.json"])
def test_lists_of_attempts_that_are_no_files_end_the_command(tmp_path, put, name):
    """Which records count is not guessed: the error names the file and says what deleting it does."""
    store = Store(tmp_path)
    put(tmp_path / name)
    with pytest.raises(StoreError, match=f"{name} is damaged: .*; delete it"):
        store.read()


def test_plans_circuits_and_peers_that_are_no_files(tmp_path, put):
    """They are refused by name, and nothing is read of them."""
    for name, read, error in (
        ("plan.toml", load_file, PlanError),
        ("circuit.toml", read_circuit, CircuitError),
        ("peers.json", peers_section, StoreError),
    ):
        put(tmp_path / name)
        with pytest.raises(error, match=name):
            read(tmp_path / name)


def test_a_tail_is_read_of_files_alone(tmp_path, put):
    """The last bytes of a huge file are read at once; from anything else nothing is."""
    path = tmp_path / "x.log"
    put(path)
    if path.is_file():
        assert read_tail(path, limit=100) == bytes(100)
    else:
        with pytest.raises(OSError, match=r"not a regular file|symbolic links"):
            read_tail(path, limit=100)


def test_every_command_survives_what_is_no_file(store, tmp_path, put):
    """With such things in every place of a results folder the commands end, name them, and the folder can be mended."""
    plan = tmp_path / "plan.toml"
    plan.write_text(_PLAN)
    (name,) = (path.name for path in store.records_folder.iterdir())
    run_id = name.split(".")[0]
    record, weights = store.record_of(_DAMAGED_RUN, 1), store.weights_of(run_id)
    store.checkpoints_of(_ABSENT).mkdir()
    checkpoint = store.checkpoints_of(_ABSENT) / "000000001.safetensors"
    progress, last_plan, log = store.progress_of(_ABSENT), store.root / ".plan.json", store.log_of(run_id, 1)
    for path in (record, weights, checkpoint, progress, last_plan, store.root / ".holder.json", log):
        path.unlink(missing_ok=True)
        put(path)
    root = str(store.root)
    asked = [
        (("status", root), 0, [record, last_plan]),
        (("export", root), 3, [record]),
        (("report", root), 3, [record]),
        (("show", run_id[:12], "--results", root), 0, []),
        (("merge", str(tmp_path / "target"), root), 3, [record, weights, checkpoint, log]),
        (("doctor", root), 3, [record, last_plan, weights, checkpoint, progress]),
        (("run", str(plan), "--results", root), 0, [record, last_plan]),
        (("doctor", root, "--sweep"), 0, [weights, checkpoint]),
        (("status", root), 0, []),
        (("doctor", root), 0, []),
    ]
    found = answers([command for command, _, _ in asked], cwd=tmp_path)

    for (command, code, paths), (got, said) in zip(asked, found, strict=True):
        assert got == code, (command, said)
        assert "Traceback" not in said
        assert [path for path in paths if str(path) not in said] == [], (command, said)


def test_a_record_under_another_name_is_damaged(store):
    """A sound record in the file of another run does not count for that run."""
    (record,) = store.records_folder.iterdir()
    other = store.record_of("a" * 64, 1)
    record.rename(other)

    with pytest.raises(DamagedError, match="is misnamed: it holds attempt 1 at run "):
        read_record(other)


def test_damaged_records_go_to_the_quarantine(store, tmp_path):
    """The next run names the damaged record, puts it aside, and makes that run again; its number is not used twice."""
    plan = tmp_path / "plan.toml"
    plan.write_text(_PLAN)
    (record,) = store.records_folder.iterdir()
    record.write_bytes(record.read_bytes()[:-20])

    code, said = qhb("run", plan, "--results", store.root, cwd=tmp_path)

    assert code == 0, said
    assert f"warning: record {record} is damaged" in said
    assert [path.name for path in store.root.glob("quarantine/*")] == [record.name]
    assert [found.attempt for found in store.read().records] == [2]


def test_labels_do_not_steer_the_terminal():
    """An escape sequence in a label or message is shown, not obeyed."""
    stream = io.StringIO()
    Console(stream).line("a\x1b[31mb\x07\n  next")

    assert stream.getvalue() == "a␛[31mb␇\n  next\n"


@pytest.mark.parametrize("n_flips", [200, pytest.param(5000, marks=pytest.mark.chaos)])
def test_every_flipped_bit_is_found(store, figures, n_flips):
    """A record and a sealed file with one bit flipped, anywhere: an error, or the very same content."""
    (record,) = store.records_folder.iterdir()
    weights = store.weights_of(record.name.split(".")[0])
    dice = random.Random(n_flips)
    for path, read, what in (
        (record, _record_content, "records"),
        (weights, _sealed_content, "checkpoints and weights"),
    ):
        content, sound, unseen = path.read_bytes(), read(path), 0
        for _ in range(n_flips):
            changed = bytearray(content)
            changed[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            path.write_bytes(changed)
            try:
                unseen += read(path) != sound
            except DamagedError:
                continue
        path.write_bytes(content)
        figures[f"bit flips in {what}"] = n_flips
        figures[f"of these read as something else ({what})"] = unseen
        assert unseen == 0


def _record_content(path):
    return read_record(path)


def _sealed_content(path):
    tensors, facts = sealed.read(path)
    return facts, {name: values.numpy().tobytes() for name, values in tensors.items()}


_PICKLES_ITS_OWN = {Path("backends/conformance") / name for name in ("contract.py", "module.py")}
"""Checks that heads and their options can be pickled; they unpickle bytes that they made a moment before, no file."""


def test_no_source_runs_what_it_reads():
    """Nothing of ours unpickles, evaluates or hands text to a shell."""
    forbidden = re.compile(
        r"\bpickle\.|(?<![\w.])(eval|exec)\(|yaml\.load|torch\.load|os\.system|shell=True|allow_pickle=True|joblib"
    )
    found = [
        f"{path.relative_to(_ROOT)}:{number}: {line.strip()}"
        for package in ("backends", "baselines", "harness")
        for path in sorted((_ROOT / package).rglob("*.py"))
        if path.relative_to(_ROOT) not in _PICKLES_ITS_OWN
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]

    assert found == []
