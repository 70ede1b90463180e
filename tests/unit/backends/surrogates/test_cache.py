"""The cache of grid values: used when it is right in every respect, and built again when it is not."""

from pathlib import Path

import numpy as np
import pytest

from backends.adapters.statevector import Statevector
from backends.circuits.catalogue import circuit_named
from backends.surrogates import cache
from backends.surrogates.table import ResponseTable, Tabulated

KEY = cache.key_of({"what": "a test"})
VALUES = np.arange(6.0).reshape(3, 2)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))
    return tmp_path / "tables"


def table() -> ResponseTable:
    return Tabulated(Statevector)(circuit_named("eq7_swapped"), shots=100)


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_the_second_table_comes_from_the_cache(folder):
    """The first executes the grid and the verification, the second the verification alone, and answers the same."""
    first, second = table(), table()

    assert (first.provenance()["grid_from"], first.tally.setup.executed) == ("backend", 81 + 16)
    assert (second.provenance()["grid_from"], second.tally.setup.executed) == ("cache", 16)
    assert first.response.terms == second.response.terms
    assert [path.suffix for path in folder.iterdir()] == [".safetensors"]


def test_no_damage_is_trusted(folder):
    """Each byte of the file in turn is flipped, and the file cut short: what comes back is right, or nothing."""
    cache.store(KEY, VALUES)
    path = only_file(folder)
    sound = path.read_bytes()
    for position in range(len(sound)):
        path.write_bytes(sound[:position] + bytes([sound[position] ^ 1]) + sound[position + 1 :])
        found = cache.load(KEY, shape=VALUES.shape)
        assert found is None or np.array_equal(found, VALUES), position
        path.write_bytes(sound[:position])
        assert cache.load(KEY, shape=VALUES.shape) is None
    path.write_bytes(sound)
    assert np.array_equal(cache.load(KEY, shape=VALUES.shape), VALUES)


def test_another_tables_file_is_not_taken(folder):
    """A sound file under another key's name, or of another shape, is none."""
    cache.store(KEY, VALUES)
    other = cache.key_of({"what": "another"})
    only_file(folder).rename(folder / f"{other}.safetensors")

    assert cache.load(other, shape=VALUES.shape) is None
    cache.store(KEY, VALUES)
    assert cache.load(KEY, shape=(2, 3)) is None


@pytest.mark.parametrize("shape", [(*first, *(1,) * n) for first in ((1,), (10,)) for n in range(4)])
def test_values_come_back_with_their_bits_and_shape(folder, shape):
    """Whatever the length of the file's header, which its shape changes."""
    values = np.random.default_rng(3).uniform(size=shape)
    cache.store(KEY, values)
    found = cache.load(KEY, shape=shape)

    assert (found.dtype, found.shape) == (np.float64, shape)
    assert found.tobytes() == values.tobytes()


def test_the_largest_table_is_kept(folder):
    """2**22 values, 32 MiB, are below the limit of what is read; a file of more than 64 MiB is none of ours."""
    values = np.zeros((2**22, 1))
    cache.store(KEY, values)
    assert cache.load(KEY, shape=values.shape) is not None

    with only_file(folder).open("ab") as file:
        file.truncate(2**26 + 1)
    assert cache.load(KEY, shape=values.shape) is None


def test_a_key_is_of_the_content_alone():
    """The order in which it was written down does not count, every value does."""
    assert cache.key_of({"a": 1, "b": [2, 3]}) == cache.key_of({"b": [2, 3], "a": 1})
    assert len({cache.key_of(content) for content in ({"a": 1}, {"a": 2}, {"b": 1}, {"a": [1]}, {})}) == 5


@pytest.mark.parametrize("values", [np.arange(6, dtype=np.float32).reshape(3, 2), np.arange(6).reshape(3, 2)])
def test_values_of_another_precision_are_none(folder, values):
    """A file whose checksum is right but that holds no doubles is not ours."""
    cache.store(KEY, values)

    assert cache.load(KEY, shape=(3, 2)) is None


def test_a_damaged_file_is_built_again(folder):
    """A table whose file is garbage is built from the backend, and the file is sound afterwards."""
    table()
    only_file(folder).write_bytes(b"garbage")

    assert table().provenance()["grid_from"] == "backend"
    assert table().provenance()["grid_from"] == "cache"


def test_a_stale_file_is_built_again(folder):
    """Values that were right for another version of the head are found out by the verification."""
    table()
    key = only_file(folder).stem
    cache.store(key, cache.load(key, shape=(81, 1)) * 0.9)
    head = table()

    assert head.provenance()["grid_from"] == "backend"
    assert head.provenance()["verification"]["deviation"] < 1e-14
    assert table().provenance()["grid_from"] == "cache"


def test_everything_that_values_depend_on_is_in_the_key(folder):
    """Another circuit, other options and other values of one circuit are other files; seed and shots are not."""
    from backends.adapters.fake_ibm import FakeIBM
    from backends.conformance.circuits import BELL

    for seed, shots in ((0, 100), (1, 200)):
        Tabulated(Statevector)(circuit_named("eq7"), shots=shots, seed=seed)
    assert len(list(folder.iterdir())) == 1
    Tabulated(Statevector)(BELL)
    Tabulated(Statevector)(BELL, shots=10)
    assert len(list(folder.iterdir())) == 3
    for readout_error in (True, False):
        Tabulated(FakeIBM)(circuit_named("eq7"), options={"readout_error": readout_error})
    assert len(list(folder.iterdir())) == 5


def test_a_folder_that_cannot_be_written_costs_the_cache_alone(tmp_path, monkeypatch):
    """Where the folder's name is that of a file, tables are built each time."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path / "file"))

    assert [table().provenance()["grid_from"] for _ in range(2)] == ["backend", "backend"]
