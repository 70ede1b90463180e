"""The results folder: one immutable JSON file with a checksum for each attempt at a run.

records/<run id>.<attempt>.json   {"sha256": of the record's canonical JSON, "record": RunRecord}
weights/<run id>.safetensors      of a run that trained to its end
checkpoints/<run id>/<steps>...   of a run that is not ok yet; deleted once it is
logs/<run id>.<attempt>.log       what the run printed
progress/<run id>.json            how far a run is that is under way; deleted when it ends
quarantine/                       damaged files that were moved away
.anew.json                        runs that were started over, and their last attempt before: earlier records no longer count
.merged.json                      attempts that qhb merge brought and that do not count
.plan.json                        the plan that was run last; see harness/plan/last_plan.py
.lock, .holder.json               the kernel's lock of the process that writes; and which process that is, for messages
"""

import contextlib
import dataclasses
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import filelock
import pydantic

from backends.file_io import read_regular_file, sync_folder
from harness.errors import DamagedError, DiskError, StoreError
from harness.records.disk import is_folder, is_there, list_folder, remove, write_atomically
from harness.records.envelope import enclose, read_envelope
from harness.records.file import read_record, record_bytes
from harness.records.lock_owner import Holder
from harness.records.record import RunRecord

_FOLDERS = ("records", "weights", "checkpoints", "logs", "progress", "quarantine")

_LOCK_TIMEOUT_S = 0.2  # is_held takes the lock for a moment, which must not turn a writer away
_RECORD_NAME = re.compile(r"([0-9a-f]{64})\.([0-9]{1,9})\.json")
_MAX_HOLDER_BYTES = 2**20
_MAX_LIST_BYTES = 2**26  # .anew.json and .merged.json of 100,000 runs take 10 MB
_LAST_ATTEMPTS = pydantic.TypeAdapter(dict[str, int])
_ATTEMPTS = pydantic.TypeAdapter(dict[str, set[int]])
_Listed = TypeVar("_Listed")


class Damaged(NamedTuple):
    """A record's file that holds no record, and why not."""

    path: Path
    why: str


@dataclasses.dataclass(frozen=True)
class Contents:
    """The records in a results folder.

    Attributes:
        records: The record that counts for each run, its latest; oldest run first. None counts for a run that was started
            over and has not ended since, nor for a run whose latest record is damaged.
        earlier: All other records, oldest first: superseded by a later attempt, started over, behind a damaged record, or
            brought by ``qhb merge`` to a run that had its own.
        damaged: Files in the place of a record that hold none.
    """

    records: list[RunRecord]
    earlier: list[RunRecord]
    damaged: list[Damaged]


class Store:
    """A results folder. Reading needs nothing; writing needs ``opened``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records_folder = root / "records"
        self.quarantine = root / "quarantine"
        self._holder = root / ".holder.json"
        self._started_over = root / ".anew.json"
        self._merged = root / ".merged.json"

    @contextlib.contextmanager
    def opened(self, *, wait: Callable[[str], None] | None = None, command: str | None = None) -> Iterator[None]:
        """Make the folder, check that it can be written, and hold it for this process alone.

        Args:
            wait: Called with the name of the process that holds the folder, before waiting for it; None: a folder that is
                held is an error.
            command: What this process does, for messages of other processes; None: its command line.

        Raises:
            StoreError: the folder cannot be written, or another process holds it.
        """
        lock = filelock.FileLock(self.root / ".lock", timeout=_LOCK_TIMEOUT_S, fallback_to_soft=False)
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
            place = "" if error.filename in (None, str(self.root)) else f" ({error.filename})"
            raise StoreError(
                f"results folder {self.root} cannot be written: {error.strerror or error}{place}; give --results a folder "
                "that can"
            ) from error
        try:
            if is_folder(self._holder):
                self.set_aside(self._holder)
            write_atomically(self._holder, Holder.this_process(command).model_dump_json().encode())
            yield
        finally:
            with contextlib.suppress(DiskError):  # it is for messages alone
                remove(self._holder)
            lock.release()

    @property
    def holder(self) -> Holder | None:
        """The process that last took the folder; it still has it if ``is_held``."""
        try:
            return Holder.model_validate_json(read_regular_file(self._holder, limit=_MAX_HOLDER_BYTES))
        except (OSError, ValueError):
            return None

    @property
    def is_held(self) -> bool:
        """Whether a process holds the folder at this moment."""
        try:
            # Read only, for a reader may not be allowed to write; O_NONBLOCK, for a FIFO would wait for a writer.
            lock = os.open(self.root / ".lock", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return False  # it was never held
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False  # this system has no such locks
        finally:
            os.close(lock)
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

    def start_over(self, run_ids: Collection[str]) -> None:
        """Have runs made again from the beginning. Their earlier records are kept but no longer count.

        Raises:
            StoreError: the folder, or the list of runs that were started over, cannot be read.
            DiskError: the disk refuses it.
        """
        last = self.last_attempts()
        after = self._read_started_over() | {run_id: last[run_id] for run_id in run_ids if run_id in last}
        for run_id in run_ids:  # not before the lists were read: what cannot be started over keeps its checkpoints
            self.discard_checkpoints(run_id)
        write_atomically(self._started_over, enclose("after", after))

    def _read_started_over(self) -> dict[str, int]:
        """Return the last attempt of each run before it was started over."""
        remedy = "delete it and give the same command again; earlier records of runs that were started over before then count again"
        return _read_list(self._started_over, "after", _LAST_ATTEMPTS, remedy)

    def reserve_merged(self, attempts: Mapping[str, Collection[int]]) -> None:
        """Record the numbers of attempts, by run, that ``qhb merge`` is about to write and that do not count.

        Raises:
            StoreError: the list of such attempts cannot be read.
            DiskError: the disk refuses it.
        """
        known = self.merged_attempts()
        whole = {
            run_id: sorted(known.get(run_id, set()) | set(attempts.get(run_id, ())))
            for run_id in sorted(known.keys() | attempts.keys())
        }
        if whole != {run_id: sorted(numbers) for run_id, numbers in known.items()}:
            write_atomically(self._merged, enclose("earlier", whole))

    def merged_attempts(self) -> dict[str, set[int]]:
        """Return the attempts, by run, that ``qhb merge`` brought and that do not count.

        Raises:
            StoreError: the list of such attempts cannot be read.
        """
        remedy = "delete it; of each merged run the attempt with the highest number then counts"
        return _read_list(self._merged, "earlier", _ATTEMPTS, remedy)

    def log_of(self, run_id: str, attempt: int) -> Path:
        """Return where the output of an attempt is kept."""
        return self.root / "logs" / f"{run_id}.{attempt}.log"

    def progress_of(self, run_id: str) -> Path:
        """Return where a run that is under way reports its progress."""
        return self.root / "progress" / f"{run_id}.json"

    def forget_progress(self) -> None:
        """Delete all reports of progress; call it when no run is under way.

        Raises:
            StoreError: the folder of such reports cannot be read.
            DiskError: the disk refuses it.
        """
        for path in list_folder(self.root / "progress"):
            remove(path)

    def last_checkpoint_of(self, run_id: str) -> int | None:
        """Return the step of a run's newest checkpoint, None if there is none; its content is checked when it is read.

        Raises:
            StoreError: the folder of the checkpoints cannot be read.
        """
        paths = list_folder(self.checkpoints_of(run_id))
        steps = [int(path.stem) for path in paths if path.suffix == ".safetensors" and path.stem.isdecimal()]
        return max(steps, default=None)

    def record_of(self, run_id: str, attempt: int) -> Path:
        """Return where the record of an attempt is kept."""
        return self.records_folder / f"{run_id}.{attempt}.json"

    def write(self, record: RunRecord) -> Path:
        """Write a record; when this returns, it is on the disk.

        Raises:
            StoreError: there is a record of this attempt already.
            DiskError: the disk refuses it.
        """
        path = self.record_of(record.run_id, record.attempt)
        if is_there(path):
            raise StoreError(f"record {path} is there already; records are written once")
        write_atomically(path, record_bytes(record))
        return path

    def read(self) -> Contents:
        """Return the records in the folder; an empty or missing folder holds none.

        Raises:
            StoreError: the folder cannot be read, or was written by a later version.
        """
        merged = self.merged_attempts()
        not_before = self._read_started_over()  # by run: its attempts up to this number do not count
        for path in list_folder(self.quarantine):
            _discount_up_to(not_before, path, merged)
        found, damaged = [], []
        for path in self._record_files():
            try:
                found.append(read_record(path))
            except DamagedError as error:
                damaged.append(Damaged(path, str(error)))
                _discount_up_to(not_before, path, merged)
        latest = {
            record.run_id: record
            for record in sorted(found, key=lambda record: record.attempt)
            if record.attempt > not_before.get(record.run_id, 0) and record.attempt not in merged.get(record.run_id, ())
        }
        found.sort(key=lambda record: (record.started_at, record.run_id, record.attempt))
        counting = [record for record in found if latest.get(record.run_id) is record]
        earlier = [record for record in found if latest.get(record.run_id) is not record]
        return Contents(counting, earlier, damaged)

    def _record_files(self) -> list[Path]:
        return [path for path in list_folder(self.records_folder) if path.suffix == ".json"]

    def set_aside(self, path: Path) -> Path:
        """Move a damaged file to the quarantine and return where it is now; its number stays taken.

        Raises:
            DiskError: it cannot be moved.
        """
        target = self.quarantine / path.name
        number = 1
        while is_there(target):
            number += 1
            target = self.quarantine / f"{path.name}.{number}"
        try:
            path.replace(target)
        except OSError as error:
            raise DiskError(f"{path} cannot be moved to {target}: {error.strerror or error}") from error
        return target

    def attempts(self) -> dict[str, set[int]]:
        """Return the numbers of the attempts at each run that has a record; damaged records count as attempts.

        Raises:
            StoreError: the folder cannot be read.
        """
        found: dict[str, set[int]] = {}
        for path in (*self._record_files(), *list_folder(self.quarantine)):
            if named := _named(path):
                found.setdefault(named[0], set()).add(named[1])
        return found

    def last_attempts(self) -> dict[str, int]:
        """Return the highest number of an attempt at each run that has one; those that a merge reserved are taken too.

        Raises:
            StoreError: the folder cannot be read.
        """
        last = {run_id: max(numbers) for run_id, numbers in self.merged_attempts().items() if numbers}
        for run_id, numbers in self.attempts().items():
            last[run_id] = max(last.get(run_id, 0), *numbers)
        return last

    def next_attempt(self, run_id: str) -> int:
        """Return the number of a run's next attempt."""
        return self.last_attempts().get(run_id, 0) + 1


def _named(path: Path) -> tuple[str, int] | None:
    """Return run id and attempt from the name of a record's file, whatever the file holds; None for another name."""
    name = _RECORD_NAME.fullmatch(path.name)
    return (name[1], int(name[2])) if name else None


def _discount_up_to(not_before: dict[str, int], path: Path, merged: Mapping[str, Collection[int]]) -> None:
    """Mark all attempts up to a damaged one as not counting, unless the damaged attempt did not count anyway."""
    named = _named(path)
    if named and named[1] not in merged.get(named[0], ()):
        not_before[named[0]] = max(not_before.get(named[0], 0), named[1])


def _read_list(path: Path, name: str, kind: pydantic.TypeAdapter[_Listed], remedy: str) -> _Listed:
    """Return what an envelope lists, nothing where there is no file.

    Raises:
        StoreError: the file cannot be read, or is damaged.
    """
    if not is_there(path):
        return kind.validate_python({})
    try:
        return kind.validate_python(read_envelope(path, name, limit=_MAX_LIST_BYTES))
    except (DamagedError, pydantic.ValidationError) as error:
        what = f"{path} is damaged" if isinstance(error, pydantic.ValidationError) else error
        raise StoreError(f"{what}; {remedy}") from error
