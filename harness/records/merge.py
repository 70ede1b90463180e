"""Merging of results folders: no attempt is lost, none is doubled, and merging again changes nothing.

The order of the writes makes a merge safe to kill. First the numbers of the attempts that will not count are recorded,
then come checkpoints, then run by run weights, logs and, last, the records. A merge that was killed is finished by doing
it again.
"""

import collections
import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

from backends.file_io import PART, sync_folder
from harness.errors import DamagedError, DiskError, StoreError
from harness.records import sealed
from harness.records.disk import MAX_FILE_BYTES, is_folder, is_there, list_folder, read_file, remove, write_atomically
from harness.records.envelope import digest
from harness.records.leftovers import partial_files
from harness.records.record import RunRecord
from harness.records.store import Contents, Store

_RUN_ID = re.compile(r"[0-9a-f]{64}")


@dataclasses.dataclass
class Merged:
    """What a merge did with one source.

    Attributes:
        taken: Records of the source that count in the target from now on.
        kept: Records that count in the source, of runs whose record the target had already or kept.
        n_earlier: How many attempts the target has from now on that do not count.
        damaged: Why each damaged file was left behind.
    """

    taken: list[RunRecord] = dataclasses.field(default_factory=list)
    kept: list[RunRecord] = dataclasses.field(default_factory=list)
    n_earlier: int = 0
    damaged: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class _Attempts:
    """The attempts at one run in one folder.

    Attributes:
        records: In the order of their numbers.
        counting: The one that counts, if one does.
    """

    records: list[RunRecord] = dataclasses.field(default_factory=list)
    counting: RunRecord | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the record that counts is ok."""
        return self.counting is not None and self.counting.status == "ok"


@dataclasses.dataclass(frozen=True)
class _Copy:
    """An attempt of the source, as the target gets it.

    Attributes:
        record: The source's record.
        number: The attempt's number in the target.
        counts: Whether it counts there.
    """

    record: RunRecord
    number: int
    counts: bool


def merge(target: Store, source: Store) -> Merged:
    """Bring a source's attempts at runs into a target that is opened; the source stays as it is.

    Where only the source has a record that counts, it counts in the target. Where both have one, the target's own counts,
    unless it is not ok and either the source's is ok, or the target's is an earlier attempt of the source. All other
    attempts come too and do not count. An attempt keeps its number where that is free and above the number of the attempt
    before it.

    Raises:
        StoreError: the source is not a results folder, or one of the folders cannot be read.
        DiskError: the disk refuses a file.
    """
    if not is_folder(source.records_folder):
        raise StoreError(f"{source.root} is not a results folder: expected {source.records_folder}")
    if source.root.resolve() == target.root.resolve():
        raise StoreError(f"{source.root} is the target itself; give another folder")
    for path in partial_files(target):  # of a merge that was killed
        remove(path)
    found, numbers, reserved = source.read(), target.attempts(), target.merged_attempts()
    merged = Merged(damaged=[damaged.why for damaged in found.damaged])
    own = _by_run(target.read())
    copies: dict[str, list[_Copy]] = {}
    not_counting: dict[str, set[int]] = {}
    for run_id, theirs in _by_run(found).items():
        ours = own.get(run_id, _Attempts())
        copies[run_id] = _copies(ours, theirs, numbers.get(run_id, set()), reserved.get(run_id, set()))
        if above := _not_counting(ours, copies[run_id]):
            not_counting[run_id] = above
    target.reserve_merged(not_counting)
    ok = {run_id for run_id, ours in own.items() if ours.is_ok}
    ok |= {run_id for run_id in copies if any(copy.counts and copy.record.status == "ok" for copy in copies[run_id])}
    merged.damaged += _copy_checkpoints(target, source, ok)
    for attempts in copies.values():
        for copy in sorted(attempts, key=lambda copy: not copy.counts):
            merged.damaged += _write(copy, target, source)
            merged.n_earlier += not copy.counts
            if copy.counts:
                merged.taken.append(copy.record)
    taken = {record.run_id for record in merged.taken}
    merged.kept = [record for record in found.records if record.run_id not in taken]
    for path in list_folder(target.root / "checkpoints"):
        if path.name in ok:
            remove(path)
    return merged


def _by_run(contents: Contents) -> dict[str, _Attempts]:
    found: dict[str, _Attempts] = collections.defaultdict(_Attempts)
    for record in sorted((*contents.records, *contents.earlier), key=lambda record: record.attempt):
        found[record.run_id].records.append(record)
    for record in contents.records:
        found[record.run_id].counting = record
    return dict(found)


def _copies(ours: _Attempts, theirs: _Attempts, taken: set[int], reserved: set[int]) -> list[_Copy]:
    """Return the attempts at one run that the target lacks.

    Args:
        ours: The target's attempts.
        theirs: The source's.
        taken: Numbers of attempts in the target, those of damaged records too.
        reserved: Numbers of attempts in the target that do not count, written or not.
    """
    there: dict[str, list[int]] = collections.defaultdict(list)
    for record in ours.records:
        there[_content(record)].append(record.attempt)
    known = {_content(record) for record in theirs.records}
    continued = ours.counting is not None and _content(ours.counting) in known
    found: list[_Copy] = []
    before, taken = 0, set(taken)
    for record in theirs.records:
        if same := there[_content(record)]:
            before = max(before, same.pop(0))
            continue
        counts = (
            record is theirs.counting
            and not ours.is_ok
            and (ours.counting is None or continued or record.status == "ok")
        )
        at_least = max(taken, default=0) + 1 if counts else before + 1
        number = max(record.attempt, at_least)
        if not counts and record.attempt in taken:
            number = at_least
        while number in taken or (counts and number in reserved):
            number += 1
        found.append(_Copy(record, number, counts))
        taken.add(number)
        before = number
    return found


def _not_counting(ours: _Attempts, copies: Sequence[_Copy]) -> set[int]:
    """Return the numbers of copies that are above the attempt that counts, and must not count in its place."""
    counting = [copy.number for copy in copies if copy.counts]
    last = counting[0] if counting else ours.counting.attempt if ours.counting else 0
    return {copy.number for copy in copies if copy.number > last}


def _content(record: RunRecord) -> str:
    """Return the digest of all that makes two records the same attempt: everything but its number."""
    return digest(record.model_dump(mode="json", exclude={"attempt"}))


def _write(copy: _Copy, target: Store, source: Store) -> list[str]:
    """Copy an attempt's files first and its record last: the attempt is there only once it is complete.

    Returns:
        Why each of its files that is damaged was left behind.
    """
    record, run_id, damaged = copy.record, copy.record.run_id, []
    weights = source.weights_of(run_id)
    if copy.counts and (record.weights_sha256 is not None or is_there(weights)):
        try:
            sealed.read(weights)
            write_atomically(target.weights_of(run_id), read_file(weights, limit=MAX_FILE_BYTES))
        except DamagedError as error:
            damaged.append(f"weights {error}")
    log = source.log_of(run_id, record.attempt)
    if is_there(log):
        try:
            write_atomically(target.log_of(run_id, copy.number), read_file(log, limit=MAX_FILE_BYTES))
        except DamagedError as error:
            damaged.append(f"log {error}")
    target.write(record.model_copy(update={"attempt": copy.number}))
    return damaged


def _copy_checkpoints(target: Store, source: Store, ok: set[str]) -> list[str]:
    """Copy the checkpoints of runs that are not ok and have none in the target, a run's all at once.

    Returns:
        Why each checkpoint that is damaged was left behind.
    """
    skipped = ok | {path.name for path in list_folder(target.root / "checkpoints")}
    damaged: list[str] = []
    for folder in list_folder(source.root / "checkpoints"):
        if folder.name in skipped or not _RUN_ID.fullmatch(folder.name) or not is_folder(folder):
            continue
        part = target.root / "checkpoints" / f".{folder.name}{PART}"
        try:
            part.mkdir()
            damaged += _copy_files(folder, part)
            part.replace(target.checkpoints_of(folder.name))
            sync_folder(part.parent)
        except OSError as error:
            raise DiskError(
                f"checkpoints {folder} cannot be copied to {target.checkpoints_of(folder.name)}: {error.strerror or error}; "
                "free the disk, then merge again"
            ) from error
    return damaged


def _copy_files(folder: Path, to: Path) -> list[str]:
    """Copy the files of a folder; return why each that is damaged was left behind."""
    damaged = []
    for path in list_folder(folder):
        try:
            write_atomically(to / path.name, read_file(path, limit=MAX_FILE_BYTES))
        except DamagedError as error:
            damaged.append(f"checkpoint {error}")
    return damaged
