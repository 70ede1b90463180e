"""Leftover and damaged files in a results folder: found by reading it, removed or moved away when nobody writes to it."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from backends.file_io import PART
from harness.errors import DamagedError, StoreError
from harness.records import sealed
from harness.records.disk import is_folder, is_there, list_folder, remove
from harness.records.record import RunRecord
from harness.records.store import Contents, Store


class Leftover(NamedTuple):
    """A file or folder that should not be there: what is wrong with it, where it is, and what removes the fault."""

    what: str
    path: Path
    mend: Callable[[], object]


def leftovers(store: Store) -> list[Leftover]:
    """Return what is wrong in a folder that no process writes to at the moment.

    Raises:
        StoreError: the folder cannot be read.
    """
    found = store.read()
    return [*_damaged(store, found), *_weights(store, found.records), *_stale(store, found.records)]


def partial_files(store: Store) -> Iterator[Path]:
    """Yield the files and folders that a process was writing when it was killed, if no process writes at the moment.

    Raises:
        StoreError: a folder cannot be read.
    """
    for folder, folders, files in os.walk(store.root, onerror=_refuse):
        names = [name for name in (*folders, *files) if name.startswith(".") and name.endswith(PART)]
        folders[:] = sorted(set(folders).difference(names))
        yield from (Path(folder) / name for name in sorted(names))


def _refuse(error: OSError) -> NoReturn:
    raise StoreError(
        f"folder {error.filename} cannot be read: {error.strerror}; give yourself the right to read it"
    ) from error


def _damaged(store: Store, found: Contents) -> Iterator[Leftover]:
    for damaged in found.damaged:
        yield Leftover(damaged.why, damaged.path, functools.partial(store.set_aside, damaged.path))
    for path in _checkpoints(store):
        if why := _damage(path):
            what = f"checkpoint {why}; the newest sound one will be used, if there is one"
            yield Leftover(what, path, functools.partial(remove, path))


def _checkpoints(store: Store) -> Iterator[Path]:
    for folder in _checkpoint_folders(store):
        if is_folder(folder):
            yield from (path for path in list_folder(folder) if path.suffix == ".safetensors")


def _checkpoint_folders(store: Store) -> list[Path]:
    return [path for path in list_folder(store.root / "checkpoints") if not path.name.endswith(PART)]


def _weights(store: Store, records: Iterable[RunRecord]) -> Iterator[Leftover]:
    for record in records:
        path = store.weights_of(record.run_id)
        if record.weights_sha256 is not None and (why := _damage(path)):
            whose = f"weights of run {record.run_id[:12]} ({record.label}, seed {record.spec.seed})"
            what = f"{whose}: {why}; with --sweep the record no longer counts, and qhb run makes the run again"
            yield Leftover(what, path, functools.partial(_make_again, store, record.run_id))


def _make_again(store: Store, run_id: str) -> None:
    store.start_over([run_id])
    if is_there(store.weights_of(run_id)):
        store.set_aside(store.weights_of(run_id))


def _stale(store: Store, records: Iterable[RunRecord]) -> Iterator[Leftover]:
    ok = {record.run_id for record in records if record.status == "ok"}
    for path in partial_files(store):
        yield Leftover(f"{path} was being written when its process was killed", path, functools.partial(remove, path))
    for path in list_folder(store.root / "progress"):
        if not path.name.endswith(PART):
            yield Leftover(f"{path} is of a run that is not under way", path, functools.partial(remove, path))
    for path in _checkpoint_folders(store):
        if path.name in ok:
            yield Leftover(f"{path} holds checkpoints of a run that is ok", path, functools.partial(remove, path))


def _damage(path: Path) -> str | None:
    try:
        sealed.read(path)
    except DamagedError as error:
        return str(error)
    return None
