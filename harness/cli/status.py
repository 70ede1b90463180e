"""``qhb status``."""

import collections
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from harness.api.run_messages import how_to_make_again
from harness.cli.folders import RESULTS_FOLDER
from harness.errors import DamagedError, StoreError
from harness.execution.progress import read_progress
from harness.plan.last_plan import LastPlan, read_last_plan
from harness.records.disk import list_folder
from harness.records.folders import results_folders
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.text import clean


@click.command("status")
@click.argument("results", type=RESULTS_FOLDER, default=Path("results/runs"))
def command(results: Path) -> int:
    """Show the progress of the runs in a results folder, from any terminal.

    RESULTS is a results folder or a folder of them; results/runs by default.
    """
    stores = results_folders(results)
    if not stores:
        raise StoreError(f"no results folder in {results}; make one with qhb run")
    for store in stores:
        for line in _lines(store):
            click.echo(clean(line))
    return 0


def _lines(store: Store) -> list[str]:
    held, found, warnings = store.is_held, store.read(), []
    try:
        plan = read_last_plan(store.root)
    except DamagedError as error:
        plan = None
        warnings.append(f"{error}; qhb run writes it again")
    records = found.records
    who = f"in use by {store.holder or 'a process that is just beginning'}" if held else "no process is using it"
    lines = [f"{store.root}: {who}"]
    if plan:
        planned = {run.run_id for run in plan.runs}
        records = [record for record in records if record.run_id in planned]
        lines.append(f"  plan {plan.name}: {len(records)} of {len(planned)} runs ended")
    counts = collections.Counter(record.status for record in records)
    lines.append("  " + (", ".join(f"{status} {n}" for status, n in counts.most_common()) or "no records"))
    if held:
        reports = [path for path in list_folder(store.root / "progress") if path.suffix == ".json"]
        under_way = filter(None, map(read_progress, reports))
        lines += [
            f"  under way: {run.label}, seed {run.seed}: step {run.done} of {run.total}, loss {run.loss:.3f}, process {run.pid}"
            + (run.last_step_text and f", {run.last_step_text}")
            for run in under_way
        ]
    elif plan:
        lines += _how_to_continue(store, plan, records)
    warnings += [item.why for item in found.damaged]
    return lines + [f"  warning: {warning}" for warning in warnings]


def _how_to_continue(store: Store, plan: LastPlan, records: Sequence[RunRecord]) -> list[str]:
    ended, lines = {record.run_id for record in records}, []
    # A folder that was moved or copied is not the one that the command means by itself. A call of harness.run names its own.
    by_itself = plan.command.startswith("qhb ") and "--results" not in plan.command
    elsewhere = by_itself and store.root.resolve() != (Path("results/runs") / plan.name).resolve()
    command = plan.command + (f" --results {shlex.quote(str(store.root))}" if elsewhere else "")
    for run_id, label, spec in plan.runs:
        if run_id not in ended and (step := store.last_checkpoint_of(run_id)):
            lines.append(f"  stopped: {label}, seed {spec.seed}: continues from step {step}")
    if len(records) < len(plan.runs):
        lines.append(f"  to go on: {command}")
    return lines + [f"  {line}" for line in how_to_make_again([record.status for record in records], command=command)]
