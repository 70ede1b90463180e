"""``qhb doctor``: a section on the installed versions, a section on results folders."""

import contextlib
import dataclasses
import json
import textwrap
from pathlib import Path
from typing import Any

import click

from backends.canaries import CanaryReport
from harness.cli.folders import results_folders
from harness.records.leftovers import leftovers
from harness.records.store import Store
from harness.text import counted
from harness.vendor_checks import findings

_RESULTS = Path("results/runs")


@click.command("doctor")
@click.argument("results", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--sweep", is_flag=True, help="Mend it: delete leftovers, put damaged files aside.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(results: Path | None, sweep: bool, as_json: bool) -> int:
    """Say what the installed versions do wrong and what we do about it, and what is wrong with results folders.

    With RESULTS, a results folder or a folder of them, only these are looked at; without, the versions and results/runs.
    """
    versions = findings() if results is None else []
    if not as_json:
        _print_versions(versions)
    folders = []
    for store in results_folders(results or _RESULTS) if results or _RESULTS.is_dir() else []:
        folders.append(_examined(store, sweep=sweep))
        if not as_json:
            _print_folder(folders[-1])
    if as_json:
        click.echo(json.dumps({"versions": [dataclasses.asdict(v) for v in versions], "results": folders}, indent=1))
    sound = all(finding.covered for finding in versions) and not any(folder["left"] for folder in folders)
    return 0 if sound else 3


def _print_versions(versions: list[CanaryReport]) -> None:
    for finding in versions:
        click.echo(f"{finding.package}: {finding.name}: {_verdict(finding)}")
        if finding.status != "not installed":
            lines = [
                finding.trouble,
                f"Seen: {finding.seen.rstrip('.')}.",
                f"We: {finding.workaround} ({finding.where}).",
            ]
            for line in lines:
                click.echo(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="    "))
    if versions:
        open_ones = [finding.name for finding in versions if not finding.covered]
        click.echo(
            f"Installed versions: not safe: {', '.join(open_ones)}" if open_ones else "Installed versions: safe here"
        )


def _verdict(finding: CanaryReport) -> str:
    if finding.status == "found":
        return (
            "this version does it; our way around it holds"
            if finding.covered
            else "this version does it, AND IT REACHES US"
        )
    if finding.status == "not found":
        return "this version does not do it" + ("" if finding.covered else "; YET OUR ANSWERS ARE WRONG")
    return finding.seen if finding.status == "not installed" else f"COULD NOT LOOK: {finding.seen}"


def _examined(store: Store, *, sweep: bool) -> dict[str, Any]:
    """Return what is wrong in one results folder, what of it was mended, and how much is left."""
    found: dict[str, Any] = {"folder": str(store.root), "held_by": None, "findings": [], "left": 0, "quarantined": 0}
    if store.is_held:
        return found | {"held_by": str(store.holder or "a qhb run")}
    with store.opened() if sweep else contextlib.nullcontext():
        for finding in leftovers(store):
            if sweep:
                finding.mend()
            found["left"] += not sweep
            found["findings"].append({"what": finding.what, "mended": sweep})
    return found | {"quarantined": len(list(store.root.glob("quarantine/*")))}


def _print_folder(folder: dict[str, Any]) -> None:
    if folder["held_by"]:
        click.echo(f"{folder['folder']}: in use by {folder['held_by']}; not looked at")
        return
    for finding in folder["findings"]:
        click.echo(f"{'mended: ' if finding['mended'] else ''}{finding['what']}")
    if folder["quarantined"]:
        click.echo(
            f"{counted(folder['quarantined'], 'damaged file')} put aside in {folder['folder']}/quarantine, to be looked at"
        )
    left = folder["left"]
    click.echo(f"{folder['folder']}: " + (f"{counted(left, 'fault')}; --sweep mends them" if left else "sound"))
