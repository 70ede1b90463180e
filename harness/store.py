"""The results folder: one immutable, self-checksummed JSON file for each attempt at a run.

records/<run id>.<attempt>.json   {"sha256": of the record's canonical JSON, "record": RunRecord}
weights/<run id>.safetensors      of a run that trained to its end
checkpoints/<run id>/<steps>...   of a run that is not ok yet; deleted when it is
logs/<run id>.<attempt>.log       what the run printed
progress/<run id>.json            how far a run is that is under way; deleted when it ends
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import filelock
import pydantic

from harness.errors import StoreError
from harness.migrations import migrated
from harness.record import SCHEMA_VERSION, RunRecord


class Contents(NamedTuple):
    """What a store holds: the latest attempt of each run, oldest run first, and a line for each file that is damaged."""

    records: list[RunRecord]
    damaged: list[str]


class Store:
    """A results folder. Reading needs nothing; writing needs ``opened``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records_folder = root / "records"

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Make the folder, see that it can be written, and hold it for this process alone.

        Raises:
            StoreError: it cannot be written, or another process holds it.
        """
        try:
            for name in ("records", "weights", "checkpoints", "logs", "progress"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.records_folder) as probe:
                probe.write(b"probe")
            lock = filelock.FileLock(self.root / ".lock", timeout=0)
            lock.acquire()
        except filelock.Timeout as error:
            raise StoreError(
                f"results folder {self.root} is in use by another qhb run; wait for it, or give --results another folder"
            ) from error
        except OSError as error:
            raise StoreError(
                f"results folder {self.root} cannot be written: {error.strerror or error}; give --results a folder that can"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def weights_of(self, run_id: str) -> Path:
        """Return where the weights of a run are kept."""
        return self.root / "weights" / f"{run_id}.safetensors"

    def checkpoints_of(self, run_id: str) -> Path:
        """Return the folder of a run's checkpoints."""
        return self.root / "checkpoints" / run_id

    def discard_checkpoints(self, run_id: str) -> None:
        """Delete a run's checkpoints, if there are any."""
        shutil.rmtree(self.checkpoints_of(run_id), ignore_errors=True)

    def log_of(self, run_id: str, attempt: int) -> Path:
        """Return where the output of an attempt is kept."""
        return self.root / "logs" / f"{run_id}.{attempt}.log"

    def progress_of(self, run_id: str) -> Path:
        """Return where a run that is under way says how far it is."""
        return self.root / "progress" / f"{run_id}.json"

    def write(self, record: RunRecord) -> Path:
        """Write a record; when this returns, it is on the disk.

        Raises:
            StoreError: the record is there already, or the disk refuses it.
        """
        path = self.records_folder / f"{record.run_id}.{record.attempt}.json"
        if path.exists():
            raise StoreError(f"record {path} is there already; records are written once")
        content = json.loads(record.model_dump_json())
        envelope = {"sha256": _digest(content), "record": content}
        try:
            write_atomically(path, json.dumps(envelope, indent=1).encode())
        except OSError as error:
            raise StoreError(
                f"record {path} cannot be written: {error.strerror or error}; free the disk or give --results another "
                "folder; records written earlier are intact"
            ) from error
        return path

    def read(self) -> Contents:
        """Return what is in the folder; an empty or missing folder holds nothing.

        Raises:
            StoreError: the folder cannot be listed.
        """
        latest: dict[str, RunRecord] = {}
        damaged = []
        try:
            paths = sorted(self.records_folder.glob("*.json"))
        except OSError as error:
            raise StoreError(f"results folder {self.root} cannot be read: {error}") from error
        for path in paths:
            try:
                record = read_record(path)
            except StoreError as error:
                damaged.append(str(error))
                continue
            if record.run_id not in latest or latest[record.run_id].attempt < record.attempt:
                latest[record.run_id] = record
        return Contents(sorted(latest.values(), key=lambda record: (record.started_at, record.run_id)), damaged)

    def next_attempt(self, run_id: str) -> int:
        """Return the number of a run's next attempt; damaged records count as attempts."""
        taken = [int(path.name.split(".")[1]) for path in self.records_folder.glob(f"{run_id}.*.json")]
        return max(taken, default=0) + 1


def read_record(path: Path) -> RunRecord:
    """Return the record in a file.

    Raises:
        StoreError: the file is damaged, or of a schema that this version does not know.
    """
    try:
        envelope = json.loads(path.read_bytes())
        content, expected = envelope["record"], envelope["sha256"]
        found = _digest(content)
        if found != expected:
            raise StoreError(
                f"record {path} is damaged: expected SHA-256 {expected}, found {found}; the run will be made again"
            )
        content = migrated(content)
        if content.get("schema_version") != SCHEMA_VERSION:
            raise StoreError(
                f"record {path} has schema {content.get('schema_version')!r}, this version reads {SCHEMA_VERSION}"
            )
        record = RunRecord.model_validate(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, pydantic.ValidationError):
            error = ValueError(
                f"{error.error_count()} fields are not those of a record, first {error.errors()[0]['loc']}"
            )
        raise StoreError(
            f"record {path} is damaged: {type(error).__name__}: {error}; the run will be made again"
        ) from error
    if path.name.split(".")[0] != record.run_id:
        raise StoreError(
            f"record {path} is misnamed: it holds run {record.run_id}; move it away, the run will be made again"
        )
    return record


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a machine that lost power, sees all of it or none."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
