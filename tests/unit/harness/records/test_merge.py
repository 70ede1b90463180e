"""Results folders put together: no attempt is lost, none is doubled, and merging again changes nothing."""

import os
import random

import pytest
from stores import add_checkpoint, files_of, folder_of, record_of

from harness.errors import StoreError
from harness.records import sealed
from harness.records.merge import merge
from harness.records.store import Store


def _merged(target, source):
    with target.opened():
        return merge(target, source)


def _attempts(store):
    """Return (label, attempt, status, start, counts) of each record, by label and attempt."""
    found = store.read()
    return sorted(
        (record.label, record.attempt, record.status, record.started_at[:4], counts)
        for records, counts in ((found.records, True), (found.earlier, False))
        for record in records
    )


def test_what_the_target_lacks_comes_and_its_own_records_count(tmp_path):
    """An ok run replaces one that is not, ok runs of the target keep counting, and a second merge changes nothing."""
    target = folder_of(
        tmp_path / "t", record_of("a"), record_of("b", status="failed"), record_of("c"), record_of("e", status="failed")
    )
    theirs = {"started_at": "2025-01-01T00:00:00Z"}
    source = folder_of(
        tmp_path / "s", record_of("a", **theirs), record_of("b", **theirs), record_of("c", status="failed", **theirs),
        record_of("d", attempt=3, **theirs), record_of("e", status="killed", **theirs),
    )  # fmt: skip

    done = _merged(target, source)
    before = files_of(target)
    again = _merged(target, source)

    assert [record.label for record in done.taken] == ["b", "d"]
    assert [record.label for record in done.kept] == ["a", "c", "e"]
    assert (done.n_earlier, done.damaged) == (3, [])
    assert (again.taken, again.n_earlier) == ([], 0)
    assert files_of(target) == before
    assert _attempts(target) == [
        ("a", 1, "ok", "2026", True), ("a", 2, "ok", "2025", False),
        ("b", 1, "failed", "2026", False), ("b", 2, "ok", "2025", True),
        ("c", 1, "ok", "2026", True), ("c", 2, "failed", "2025", False),
        ("d", 3, "ok", "2025", True),
        ("e", 1, "failed", "2026", True), ("e", 2, "killed", "2025", False),
    ]  # fmt: skip
    assert sealed.read(target.weights_of("d" * 64)).facts == {"run_id": "d" * 64}
    assert target.log_of("b" * 64, 2).read_text() == "ok 2025-01-01T00:00:00Z"


def test_every_attempt_comes_with_its_number_where_it_is_free(tmp_path):
    """Three attempts keep their numbers; in a target that has an attempt they move up, in order, without doubling any."""
    attempts = [record_of("a", status="failed", attempt=n, started_at=f"202{n}-01-01T00:00:00Z") for n in (1, 2)]
    source = folder_of(tmp_path / "s", *attempts, record_of("a", attempt=5))
    empty = folder_of(tmp_path / "empty")
    used = folder_of(tmp_path / "used", record_of("a", status="killed", attempt=2, started_at="2019-01-01T00:00:00Z"))

    _merged(empty, source)
    _merged(used, source)

    assert [found[1:4] for found in _attempts(empty)] == [
        (1, "failed", "2021"), (2, "failed", "2022"), (5, "ok", "2026"),
    ]  # fmt: skip
    assert [found[1:] for found in _attempts(used)] == [
        (1, "failed", "2021", False), (2, "killed", "2019", False), (3, "failed", "2022", False), (5, "ok", "2026", True),
    ]  # fmt: skip


def test_a_run_that_went_on_in_the_source_goes_on_in_the_target(tmp_path):
    """Merged while it was killed, and again after it failed: the later attempt counts, and nothing is there twice."""
    source = folder_of(tmp_path / "s", record_of("a", status="killed"))
    target = folder_of(tmp_path / "t")
    _merged(target, source)
    folder_of(tmp_path / "s", record_of("a", status="failed", attempt=2))

    _merged(target, source)

    assert [found[1:] for found in _attempts(target)] == [(1, "killed", "2026", False), (2, "failed", "2026", True)]


def test_two_sources_with_equal_numbers(tmp_path):
    """The same run made on three machines: all three attempts are there, the target's first one counts, however often."""
    sources = [folder_of(tmp_path / str(n), record_of("a", started_at=f"202{n}-01-01T00:00:00Z")) for n in range(3)]
    target = folder_of(tmp_path / "t")
    for source in sources * 2:
        _merged(target, source)

    assert [found[1:] for found in _attempts(target)] == [
        (1, "ok", "2020", True), (2, "ok", "2021", False), (3, "ok", "2022", False),
    ]  # fmt: skip
    assert target.next_attempt("a" * 64) == 4
    target.write(record_of("a", attempt=4))
    assert [record.attempt for record in target.read().records] == [4]


def test_a_run_that_was_started_over_has_no_record_that_counts_in_the_target_either(tmp_path):
    """Its earlier attempts come and do not count; a later attempt does."""
    source = folder_of(tmp_path / "s", record_of("a"))
    source.start_over(["a" * 64])
    target = folder_of(tmp_path / "t")

    _merged(target, source)

    assert [found[1:] for found in _attempts(target)] == [(1, "ok", "2026", False)]
    folder_of(tmp_path / "s", record_of("a", attempt=2, started_at="2027-01-01T00:00:00Z"))
    _merged(target, source)
    assert [found[1:] for found in _attempts(target)] == [(1, "ok", "2026", False), (2, "ok", "2027", True)]


def test_checkpoints_come_also_without_a_record(tmp_path):
    """Of a killed run, and of one whose qhb was killed with it; not of a run that is ok, whose checkpoints go."""
    source = folder_of(tmp_path / "s", record_of("a", status="killed"), record_of("b", status="killed"))
    target = folder_of(tmp_path / "t", record_of("b"), record_of("c", status="killed"))
    for store, letters in ((source, "abd"), (target, "bc")):
        for letter in letters:
            add_checkpoint(store, letter)

    _merged(target, source)

    assert sorted(path.name[0] for path in (target.root / "checkpoints").iterdir()) == ["a", "c", "d"]
    assert target.last_checkpoint_of("d" * 64) == 1


def _random_folder(path, dice, pool):
    """Write a few attempts at one run, some of them those of other folders, and perhaps start the run over in between."""
    store = folder_of(path)
    number = 0
    for record in dice.sample(pool, dice.randint(0, 4)):
        number += dice.randint(1, 2)
        store.write(record.model_copy(update={"attempt": number}))
        if dice.random() < 0.15:
            store.start_over([record.run_id])
    return store


def _contents(records):
    return [record.started_at for record in sorted(records, key=lambda record: record.attempt)]


def _expected_to_count(ours, theirs):
    """Return the start of the attempt that is to count after a merge, as the documentation of ``merge`` has it."""
    own, other = (found.records[0] if found.records else None for found in (ours, theirs))
    whole, their_whole = (_contents(found.records + found.earlier) for found in (ours, theirs))
    if other is None or other.started_at in whole or (own and own.status == "ok"):
        return own and own.started_at
    return other.started_at if not own or other.status == "ok" or own.started_at in their_whole else own.started_at


def test_random_folders(tmp_path, monkeypatch):
    """300 pairs of folders: every attempt is there once, in its folder's order; the right one counts; again changes nothing."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    dice = random.Random(5)
    pool = [
        record_of("a", status=("ok", "failed", "killed")[n % 3], started_at=f"20{n + 10}-01-01T00:00:00Z")
        for n in range(7)
    ]
    for case in range(300):
        source, target = (_random_folder(tmp_path / f"{case}{name}", dice, pool) for name in "st")
        ours, theirs = target.read(), source.read()
        before = {path: path.read_bytes() for path in target.records_folder.iterdir()}

        _merged(target, source)
        found, files = target.read(), files_of(target)
        _merged(target, source)

        whole, their_whole = found.records + found.earlier, _contents(theirs.records + theirs.earlier)
        own = _contents(ours.records + ours.earlier)
        assert sorted(_contents(whole)) == sorted({*own, *their_whole})
        came = [start for start in _contents(whole) if start not in own]
        assert came == [start for start in their_whole if start not in own]
        assert (found.records[0].started_at if found.records else None) == _expected_to_count(ours, theirs), case
        assert before.items() <= {path: path.read_bytes() for path in target.records_folder.iterdir()}.items()
        assert files_of(target) == files


def test_what_is_damaged_is_left_behind_by_name(tmp_path):
    """A record, weights, a log and a checkpoint that are damaged are named and not merged; the runs come."""
    source = folder_of(tmp_path / "s", record_of("a"), record_of("b"), record_of("c", status="killed"))
    source.weights_of("b" * 64).write_text("torn")
    source.record_of("a" * 64, 1).write_text("{}")
    source.log_of("c" * 64, 1).unlink()
    os.mkfifo(source.log_of("c" * 64, 1))
    add_checkpoint(source, "c")
    (source.checkpoints_of("c" * 64) / "000000002.safetensors").symlink_to("/dev/zero")
    target = folder_of(tmp_path / "t")

    done = _merged(target, source)

    assert [record.label for record in done.taken] == ["b", "c"]
    record, checkpoint, weights, log = done.damaged
    assert "aaa.1.json is damaged" in record
    assert "000000002.safetensors is damaged: it is not a regular file" in checkpoint
    assert "bbb.safetensors is damaged" in weights
    assert "ccc.1.log is damaged: it is not a regular file" in log
    assert not target.weights_of("b" * 64).exists()
    assert target.last_checkpoint_of("c" * 64) == 1


def test_what_cannot_be_merged(tmp_path):
    """A folder without records and the target itself are refused."""
    target = Store(tmp_path / "t")
    with target.opened():
        with pytest.raises(StoreError, match=r"nowhere is not a results folder: expected .*records"):
            merge(target, Store(tmp_path / "nowhere"))
        with pytest.raises(StoreError, match="is the target itself"):
            merge(target, Store(tmp_path / "t" / ".." / "t"))


def test_folders_are_listed_a_fixed_number_of_times(tmp_path, monkeypatch):
    """2,000 runs take as many directory listings as 20, in the target and in the source."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # not what is measured, and slow on some disks
    listed = []
    scandir, listdir = os.scandir, os.listdir

    def counts(n_runs):
        folders = [folder_of(tmp_path / f"{name}-{n_runs}") for name in "st"]
        for number in range(n_runs):
            run_id = f"{number:064x}"
            folders[0].write(record_of("a", run_id=run_id))
            folders[1].write(record_of("a", run_id=run_id, status="failed"))
        listed.clear()
        assert len(_merged(folders[1], folders[0]).taken) == n_runs
        return len(listed)

    monkeypatch.setattr(os, "scandir", lambda *path: listed.append(path) or scandir(*path))
    monkeypatch.setattr(os, "listdir", lambda *path: listed.append(path) or listdir(*path))

    assert counts(2_000) == counts(20) > 0
