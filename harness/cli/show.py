"""``qhb show``."""

from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER, runs_named
from harness.records.record import RunRecord
from harness.text import clean, wrapped


@click.command("show")
@click.argument("run")
@click.option(
    "--results", type=RESULTS_FOLDER, default=Path("results/runs"), show_default=True,
    help="A results folder, or a folder of them.",
)  # fmt: skip
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the whole record as JSON; a list of records where RUN names several runs.",
)
def command(run: str, results: Path, as_json: bool) -> None:
    """Print the runs that RUN names: the first characters of an id, or a label."""
    found = runs_named(run, results)
    if as_json:
        whole = [record.model_dump_json(indent=1) for _, record in found]
        click.echo(whole[0] if len(whole) == 1 else "[" + ",\n".join(whole) + "]")
        return
    for store, record in found:
        click.echo(clean(text(record), lines=True))
        click.echo(clean(f"  results {store.root}, log {store.log_of(record.run_id, record.attempt)}"))


def text(record: RunRecord) -> str:
    """Return a run's settings, scores and times, or its error, as lines of text."""
    lines = [
        f"{record.label}, seed {record.spec.seed}: {record.status}",
        f"  run {record.run_id}",
        f"  started {record.started_at}",
        *_settings(record),
    ]
    if record.evaluation:
        test = record.evaluation
        own = "own weights" if test.weights_from is None else f"weights of run {test.weights_from[:12]}"
        f1 = "none" if test.macro_f1 is None else f"{test.macro_f1:.4f}"
        lines.append(f"  test accuracy {test.accuracy:.4f}, macro F1 {f1}, {test.n_images} images, {own}")
        by_class = " ".join("-" if score.f1 is None else f"{score.f1:.3f}" for score in test.classes)
        lines.append(wrapped(f"F1 by class {by_class}", indent="  "))
    if record.steps:
        steps = record.steps
        circuits = (
            f"; a step: {steps.forward_evaluations:.0f} + {steps.backward_evaluations:.0f} circuit evaluations requested, "
            f"{steps.executed_evaluations:.0f} executed by the backend, {steps.shots:.0f} shots"
        )
        text = f"{steps.n_steps} steps of {1000 * steps.step_s_median:.1f} ms (median)"
        lines.append(wrapped(text + (circuits if record.spec.circuit else ""), indent="  "))
    if record.times:
        times = record.times.model_dump()
        phases = ", ".join(f"{name.removesuffix('_s')} {value:.2f}" for name, value in times.items())
        lines.append(wrapped(f"seconds: {phases}", indent="  "))
    if record.peak_rss_mib:
        lines.append(f"  peak memory {record.peak_rss_mib:.0f} MiB")
    if record.resumed_at is not None:
        lines.append(f"  went on from a checkpoint at step {record.resumed_at}")
    lines += [f"  note: {note}" for note in record.notes]
    if record.failure:
        lines.append(f"  {record.failure.kind}: {record.failure.message}")
        lines += [f"  | {line}" for line in (record.failure.traceback.splitlines() or record.failure.log_tail)]
    return "\n".join(lines)


def _settings(record: RunRecord) -> list[str]:
    spec = record.spec
    head = f"head {spec.head}"
    if spec.circuit:
        shots = "exact" if spec.shots is None else f"{spec.shots} shots"
        options = ", ".join(f"{name} = {value}" for name, value in spec.options.items())
        head += f", circuit {spec.circuit}, {shots}, execution {spec.execution}" + (f", {options}" if options else "")
    settings = {**spec.data.model_dump(), **spec.model.model_dump(), **spec.training.model_dump(exclude_none=True)}
    listing = ", ".join(f"{name} = {value}" for name, value in settings.items())
    return [wrapped(clean(line), indent="  ") for line in (head, listing)]
