"""``qhb rerun``."""

import sys
import tempfile
from pathlib import Path

import click

from harness.cli.folders import RESULTS_FOLDER, one_run
from harness.cli.show import text
from harness.data.load import facts_of
from harness.features.resolve import resolve_features
from harness.heads import resolve_head
from harness.spec import Run
from harness.text import clean
from harness.training.perform import perform


@click.command("rerun")
@click.argument("run")
@click.option(
    "--results", type=RESULTS_FOLDER, default=Path("results/runs"), show_default=True,
    help="A results folder, or a folder of them.",
)  # fmt: skip
@click.option("--seed", type=int, help="Seed of the run, where a label has several.")
@click.option("--pdb", is_flag=True, help="Open the debugger where an exception is raised.")
@click.option(
    "--data-root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of data sets: torchvision's, or where the path of [data] begins.",
)
def command(run: str, results: Path, seed: int | None, pdb: bool, data_root: Path | None) -> int:
    """Make one recorded run again, from its beginning and in this process: for breakpoints, profilers and print.

    RUN is a label, or the first characters of a run id. Nothing is stored.
    """
    store, before = one_run(run, results, seed=seed)
    facts = facts_of(before.spec.data, data_root=data_root)
    resolved = resolve_head(before.spec, n_classes=facts.n_classes)
    features = resolve_features(before.spec, resolved, shape=facts.shape)
    spec = before.spec.model_copy(update={"head_code": resolved.code, "features_code": features.code})
    for what, now, then in (
        (f"head {spec.head}", spec.head_code, before.spec.head_code),
        (f"feature extractor {spec.model.features}", spec.features_code, before.spec.features_code),
    ):
        if now != then:
            click.echo(f"{what} was edited since {before.started_at}; the run is made with the present one")
    with tempfile.TemporaryDirectory() as folder:
        record = perform(
            Run(before.run_id, before.label, spec),
            attempt=before.attempt,
            weights_of=lambda run_id: Path(folder) / run_id if run_id == before.run_id else store.weights_of(run_id),
            data_root=data_root,
            progress=_say,
            debug=_debug if pdb else None,
        )
    click.echo("\n" + clean(text(record), lines=True))
    if record.evaluation and before.evaluation:
        same = record.evaluation.predictions == before.evaluation.predictions
        click.echo(f"  predictions {'equal' if same else 'differ from'} those recorded at {before.started_at}")
    return 0 if record.status == "ok" else 3


def _say(done: int, total: int, loss: float) -> None:
    if sys.stderr.isatty() or done == total:
        click.echo(f"\rstep {done} of {total}, loss {loss:.4f}", nl=False, err=True)


def _debug(error: BaseException) -> None:
    import pdb

    pdb.post_mortem(error.__traceback__)
