"""The results folder: each record is written once and whole, checked when it is read, and never lost."""

import json
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from unit.harness.report.example_studies import scored

from harness.errors import DamagedError, StoreError
from harness.records.envelope import digest, enclose
from harness.records.file import read_record
from harness.records.record import SCHEMA_VERSION, RunRecord
from harness.records.store import Contents, Store
from harness.spec import RunSpec

_FIXTURES = Path(__file__).parents[3] / "fixtures"


def _record(run_id="a" * 64, attempt=1, **changes):
    spec = RunSpec(head="linear")
    values = {"status": "ok", "started_at": "2026-01-01T00:00:00Z", "seconds": 1.5, "scope": "full"} | changes
    return RunRecord(run_id=run_id, label="linear", spec=spec, attempt=attempt, **values)


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "results")
    with found.opened():
        yield found


def test_what_is_written_is_read(store):
    """A record is read as it was written, and the latest attempt at a run counts."""
    store.write(_record(attempt=1, status="failed"))
    store.write(_record(attempt=2))
    store.write(_record(run_id="b" * 64, started_at="2025-01-01T00:00:00Z"))

    found = store.read()

    assert found.damaged == []
    assert found.earlier == [_record(attempt=1, status="failed")]
    assert found.records == [_record(run_id="b" * 64, started_at="2025-01-01T00:00:00Z"), _record(attempt=2)]
    assert store.next_attempt("a" * 64) == 3


def test_a_record_is_written_once(store):
    """The same attempt twice is refused, and the first stays."""
    path = store.write(_record())
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        store.write(_record(seconds=9.0))
    assert path.read_bytes() == before


def test_a_run_that_was_started_over_has_no_record_that_counts_until_it_ends(store):
    """Its records are kept but no longer count; those of the other runs do."""
    earlier = store.write(_record(status="failed"))
    store.write(_record(run_id="b" * 64))
    store.checkpoints_of("a" * 64).mkdir()

    store.start_over({"a" * 64, "c" * 64})
    assert [record.run_id[0] for record in store.read().records] == ["b"]
    assert earlier.exists()
    assert not store.checkpoints_of("a" * 64).exists()

    assert store.next_attempt("a" * 64) == 2
    store.write(_record(attempt=2))
    store.start_over({"b" * 64})
    assert [(record.run_id[0], record.attempt) for record in store.read().records] == [("a", 2)]


def test_a_damaged_list_of_runs_that_were_started_over_is_an_error(store):
    """Which records count is not guessed: every change of the file is found, and the error names it."""
    store.write(_record())
    store.start_over({"a" * 64})
    path = store.root / ".anew.json"
    for content in (path.read_bytes().replace(b'":1}', b'":0}'), b"", b"[]", b"{}"):
        path.write_bytes(content)
        with pytest.raises(StoreError, match=r"anew.json is damaged.*delete it"):
            store.read()


def test_no_earlier_record_counts_where_the_latest_is_damaged(store):
    """Neither before the damaged one is moved to the quarantine nor after, until the run is made again."""
    store.write(_record(status="failed"))
    path = store.write(_record(attempt=2))
    path.write_bytes(path.read_bytes()[:-9])

    assert store.read().records == []
    store.set_aside(path)
    assert store.read() == Contents([], [_record(status="failed")], [])
    store.write(_record(attempt=store.next_attempt("a" * 64)))
    assert [record.attempt for record in store.read().records] == [3]


def test_every_flipped_bit_is_found(store):
    """No bit of a record's file can flip without the record being called damaged, or its content being the same."""
    path = store.write(_record())
    content, record = path.read_bytes(), read_record(path)
    messages = []
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1 << (position % 8)
        path.write_bytes(changed)
        try:
            assert read_record(path) == record
        except StoreError as error:
            messages.append(str(error))
    assert len(messages) > 0.9 * len(content)
    assert all(path.name in message for message in messages)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"record": NaN, "sha256": "x"}', b"null"]
)
def test_damaged_files_are_named_and_passed_over(store, content):
    """A file that is no record is named in a line; the others are read."""
    store.write(_record())
    (store.records_folder / ("c" * 64 + ".1.json")).write_bytes(content)

    found = store.read()

    assert found.records == [_record()]
    assert len(found.damaged) == 1
    assert "ccc.1.json is damaged" in found.damaged[0].why


def test_damaged_predictions_are_named_with_their_file(store):
    """The classes of the images are packed text: where they cannot be unpacked, the message says in which file."""
    path = store.write(_record(evaluation=scored(np.ones(10, dtype=bool))))
    envelope = json.loads(path.read_text())
    envelope["record"]["evaluation"]["predictions"] = "no base64!"
    envelope["sha256"] = digest(envelope["record"])
    path.write_text(json.dumps(envelope))

    with pytest.raises(DamagedError, match=rf"{path.name} is damaged: .*classes of images cannot be unpacked"):
        read_record(path)


def test_a_later_schema_is_named(store):
    """A record of a schema that this version does not know is not guessed at."""
    path = store.write(_record())
    envelope = json.loads(path.read_text())
    envelope["record"]["schema_version"] = 99
    envelope["sha256"] = digest(envelope["record"])
    path.write_text(json.dumps(envelope))

    with pytest.raises(StoreError, match=f"has schema 99, this version reads up to {SCHEMA_VERSION}"):
        read_record(path)


@pytest.mark.parametrize("folder", sorted(_FIXTURES.glob("schema-*")), ids=lambda folder: folder.name)
def test_records_of_every_schema_are_read(folder):
    """A record that any version ever wrote is read, whole; the fixtures are kept for ever."""
    found = Store(folder).read()
    records = found.records

    assert found.damaged == []
    assert {record.schema_version for record in records} == {SCHEMA_VERSION}
    assert {record.status for record in records} == {"ok"}
    assert all(record.evaluation and record.steps and record.times for record in records)
    assert {record.head.checked for record in records} == ({None} if folder.name < "schema-4" else {True})


@pytest.mark.parametrize("folder", sorted(_FIXTURES.glob("schema-*")), ids=lambda folder: folder.name)
def test_a_record_s_file_written_again_is_the_same_but_for_spaces(folder):
    """The content of a record that any version wrote has the same checksum in this one."""
    (path,) = (folder / "records").iterdir()
    kept = json.loads(path.read_bytes())

    assert enclose("record", kept["record"]) == json.dumps(kept, separators=(",", ":")).encode()


def test_two_writers(store):
    """A second writer on the same folder is refused at once, with the name of the process that holds it."""
    match = rf"in use by process {os.getpid()} on .* since 20.*Z: qhb.*; give --wait"
    with pytest.raises(StoreError, match=match), Store(store.root).opened():
        pass
    assert Store(store.root).is_held


def test_a_second_writer_may_wait(tmp_path):
    """With ``wait`` it is told which process holds the folder, and goes on once it is free."""
    said = []

    def write():
        with Store(tmp_path).opened(wait=said.append):
            said.append("opened")

    thread = threading.Thread(target=write)
    with Store(tmp_path).opened():
        thread.start()
        while not said:
            time.sleep(0.01)
        assert [f"results folder {tmp_path} is in use by process {os.getpid()} on" in line for line in said] == [True]
    thread.join()

    assert said[1:] == ["opened"]
    assert not Store(tmp_path).is_held


def test_a_folder_that_cannot_be_written(tmp_path):
    """A results folder below a file is refused before any compute, by name."""
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreError, match=r"file/results cannot be written: .*give --results"),
        Store(tmp_path / "file" / "results").opened(),
    ):
        pass


def test_where_things_are(tmp_path):
    """Names in a results folder stay what they were, so that folders of earlier versions are found."""
    store, run_id = Store(tmp_path), "a" * 64
    found = [
        store.weights_of(run_id), store.checkpoints_of(run_id), store.log_of(run_id, 2), store.progress_of(run_id),
        store.record_of(run_id, 3),
    ]  # fmt: skip

    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        f"weights/{run_id}.safetensors", f"checkpoints/{run_id}", f"logs/{run_id}.2.log", f"progress/{run_id}.json",
        f"records/{run_id}.3.json",
    ]  # fmt: skip


def test_progress_is_forgotten(store):
    """Reports of runs that are no longer under way go, whatever they are."""
    store.progress_of("a" * 64).write_text("{}")
    (store.root / "progress" / ".b.json.part").touch()
    store.forget_progress()

    assert list((store.root / "progress").iterdir()) == []


def test_the_newest_checkpoint_is_the_one_with_most_steps(store):
    """Files of other names count for nothing, and without any there is none."""
    folder = store.checkpoints_of("a" * 64)
    assert store.last_checkpoint_of("a" * 64) is None
    folder.mkdir()
    assert store.last_checkpoint_of("a" * 64) is None
    for name in ("000000009.safetensors", "000000010.safetensors", "000000099.part", "x.safetensors"):
        (folder / name).touch()

    assert store.last_checkpoint_of("a" * 64) == 10
    store.discard_checkpoints("a" * 64)
    store.discard_checkpoints("a" * 64)
    assert not folder.exists()


def test_merged_attempts_do_not_count(store):
    """A record that qhb merge brought beside the run's own is kept, shown as an earlier one, and its number stays taken."""
    own, brought = _record(attempt=1), _record(attempt=2, seconds=9.0)
    store.write(own)
    store.reserve_merged({"a" * 64: [2, 3]})
    store.reserve_merged({"b" * 64: {1}, "a" * 64: {2}})
    store.write(brought)

    assert store.merged_attempts() == {"a" * 64: {2, 3}, "b" * 64: {1}}
    assert store.read() == Contents([own], [brought], [])
    assert store.last_attempts() == {"a" * 64: 3, "b" * 64: 1}
    assert (store.next_attempt("a" * 64), store.next_attempt("c" * 64)) == (4, 1)


def test_a_damaged_attempt_that_did_not_count_takes_no_other_along(store):
    """A merged record that is damaged leaves the run's own record as it is."""
    store.reserve_merged({"a" * 64: [2]})
    store.write(_record(attempt=1))
    path = store.write(_record(attempt=2))
    path.write_bytes(b"")

    assert store.read().records == [_record(attempt=1)]
    store.set_aside(path)
    assert store.read().records == [_record(attempt=1)]


def test_a_list_of_merged_attempts_is_not_guessed(store):
    """A file that is not what was written is an error that says what deleting it means."""
    store.reserve_merged({"a" * 64: [2]})
    path = store.root / ".merged.json"
    for content in (path.read_bytes().replace(b"[2]", b"[3]"), b"[]"):
        path.write_bytes(content)
        with pytest.raises(
            StoreError, match=r"merged.json is damaged.*the attempt with the highest number then counts"
        ):
            store.merged_attempts()


def test_files_of_one_name_are_set_aside_beside_each_other(store):
    """The quarantine keeps each, and their attempt's number stays taken."""
    places = []
    for _ in range(3):
        path = store.write(_record(attempt=4))
        places.append(store.set_aside(path))

    name = f"{'a' * 64}.4.json"
    assert [path.name for path in places] == [name, f"{name}.2", f"{name}.3"]
    assert store.attempts() == {"a" * 64: {4}}
    assert store.next_attempt("a" * 64) == 5


def test_other_files_are_no_attempts(store):
    """What is not named as a record is passed over, in the records and in the quarantine."""
    for name in ("x.json", f"{'a' * 63}.1.json", f"{'a' * 64}.json", f"{'a' * 64}.1.txt", f"{'A' * 64}.1.json"):
        (store.quarantine / name).touch()

    assert store.attempts() == {}
    assert store.read() == Contents([], [], [])


def test_records_come_oldest_first(store):
    """By the time at which they were begun, then by run."""
    for run_id, started_at in (("c", "2026-01-02"), ("b", "2026-01-03"), ("a", "2026-01-03")):
        store.write(_record(run_id=run_id * 64, started_at=f"{started_at}T00:00:00Z"))

    assert [record.run_id[0] for record in store.read().records] == ["c", "a", "b"]


def test_a_record_under_another_name_is_damaged(store):
    """A file that was renamed would stand for another run or attempt."""
    path = store.write(_record())
    path.rename(store.record_of("a" * 64, 2))

    with pytest.raises(
        DamagedError, match=rf"is misnamed: it holds attempt 1 at run {'a' * 64}; qhb run makes the run again"
    ):
        read_record(store.record_of("a" * 64, 2))


def test_a_folder_is_free_unless_a_process_holds_it(tmp_path):
    """Before it was ever opened, while it is, and afterwards; the file that names the holder goes with it."""
    store = Store(tmp_path / "results")
    assert not store.is_held
    assert store.holder is None
    with store.opened():
        assert store.is_held
        assert store.holder.pid == os.getpid()
    assert not store.is_held
    assert store.holder is None


def test_a_holders_file_that_is_damaged_names_nobody(store):
    """It serves messages alone."""
    (store.root / ".holder.json").write_text("{}")
    assert store.holder is None

    with pytest.raises(StoreError, match="is in use by another qhb run; give --wait"), Store(store.root).opened():
        pass


@pytest.mark.parametrize("content", [[], "text", 7, None, {"schema_version": SCHEMA_VERSION}])
def test_an_envelope_without_a_record_is_damaged(store, content):
    """A file whose checksum is right but that holds no record is named as damaged."""
    path = store.record_of("a" * 64, 1)
    path.write_text(json.dumps({"sha256": digest(content), "record": content}))

    with pytest.raises(DamagedError, match=r"aaa.1.json is damaged: "):
        read_record(path)


def test_a_holders_file_may_be_gone(tmp_path):
    """Whoever deletes it does no harm to the process that holds the folder."""
    store = Store(tmp_path)
    with store.opened():
        (tmp_path / ".holder.json").unlink()
    assert not store.is_held


def test_what_cannot_be_started_over_keeps_its_checkpoints(store):
    """Where the list of such runs is damaged, nothing is deleted before the error."""
    store.write(_record())
    store.checkpoints_of("a" * 64).mkdir()
    (store.root / ".anew.json").write_text("{}")

    with pytest.raises(StoreError, match=r"anew.json is damaged.*delete it and give the same command again"):
        store.start_over({"a" * 64})
    assert store.checkpoints_of("a" * 64).exists()
