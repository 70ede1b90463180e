"""Results folders put together: no run lost, none doubled, and doing it again changes nothing."""

import shutil
from pathlib import Path
from typing import NamedTuple

from harness.errors import DamagedError, DiskError, StoreError
from harness.records import sealed
from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.records.store import Store


class Merged(NamedTuple):
    """What became of a source.

    Attributes:
        taken: Runs that the target has from it now.
        kept: Runs of which the target kept its own record.
        damaged: Why each of its damaged files was left behind.
    """

    taken: list[RunRecord]
    kept: list[RunRecord]
    damaged: list[str]


def merge(target: Store, source: Store) -> Merged:
    """Bring a source's runs into a target that is opened; the source stays as it is.

    A run that the target lacks comes with its latest attempt. Of one that both have, the target takes the source's record
    only if its own is not ok and the source's is.

    Raises:
        StoreError: the source is no results folder, or cannot be read.
        DiskError: the target takes no more.
    """
    if not source.records_folder.is_dir():
        raise StoreError(f"{source.root} is not a results folder: expected {source.records_folder}")
    if source.root.resolve() == target.root.resolve():
        raise StoreError(f"{source.root} is the target itself; give another folder")
    mine = {record.run_id: record for record in target.read().records}
    found = source.read()
    merged = Merged([], [], [damaged.why for damaged in found.damaged])
    for record in found.records:
        own = mine.get(record.run_id)
        if own is not None and (own.status == "ok" or record.status != "ok"):
            merged.kept.append(record)
            continue
        merged.damaged.extend(_take(record, target, source))
        merged.taken.append(record)
    return merged


def _take(record: RunRecord, target: Store, source: Store) -> list[str]:
    """Copy the files first and write the record last: with it the run is there, and without it nothing is.

    Returns:
        Why the weights were left behind, if they were.
    """
    attempt = target.next_attempt(record.run_id)
    weights, damaged = source.weights_of(record.run_id), []
    if weights.exists():
        try:
            sealed.read(weights)
            _copy(weights, target.weights_of(record.run_id))
        except DamagedError as error:
            damaged.append(f"weights {error}")
    log = source.log_of(record.run_id, record.attempt)
    if log.exists():
        _copy(log, target.log_of(record.run_id, attempt))
    target.write(record.model_copy(update={"attempt": attempt}))
    if record.status == "ok":
        target.discard_checkpoints(record.run_id)
    elif source.checkpoints_of(record.run_id).is_dir() and not target.checkpoints_of(record.run_id).exists():
        _copy_folder(source.checkpoints_of(record.run_id), target.checkpoints_of(record.run_id))
    return damaged


def _copy(path: Path, to: Path) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}") from error
    write_atomically(to, content)


def _copy_folder(folder: Path, to: Path) -> None:
    try:
        shutil.copytree(folder, to)
    except (OSError, shutil.Error) as error:
        raise DiskError(f"{folder} cannot be copied to {to}: {error}") from error
