"""Writes tests/statistics/pairs.json from the runs of a study: which pairs of heads are simulated, and with which spread.

python -m tests.statistics.fit results/reference/study                              # every comparison that the plan declares
python -m tests.statistics.fit results/reference/study --pair cosine linear         # some of them, by label

After that, tox -e statistics simulates studies like this one, and python -m docs.figures.statistics_figures shows the rates.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from harness.plan.last_plan import LastPlan, read_last_plan
from harness.records.store import Store
from harness.statistics import Components, compare
from tests.statistics.error_rates import PAIRS, Pairs
from tests.statistics.probit import Pair, Probit


def fitted(folder: Path, pairs: Sequence[tuple[str, str]] = ()) -> Pairs:
    """Return the accuracy, which is the mean of both heads, and the variance components of pairs of heads.

    A run counts with the data set's own test images where it was scored on them.

    Args:
        folder: The results of a plan.
        pairs: Labels of two heads each; all comparisons that the plan declares if none is given.

    Raises:
        ValueError: the folder holds no plan or no comparison, a pair has too little in common, or the model cannot have its
            components.
    """
    plan = read_last_plan(folder)
    declared = plan.comparison.pairs if plan and plan.comparison else []
    pairs = pairs or [(pair.ours, pair.theirs) for pair in declared]
    if plan is None or not pairs:
        raise ValueError(f"{folder}: expected the results of a plan that declares comparisons, found none")
    right = _right(folder, plan)
    components = tuple(_pair(ours, theirs, right) for ours, theirs in pairs)
    return Pairs(source=f"{plan.name}: {len(right)} heads, {sum(map(len, right.values()))} runs", pairs=components)


def _right(folder: Path, plan: LastPlan) -> dict[str, dict[int, np.ndarray]]:
    """Return which images each run classified rightly, by the label of its head and by its seed."""
    records = {record.run_id: record for record in Store(folder).read().records if record.status == "ok"}
    found: dict[str, dict[int, np.ndarray]] = {}
    for run in plan.runs:
        record = records.get(run.run_id)
        scored = record and (record.official or record.evaluation)
        right = scored.right() if scored else None
        if right is not None:
            found.setdefault(run.label, {})[run.spec.seed] = right
    return found


def _pair(ours: str, theirs: str, right: dict[str, dict[int, np.ndarray]]) -> Pair:
    seeds = sorted(right.get(ours, {}).keys() & right.get(theirs, {}).keys())
    if len(seeds) < 2:
        raise ValueError(f"{ours} and {theirs}: expected at least two common seeds that are ok, found {len(seeds)}")
    comparison = compare(*(np.stack([right[label][seed] for seed in seeds]) for label in (ours, theirs)))
    parts = comparison.components
    if not isinstance(parts, Components):
        raise ValueError(f"{ours} and {theirs}: {parts.reason}")
    accuracy = (comparison.ours_accuracy + comparison.theirs_accuracy) / 2
    Probit.fitted(accuracy, parts)
    name = f"{ours} - {theirs}"
    return Pair(name=name, accuracy=accuracy, seed=parts.seed, image=parts.image, residual=parts.residual)


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pair", "pairs", nargs=2, multiple=True, metavar="OURS THEIRS", help="labels of two heads")
def main(folder: Path, pairs: tuple[tuple[str, str], ...]) -> None:
    """Write the pairs."""
    found = fitted(folder, pairs)
    PAIRS.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for pair in found.pairs:
        click.echo(pair)


if __name__ == "__main__":
    main()
