"""The runs that a command's arguments name."""

from pathlib import Path

import click

from harness.errors import PlanError, StoreError
from harness.plan.last_plan import with_latest_labels
from harness.records.folders import results_folders
from harness.records.record import RunRecord
from harness.records.store import Store

RESULTS_FOLDER = click.Path(path_type=Path, file_okay=False, readable=False)
"""Type of an argument that names a results folder; one that cannot be read ends in exit code 4, not in click's 2."""


def runs_named(name: str, path: Path) -> list[tuple[Store, RunRecord]]:
    """Return the runs that a word names: the first characters of an id, or a label of the latest plan.

    Raises:
        StoreError: there is none; the message lists the runs that there are.
    """
    records = [
        (store, record)
        for store in results_folders(path)
        for record in with_latest_labels(store.root, store.read().records)
    ]
    found = [(store, record) for store, record in records if record.run_id.startswith(name) or record.label == name]
    if not found:
        known = "".join(f"\n  {record.run_id[:12]}  {record.label}, seed {record.spec.seed}" for _, record in records)
        raise StoreError(f"no run {name!r} in {path}; expected an id or a label of{known or ' a results folder'}")
    return found


def one_run(name: str, path: Path, *, seed: int | None) -> tuple[Store, RunRecord]:
    """Return the one run that a word and a seed name; where several folders hold it, that of the first.

    Args:
        name: As of ``runs_named``.
        path: As of ``runs_named``.
        seed: Of the run, None where the word says enough.

    Raises:
        StoreError: as ``runs_named``.
        PlanError: there is not exactly one such run; the message lists those that there are.
    """
    found = [(store, record) for store, record in runs_named(name, path) if seed in (None, record.spec.seed)]
    if len({record.run_id for _, record in found}) != 1:
        choices = "".join(
            f"\n  {record.run_id[:12]}  {record.label}, seed {record.spec.seed}, in {store.root}"
            for store, record in found
        )
        named = name if seed is None else f"{name}, seed {seed}"
        raise PlanError(f"expected one run, {named!r} names {len(found)}; give an id, --seed or --results{choices}")
    return found[0]
