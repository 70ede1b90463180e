"""``qhb status``."""

import collections
from pathlib import Path

import click

from harness.cli.folders import results_folders
from harness.errors import StoreError
from harness.execution.progress import read_progress
from harness.plan.last_plan import read_last_plan
from harness.records.store import Store
from harness.text import clean


@click.command("status")
@click.argument("results", type=click.Path(path_type=Path, file_okay=False), default=Path("results/runs"))
def command(results: Path) -> int:
    """How far the runs in a results folder are, from any terminal.

    RESULTS may be a folder of such folders; it is results/runs by default.
    """
    stores = results_folders(results)
    if not stores:
        raise StoreError(f"no results folder in {results}; make one with qhb run")
    for store in stores:
        for line in _lines(store):
            click.echo(clean(line))
    return 0


def _lines(store: Store) -> list[str]:
    held, plan, found = store.is_held, read_last_plan(store.root), store.read()
    records = found.records
    who = f"in use by {store.holder or 'a process that is just beginning'}" if held else "nobody is at work on it"
    lines = [f"{store.root}: {who}"]
    if plan:
        planned = {run.run_id for run in plan.runs}
        records = [record for record in records if record.run_id in planned]
        lines.append(f"  plan {plan.name}: {len(records)} of {len(planned)} runs ended")
    counts = collections.Counter(record.status for record in records)
    lines.append("  " + (", ".join(f"{status} {n}" for status, n in counts.most_common()) or "no records"))
    if held:
        under_way = filter(None, map(read_progress, sorted((store.root / "progress").glob("*.json"))))
        lines += [
            f"  under way: {run.label}, seed {run.seed}: step {run.done} of {run.total}, loss {run.loss:.3f}, process {run.pid}"
            + (run.silence and f", {run.silence}")
            for run in under_way
        ]
    elif plan and len(records) < len(plan.runs):
        ended = {record.run_id for record in records}
        for run_id, label, spec in plan.runs:
            if run_id not in ended and (step := store.last_checkpoint_of(run_id)):
                lines.append(f"  stopped: {label}, seed {spec.seed}: goes on from step {step}")
        lines.append(f"  to go on: {plan.command}")
    return lines + [f"  warning: {item.why}" for item in found.damaged]
