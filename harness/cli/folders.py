"""Finding a results folder, and a run in it, from what was typed."""

from pathlib import Path

from harness.errors import StoreError
from harness.records.record import RunRecord
from harness.records.store import Store


def results_folder(path: Path) -> Store:
    """Return the store in a folder.

    Raises:
        StoreError: there is none.
    """
    if not (path / "records").is_dir():
        raise StoreError(f"{path} is not a results folder: expected {path / 'records'}; make one with qhb run")
    return Store(path)


def results_folders(path: Path) -> list[Store]:
    """Return the store in a folder, or those in the folders in it.

    Raises:
        StoreError: there is no such folder.
    """
    if not path.is_dir():
        raise StoreError(f"there is no folder {path}; expected a results folder or a folder of them")
    if (path / "records").is_dir():
        return [Store(path)]
    return [Store(records.parent) for records in sorted(path.glob("*/records"))]


def runs_named(name: str, path: Path) -> list[tuple[Store, RunRecord]]:
    """Return the runs that a word names: the first characters of an id, or a label.

    Raises:
        StoreError: there is none; the message lists those that there are.
    """
    records = [(store, record) for store in results_folders(path) for record in store.read().records]
    found = [(store, record) for store, record in records if record.run_id.startswith(name) or record.label == name]
    if not found:
        known = "".join(f"\n  {record.run_id[:12]}  {record.label}, seed {record.spec.seed}" for _, record in records)
        raise StoreError(f"no run {name!r} in {path}; expected an id or a label of{known or ' a results folder'}")
    return found
