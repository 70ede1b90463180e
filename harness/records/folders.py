"""Finds results folders."""

from pathlib import Path

from harness.errors import StoreError
from harness.records.disk import is_folder, list_folder
from harness.records.store import Store


def results_folder(path: Path) -> Store:
    """Return the store in a folder.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    if not is_folder(path / "records"):
        raise StoreError(f"{path} is not a results folder: expected {path / 'records'}; make one with qhb run")
    return Store(path)


def results_folders(path: Path) -> list[Store]:
    """Return the store in a folder, or those in the folders in it.

    Raises:
        StoreError: there is no such folder, or it or one of those in it cannot be read.
    """
    if not is_folder(path):
        raise StoreError(f"there is no folder {path}; expected a results folder or a folder of them")
    if is_folder(path / "records"):
        return [Store(path)]
    return [Store(folder) for folder in list_folder(path) if is_folder(folder / "records")]
