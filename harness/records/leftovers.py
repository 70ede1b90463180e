"""What lies about in a results folder and should not: found by looking, mended when nobody writes there."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from backends.file_io import PART
from harness.errors import DamagedError
from harness.records import sealed
from harness.records.record import RunRecord
from harness.records.store import Contents, Store


class Finding(NamedTuple):
    """Something wrong: what, where, and how it is mended."""

    what: str
    path: Path
    mend: Callable[[], object]


def leftovers(store: Store) -> list[Finding]:
    """Return what is wrong in a folder that no process writes to at the moment.

    Raises:
        StoreError: it cannot be read.
    """
    contents = store.read()
    return [*_damaged(store, contents), *_weights(store, contents.records), *_stale(store, contents.records)]


def _damaged(store: Store, contents: Contents) -> Iterator[Finding]:
    for path, why in contents.damaged:
        yield Finding(why, path, functools.partial(store.set_aside, path))
    for path in sorted(store.root.glob("checkpoints/*/*.safetensors")):
        if found := _damage(path):
            yield Finding(f"checkpoint {found}; the newest sound one will be used, if there is one", path, path.unlink)


def _weights(store: Store, records: list[RunRecord]) -> Iterator[Finding]:
    for record in records:
        path = store.weights_of(record.run_id)
        if record.weights_sha256 is not None and (why := _damage(path)):
            whose = f"weights of run {record.run_id[:12]} ({record.label}, seed {record.spec.seed})"
            again = functools.partial(_to_be_made_again, store, record.run_id)
            yield Finding(f"{whose}: {why}; once mended, qhb run makes it again", path, again)


def _to_be_made_again(store: Store, run_id: str) -> None:
    store.start_over([run_id])
    if store.weights_of(run_id).exists():
        store.set_aside(store.weights_of(run_id))


def _stale(store: Store, records: list[RunRecord]) -> Iterator[Finding]:
    ok = {record.run_id for record in records if record.status == "ok"}
    for path in sorted(store.root.rglob(f".*{PART}")):
        yield Finding(f"{path} was being written when its process was killed", path, path.unlink)
    for path in sorted(store.root.glob("progress/*")):
        yield Finding(f"{path} is of a run that is not under way", path, path.unlink)
    for path in sorted(store.root.glob("checkpoints/*")):
        if path.name in ok:
            discard = functools.partial(store.discard_checkpoints, path.name)
            yield Finding(f"{path} holds checkpoints of a run that is ok", path, discard)


def _damage(path: Path) -> str | None:
    try:
        sealed.read(path)
    except DamagedError as error:
        return str(error)
    return None
