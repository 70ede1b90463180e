"""Records as one table: a row for each attempt, columns that do not depend on the records, cells that any reader takes."""

import csv
import json

import fastparquet
import pytest
from click.testing import CliRunner
from stores import folder_of, record_of

from backends.circuits.catalogue import circuit_named
from docs.figures.export_columns import DOCUMENT, with_table
from harness.cli.export import command
from harness.errors import DiskError
from harness.records.export import columns, export
from harness.spec import RunSpec

_OWN = RunSpec(head="statevector", circuit="mine.toml", own_circuit=circuit_named("eq7"), shots=10)


def _rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _parquet(path):
    with path.open("rb") as file:
        return fastparquet.ParquetFile(file).to_pandas()


def test_csv_has_a_row_an_attempt(tmp_path):
    """Every attempt is a row, failed ones too; parts are groups of columns, lists are JSON, and no cell is a formula."""
    path = export([record_of("a"), record_of("b", status="failed")], [], tmp_path / "x.csv", file_format="csv")
    one, two = _rows(path)

    assert (one["label"], one["status"], one["training.epochs"], one["failure.kind"]) == ("a", "ok", "20", "")
    assert json.loads(one["options"]) == {"a": [1]}
    assert two["failure.message"] == "'=cmd()"
    assert json.loads(two["failure.log_tail"]) == ["one", "two"]


def test_earlier_attempts_are_rows_that_do_not_count(tmp_path):
    """A run that failed, was made again and was started over has three rows, in order; the command writes them all."""
    times = [f"202{n}-01-01T00:00:00Z" for n in range(4)]
    store = folder_of(
        tmp_path / "r", record_of("a", status="failed", started_at=times[0]),
        record_of("a", attempt=2, started_at=times[1]), record_of("b", started_at=times[2]),
    )  # fmt: skip
    store.start_over(["a" * 64])
    folder_of(tmp_path / "r", record_of("a", attempt=3, started_at=times[3]))

    done = CliRunner().invoke(command, [str(store.root)], standalone_mode=False)

    assert (done.return_value, done.exception) == (0, None)
    rows = [(row["label"], row["attempt"], row["status"], row["counts"]) for row in _rows(store.root / "runs.csv")]
    assert rows == [
        ("a", "1", "failed", "False"), ("a", "2", "ok", "False"), ("b", "1", "ok", "True"), ("a", "3", "ok", "True"),
    ]  # fmt: skip


def test_parquet_has_the_same_cells(tmp_path):
    """The Parquet file has the rows and columns of the records, with numbers as numbers and missing cells missing."""
    records, earlier = [record_of("a", attempt=2)], [record_of("b", status="failed")]
    frame = _parquet(export(records, earlier, tmp_path / "x.parquet", file_format="parquet"))

    assert list(frame.columns) == [column.name for column in columns()]
    assert frame["seconds"].tolist() == [1.5, 1.5]
    assert frame["attempt"].tolist() == [2, 1]
    assert frame["counts"].tolist() == [True, False]
    assert frame["failure.message"].tolist() == [None, "=cmd()"]
    assert list(tmp_path.iterdir()) == [tmp_path / "x.parquet"]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_circuit_from_a_file_is_json(tmp_path, file_format):
    """A study with an own circuit is exported in both formats; the cell holds the circuit, not the text of an object."""
    path = export([record_of("a", spec=_OWN)], [], tmp_path / f"x.{file_format}", file_format=file_format)
    cell = _rows(path)[0]["own_circuit"] if file_format == "csv" else _parquet(path)["own_circuit"][0]

    assert json.loads(cell) == record_of("a", spec=_OWN).model_dump(mode="json")["spec"]["own_circuit"]


def test_columns_and_their_types_do_not_depend_on_the_records(tmp_path):
    """A table of linear runs that are ok has the columns and types of every other, in the same order."""
    tables = ([record_of("a")], [record_of("a", spec=_OWN), record_of("b", status="failed")])
    types = []
    for number, records in enumerate(tables):
        export(records, [], tmp_path / f"{number}.csv", file_format="csv")
        frame = _parquet(export(records, [], tmp_path / f"{number}.parquet", file_format="parquet"))
        types.append({name: str(frame[name].dtype).lower() for name in frame})
    headers = {(tmp_path / f"{number}.csv").read_text().splitlines()[0] for number in (0, 1)}

    assert len(headers) == 1
    assert {"shots", "counts", "failure.kind", "evaluation.accuracy"} <= set(headers.pop().split(","))
    assert types[0] == types[1]


def test_every_column_is_documented():
    """Names are unique; docs/export.md has the columns of the code, each with a meaning."""
    names = [column.name for column in columns()]
    text = DOCUMENT.read_text(encoding="utf-8")

    assert len(set(names)) == len(names)
    assert with_table(text) == text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(names)
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_folder_that_is_not_there_is_named(tmp_path, file_format):
    """The error names the file and the remedy, whatever the format."""
    with pytest.raises(
        DiskError, match=r"none/x .*cannot be written: No such file or directory; make the folder first"
    ):
        export([record_of("a")], [], tmp_path / "none" / "x", file_format=file_format)
