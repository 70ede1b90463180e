"""``qhb doctor``: faults of the installed versions, faults of results folders."""

import contextlib
import dataclasses
import functools
import json
from pathlib import Path

import click

from backends.canaries import CanaryReport
from harness.cli.folders import RESULTS_FOLDER
from harness.errors import DamagedError
from harness.plan.last_plan import last_plan_file, read_last_plan
from harness.records.disk import is_folder, list_folder
from harness.records.folders import results_folders
from harness.records.leftovers import Leftover, leftovers
from harness.records.store import Store
from harness.text import clean, counted, wrapped
from harness.vendor_checks import run_canaries

_RESULTS = Path("results/runs")


@dataclasses.dataclass(frozen=True)
class _Fault:
    """A fault of a results folder, and whether it was mended."""

    what: str
    mended: bool


@dataclasses.dataclass(frozen=True)
class _Examined:
    """What the examination of one results folder found.

    Attributes:
        folder: Its path.
        held_by: The process that holds it, upon which it was not examined; None if none does.
        findings: Its faults.
        left: How many of them were not mended.
        quarantined: How many damaged files are in its quarantine.
    """

    folder: str
    held_by: str | None = None
    findings: list[_Fault] = dataclasses.field(default_factory=list)
    left: int = 0
    quarantined: int = 0


@click.command("doctor")
@click.argument("results", required=False, type=RESULTS_FOLDER)
@click.option("--sweep", is_flag=True, help="Delete the leftover files, and move damaged ones to the quarantine.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(results: Path | None, sweep: bool, as_json: bool) -> int:
    """Report known faults of the installed versions, and leftover and damaged files in results folders.

    RESULTS is a results folder or a folder of them, and only these are examined. Without it the installed versions and
    results/runs are.
    """
    versions = run_canaries() if results is None else []
    if not as_json:
        _print_versions(versions)
    folders = []
    for store in results_folders(results or _RESULTS) if results or is_folder(_RESULTS) else []:
        folders.append(_examine(store, sweep=sweep))
        if not as_json:
            _print_folder(folders[-1])
    if as_json:
        parts = {
            "versions": [dataclasses.asdict(finding) for finding in versions],
            "results": [dataclasses.asdict(folder) for folder in folders],
        }
        click.echo(json.dumps(parts, indent=1))
    sound = all(finding.covered for finding in versions) and not any(folder.left for folder in folders)
    return 0 if sound else 3


def _print_versions(versions: list[CanaryReport]) -> None:
    for finding in versions:
        click.echo(f"{finding.package}: {finding.name}: {_verdict(finding)}")
        if finding.status != "not installed":
            lines = [
                finding.trouble,
                f"Observed: {finding.seen.rstrip('.')}.",
                f"Workaround: {finding.workaround} ({finding.where}).",
            ]
            for line in lines:
                click.echo(wrapped(line, indent="  "))
    if versions:
        open_ones = [finding.name for finding in versions if not finding.covered]
        click.echo(
            f"Installed versions: faults that affect this program: {', '.join(open_ones)}"
            if open_ones
            else "Installed versions: no fault affects this program"
        )


def _verdict(finding: CanaryReport) -> str:
    if finding.status == "found":
        return (
            "this version has the fault; our workaround works"
            if finding.covered
            else "this version has the fault, AND IT AFFECTS OUR RESULTS"
        )
    if finding.status == "not found":
        return "this version does not have the fault" + ("" if finding.covered else "; BUT OUR RESULTS ARE WRONG")
    return finding.seen if finding.status == "not installed" else f"CHECK FAILED: {finding.seen}"


def _examine(store: Store, *, sweep: bool) -> _Examined:
    if store.is_held:
        return _Examined(str(store.root), held_by=str(store.holder or "a qhb run"))
    with store.opened() if sweep else contextlib.nullcontext():
        found = [*_damaged_plan(store), *leftovers(store)]
        for leftover in found if sweep else []:
            leftover.mend()
    return _Examined(
        str(store.root),
        findings=[_Fault(leftover.what, mended=sweep) for leftover in found],
        left=0 if sweep else len(found),
        quarantined=len(list_folder(store.quarantine)),
    )


def _damaged_plan(store: Store) -> list[Leftover]:
    try:
        read_last_plan(store.root)
    except DamagedError as error:
        path = last_plan_file(store.root)
        return [Leftover(f"{error}; qhb run writes it again", path, functools.partial(store.set_aside, path))]
    return []


def _print_folder(folder: _Examined) -> None:
    if folder.held_by:
        click.echo(clean(f"{folder.folder}: in use by {folder.held_by}; not examined"))
        return
    for fault in folder.findings:
        click.echo(clean(f"{'mended: ' if fault.mended else ''}{fault.what}"))
    if folder.quarantined:
        click.echo(clean(f"{counted(folder.quarantined, 'damaged file')} to look at in {folder.folder}/quarantine"))
    state = f"{counted(folder.left, 'fault')}; --sweep mends them" if folder.left else "sound"
    click.echo(clean(f"{folder.folder}: {state}"))
