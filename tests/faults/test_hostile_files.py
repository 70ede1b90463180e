"""Files made to harm: named, passed over, and never run."""

import io
import json
import pickle
import random
import re
import shutil
import struct
from pathlib import Path

import pytest
from faults.helpers import make, qhb, runs_of

from harness.cli.console import Console
from harness.errors import DamagedError
from harness.plan.last_plan import read_last_plan
from harness.records import sealed
from harness.records.file import read_record
from harness.records.store import Store

_ROOT = Path(__file__).parents[2]
_PLAN = 'name = "p"\n[data]\nn_images = 50\n[training]\nepochs = 1\n[[runs]]\nhead = "linear"\n'


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
    """The bytes of a hostile file; what it would make, if it were run, is not there afterwards."""
    canary = tmp_path / "canary"
    yield _contents(canary)[request.param]
    assert not canary.exists()


def test_the_bomb_would_go_off(tmp_path):
    """The pickle does make its file where it is unpickled: the test can fail."""
    pickle.loads(pickle.dumps(_Bomb(tmp_path / "canary"))).close()
    assert (tmp_path / "canary").exists()


def test_hostile_files_are_named_wherever_they_lie(tmp_path, hostile):
    """As record, weights or checkpoint it is called damaged, by its path; as progress or plan it is nothing."""
    store = Store(tmp_path / "results")
    run_id = "a" * 64
    with store.opened():
        store.checkpoints_of(run_id).mkdir()
    checkpoint = store.checkpoints_of(run_id) / "000000001.safetensors"
    for path in (store.record_of(run_id, 1), store.weights_of(run_id), checkpoint):
        path.write_bytes(hostile)
        with pytest.raises(DamagedError, match=re.escape(str(path))):
            (read_record if path.suffix == ".json" else sealed.read)(path)
    for path in (store.root / ".plan.json", store.root / ".holder.json"):
        path.write_bytes(hostile)
    assert (read_last_plan(store.root), store.holder) == (None, None)
    assert store.read().records == []


def test_a_record_may_not_be_another_s(store):
    """A sound record under another name, or in a name that no record has, stands for no run."""
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


def test_no_source_runs_what_it_reads():
    """Nothing of ours unpickles, evaluates or hands text to a shell."""
    forbidden = re.compile(
        r"\bpickle\.|(?<![\w.])(eval|exec)\(|yaml\.load|torch\.load|os\.system|shell=True|allow_pickle=True|joblib"
    )
    found = [
        f"{path.relative_to(_ROOT)}:{number}: {line.strip()}"
        for package in ("backends", "baselines", "harness")
        for path in sorted((_ROOT / package).rglob("*.py"))
        if path.name != "contract.py"  # it pickles options of its own making, to see that they can be
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]

    assert found == []
