"""The results folder: one immutable, self-checksummed JSON file for each attempt at a run.

records/<run id>.<attempt>.json   {"sha256": of the record's canonical JSON, "record": RunRecord}
weights/<run id>.safetensors      of a run that trained to its end
checkpoints/<run id>/<steps>...   of a run that is not ok yet; deleted when it is
logs/<run id>.<attempt>.log       what the run printed
progress/<run id>.json            how far a run is that is under way; deleted when it ends
quarantine/                       what was damaged and put aside
.anew.json                        which runs were begun anew, and after which attempt: earlier records stay, and stand no longer
.plan.json                        the plan that was run last; see harness/plan/last_plan.py
.lock, .holder.json               held by the process that writes, by the kernel's lock; and who that is, for messages
"""

import contextlib
import fcntl
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import filelock

from backends.file_io import sync_folder
from harness.errors import DamagedError, DiskError, StoreError
from harness.records.disk import write_atomically
from harness.records.file import digest, read_record, sealed_record
from harness.records.lock_owner import Holder
from harness.records.record import RunRecord

_FOLDERS = ("records", "weights", "checkpoints", "logs", "progress", "quarantine")

_LOOK_S = 0.2  # is_held takes the lock for a moment, which must not turn a writer away
_RECORD_NAME = re.compile(r"([0-9a-f]{64})\.([0-9]{1,9})\.json")


class Damaged(NamedTuple):
    """A record's file that holds no record, and why not."""

    path: Path
    why: str


class Contents(NamedTuple):
    """What a store holds: the record that stands for each run, its latest, oldest run first; and what is damaged.

    No record stands for a run that was begun anew and has not ended since, nor for one whose latest record is damaged.
    """

    records: list[RunRecord]
    damaged: list[Damaged]


class Store:
    """A results folder. Reading needs nothing; writing needs ``opened``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records_folder = root / "records"
        self._holder = root / ".holder.json"
        self._quarantine = root / "quarantine"
        self._anew = root / ".anew.json"

    @contextlib.contextmanager
    def opened(self, *, wait: Callable[[str], None] | None = None) -> Iterator[None]:
        """Make the folder, see that it can be written, and hold it for this process alone.

        Args:
            wait: Told who holds the folder, before waiting for it; None: a folder that is held is an error.
        Raises:
            StoreError: it cannot be written, or another process holds it.
        """
        lock = filelock.FileLock(self.root / ".lock", timeout=_LOOK_S, fallback_to_soft=False)
        try:
            for name in _FOLDERS:
                (self.root / name).mkdir(parents=True, exist_ok=True)
            sync_folder(self.root)
            with tempfile.TemporaryFile(dir=self.records_folder) as probe:
                probe.write(b"probe")
            try:
                lock.acquire()
            except filelock.Timeout:
                held = f"results folder {self.root} is in use by {self.holder or 'another qhb run'}"
                if wait is None:
                    raise StoreError(f"{held}; give --wait to wait for it, or --results another folder") from None
                wait(held)
                lock.acquire(timeout=-1)
        except OSError as error:
            raise StoreError(
                f"results folder {self.root} cannot be written: {error.strerror or error}; give --results a folder that can"
            ) from error
        try:
            write_atomically(self._holder, Holder.this_process().model_dump_json().encode())
            yield
        finally:
            self._holder.unlink(missing_ok=True)
            lock.release()

    @property
    def holder(self) -> Holder | None:
        """Who said last that it holds the folder; it does so still if ``is_held``."""
        try:
            return Holder.model_validate_json(self._holder.read_bytes())
        except (OSError, ValueError):
            return None

    @property
    def is_held(self) -> bool:
        """Whether a process holds the folder at this moment."""
        try:
            with (self.root / ".lock").open("rb") as lock:  # read only, as the folder may be for whoever asks
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False  # it was never held, or this system has no such locks
        return False

    def weights_of(self, run_id: str) -> Path:
        """Return where the weights of a run are kept."""
        return self.root / "weights" / f"{run_id}.safetensors"

    def checkpoints_of(self, run_id: str) -> Path:
        """Return the folder of a run's checkpoints."""
        return self.root / "checkpoints" / run_id

    def discard_checkpoints(self, run_id: str) -> None:
        """Delete a run's checkpoints, if there are any."""
        shutil.rmtree(self.checkpoints_of(run_id), ignore_errors=True)

    def begin_anew(self, run_ids: Collection[str]) -> None:
        """Have runs made again from their beginning: their records stay, but none of them stands for its run from now on.

        Raises:
            StoreError: what was begun anew earlier cannot be read.
            DiskError: the disk refuses it.
        """
        for run_id in run_ids:
            self.discard_checkpoints(run_id)
        last = self.last_attempts()
        anew = self._begun_anew() | {run_id: last[run_id] for run_id in run_ids if run_id in last}
        write_atomically(self._anew, json.dumps({"sha256": digest(anew), "after": anew}).encode())

    def _begun_anew(self) -> dict[str, int]:
        """Return the last attempt of each run before it was begun anew."""
        try:
            content = json.loads(self._anew.read_bytes())
            after: dict[str, int] = content["after"]
            if content["sha256"] == digest(after):
                return after
            why = "its checksum is another"
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            why = str(error)
        raise StoreError(
            f"{self._anew} is damaged: {why}; expected which runs were begun anew; delete it, so that earlier records stand "
            "again, or then give --fresh"
        )

    def log_of(self, run_id: str, attempt: int) -> Path:
        """Return where the output of an attempt is kept."""
        return self.root / "logs" / f"{run_id}.{attempt}.log"

    def progress_of(self, run_id: str) -> Path:
        """Return where a run that is under way says how far it is."""
        return self.root / "progress" / f"{run_id}.json"

    def forget_progress(self) -> None:
        """Delete what runs said of how far they are, once none is under way."""
        for path in (self.root / "progress").glob("*"):
            path.unlink(missing_ok=True)

    def last_checkpoint_of(self, run_id: str) -> int | None:
        """Return the step of a run's newest checkpoint, None if there is none; whether it is sound is seen when it is read."""
        steps = [
            int(path.stem) for path in self.checkpoints_of(run_id).glob("[0-9]*.safetensors") if path.stem.isdecimal()
        ]
        return max(steps, default=None)

    def record_of(self, run_id: str, attempt: int) -> Path:
        """Return where the record of an attempt is kept."""
        return self.records_folder / f"{run_id}.{attempt}.json"

    def write(self, record: RunRecord) -> Path:
        """Write a record; when this returns, it is on the disk.

        Raises:
            StoreError: the record is there already.
            DiskError: the disk refuses it.
        """
        path = self.record_of(record.run_id, record.attempt)
        if path.exists():
            raise StoreError(f"record {path} is there already; records are written once")
        write_atomically(path, sealed_record(record))
        return path

    def read(self) -> Contents:
        """Return what is in the folder; an empty or missing folder holds nothing.

        Raises:
            StoreError: the folder cannot be read, or was written by a later version.
        """
        latest: dict[str, RunRecord] = {}
        damaged = []
        fallen = self._begun_anew()
        for path in self._quarantine.glob("*.json"):
            _note(fallen, path)
        try:
            paths = sorted(self.records_folder.glob("*.json"))
        except OSError as error:
            raise StoreError(f"results folder {self.root} cannot be read: {error}") from error
        for path in paths:
            try:
                record = read_record(path)
            except DamagedError as error:
                damaged.append(Damaged(path, str(error)))
                _note(fallen, path)
                continue
            if record.run_id not in latest or latest[record.run_id].attempt < record.attempt:
                latest[record.run_id] = record
        standing = [record for record in latest.values() if record.attempt > fallen.get(record.run_id, 0)]
        return Contents(sorted(standing, key=lambda record: (record.started_at, record.run_id)), damaged)

    def set_aside(self, path: Path) -> Path:
        """Move a damaged file to the quarantine and return where it is now; its number stays taken.

        Raises:
            DiskError: it cannot be moved.
        """
        target = self._quarantine / path.name
        try:
            path.replace(target)
        except OSError as error:
            raise DiskError(f"{path} cannot be moved to {target}: {error.strerror or error}") from error
        return target

    def last_attempts(self) -> dict[str, int]:
        """Return the number of the last attempt of each run that has one; damaged records count as attempts."""
        last: dict[str, int] = {}
        for path in (*self.records_folder.glob("*.json"), *self._quarantine.glob("*.json")):
            _note(last, path)
        return last

    def next_attempt(self, run_id: str) -> int:
        """Return the number of a run's next attempt."""
        return self.last_attempts().get(run_id, 0) + 1


def _note(last: dict[str, int], path: Path) -> None:
    """Raise a run's last attempt to the one in the name of a record's file, whatever the file holds."""
    if named := _RECORD_NAME.fullmatch(path.name):
        run_id, attempt = named[1], int(named[2])
        last[run_id] = max(last.get(run_id, 0), attempt)
