"""Results folders put together, exported, examined and swept."""

import csv
import json

import fastparquet
import pytest
import torch
from click.testing import CliRunner

from harness.cli.export import command as export_command
from harness.errors import StoreError
from harness.records import sealed
from harness.records.export import export
from harness.records.leftovers import leftovers
from harness.records.merge import merge
from harness.records.record import Failure, RunRecord
from harness.records.store import Store
from harness.spec import RunSpec

_FAILURE = Failure(kind="ValueError", message="=cmd()", traceback="", log_tail=["one", "two"])


def _record(letter, *, status="ok", attempt=1, **changes):
    failure = None if status == "ok" else _FAILURE
    return RunRecord(
        run_id=letter * 64,
        label=letter,
        spec=RunSpec(head="linear", options={"a": [1]}),
        attempt=attempt,
        status=status,
        started_at="2026-01-01T00:00:00Z",
        seconds=1.5,
        scope="full",
        failure=failure,
        **changes,
    )


def _folder(path, *records):
    store = Store(path)
    with store.opened():
        for record in records:
            store.write(record)
            sealed.write(store.weights_of(record.run_id), {"w": torch.zeros(3)}, {"run_id": record.run_id})
            store.log_of(record.run_id, record.attempt).write_text(record.status)
    return store


def test_merging_loses_and_doubles_nothing(tmp_path):
    """The target gets what it lacks, an ok run replaces one that is not, its own ok runs stay; a second merge changes nothing."""
    target = _folder(tmp_path / "t", _record("a"), _record("b", status="failed"), _record("c"))
    source = _folder(tmp_path / "s", _record("a"), _record("b"), _record("c", status="failed"), _record("d", attempt=3))

    with target.opened():
        merged = merge(target, source)
        before = {path: path.read_bytes() for path in target.records_folder.iterdir()}
        again = merge(target, source)

    assert ([record.label for record in merged.taken], [record.label for record in merged.kept]) == (
        list("bd"),
        list("ac"),
    )
    assert again.taken == []
    assert {path: path.read_bytes() for path in target.records_folder.iterdir()} == before
    records = {record.label: record for record in target.read().records}
    assert {label: (record.status, record.attempt) for label, record in records.items()} == {
        "a": ("ok", 1), "b": ("ok", 2), "c": ("ok", 1), "d": ("ok", 1),
    }  # fmt: skip
    assert sealed.read(target.weights_of("d" * 64)).facts == {"run_id": "d" * 64}
    assert target.log_of("b" * 64, 2).read_text() == "ok"


def test_a_damaged_record_is_left_behind_by_name(tmp_path):
    """What is damaged is not merged, and is named: a record, and the weights of another."""
    source = _folder(tmp_path / "s", _record("a"), _record("b"))
    source.weights_of("b" * 64).write_text("torn")
    source.record_of("a" * 64, 1).write_text("{}")
    target = Store(tmp_path / "t")
    with target.opened():
        merged = merge(target, source)

    assert [record.label for record in merged.taken] == ["b"]
    record, weights = merged.damaged
    assert "aaa.1.json is damaged" in record
    assert "bbb.safetensors is damaged" in weights
    assert not target.weights_of("b" * 64).exists()


def test_what_cannot_be_merged(tmp_path):
    """A folder without records and the target itself are refused."""
    target = Store(tmp_path / "t")
    with target.opened():
        with pytest.raises(StoreError, match=r"nowhere is not a results folder: expected .*records"):
            merge(target, Store(tmp_path / "nowhere"))
        with pytest.raises(StoreError, match="is the target itself"):
            merge(target, Store(tmp_path / "t" / ".." / "t"))


def test_csv_has_a_row_a_run(tmp_path):
    """Every run is a row, failed ones too; parts are groups of columns, lists are JSON, and no cell is a formula."""
    path = export([_record("a"), _record("b", status="failed")], tmp_path / "x.csv", file_format="csv")
    with path.open(newline="") as file:
        one, two = csv.DictReader(file)

    assert (one["label"], one["status"], one["spec.training.epochs"], one["failure.kind"]) == ("a", "ok", "20", "")
    assert json.loads(one["spec.options"]) == {"a": [1]}
    assert two["failure.message"] == "'=cmd()"
    assert json.loads(two["failure.log_tail"]) == ["one", "two"]


def test_parquet_has_the_same_cells(tmp_path):
    """The Parquet file has the rows and columns of the records, with numbers as numbers and missing cells missing."""
    path = export([_record("a"), _record("b", status="failed")], tmp_path / "x.parquet", file_format="parquet")
    with path.open("rb") as file:
        frame = fastparquet.ParquetFile(file).to_pandas()

    assert frame["seconds"].tolist() == [1.5, 1.5]
    assert frame["attempt"].tolist() == [1, 1]
    assert frame["failure.message"].tolist() == [None, "=cmd()"]
    assert list(tmp_path.iterdir()) == [path]


def test_columns_do_not_depend_on_the_records(tmp_path):
    """A table of linear runs that are ok has the columns of every other, in the same order."""
    for number, records in enumerate(([_record("a")], [_record("a"), _record("b", status="failed")])):
        export(records, tmp_path / f"{number}.csv", file_format="csv")
        export(records, tmp_path / f"{number}.parquet", file_format="parquet")
    headers = {(tmp_path / f"{number}.csv").read_text().splitlines()[0] for number in (0, 1)}

    assert len(headers) == 1
    assert {"spec.shots", "failure.kind", "evaluation.accuracy"} <= set(headers.pop().split(","))


def test_the_format_is_what_the_name_ends_in(tmp_path):
    """--output x.parquet is Parquet, and one that contradicts --format is refused."""
    _folder(tmp_path / "r", _record("a"))
    for arguments, code in (([], 0), (["--format", "csv"], 2)):
        done = CliRunner().invoke(
            export_command, [str(tmp_path / "r"), "--output", str(tmp_path / "x.parquet"), *arguments]
        )
        assert (getattr(done.exception, "exit_code", 0), bool(done.exception)) == (code, bool(code))
    assert (tmp_path / "x.parquet").read_bytes()[:4] == b"PAR1"


def test_leftovers_are_found_named_and_swept(tmp_path):
    """Temporary files, progress of nobody, checkpoints of ok runs and damaged files are named; mending leaves what is sound."""
    store = _folder(tmp_path, _record("a"), _record("b", status="killed"), _record("c", weights_sha256="0" * 64))
    store.weights_of("c" * 64).write_text("torn")
    sound = store.record_of("a" * 64, 1).read_bytes()
    store.record_of("b" * 64, 1).write_text("{}")
    (tmp_path / "records" / ".x.json.1-0.part").write_text("half")
    store.progress_of("a" * 64).write_text("{}")
    for name in "ab":
        store.checkpoints_of(name * 64).mkdir()
    (store.checkpoints_of("b" * 64) / "000000001.safetensors").write_text("torn")

    found = leftovers(store)

    said = " ".join(finding.what for finding in found)
    for what in (
        "bbb.1.json is damaged",
        ".part was being written",
        "not under way",
        "a run that is ok",
        "checkpoint ",
    ):
        assert what in said
    assert "weights of run cccccccccccc (c, seed 0): " in said
    assert len(found) == 6
    for finding in found:
        finding.mend()
    assert leftovers(store) == []
    assert [record.label for record in store.read().records] == ["a"]  # the others are to be made again
    assert store.record_of("a" * 64, 1).read_bytes() == sound
    assert store.next_attempt("b" * 64) == 2


def test_a_sound_folder_has_no_findings(tmp_path):
    """Nothing is wrong where nothing is wrong."""
    assert leftovers(_folder(tmp_path, _record("a"))) == []
