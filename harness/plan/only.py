"""The option ``--only``: some entries of a plan."""

from collections.abc import Sequence

from harness.errors import PlanError
from harness.spec import Run


def only(runs: Sequence[Run], texts: Sequence[str], *, plan: str) -> list[Run]:
    """Return the runs that the texts of ``--only`` choose, and the runs whose weights these need.

    A text that is a label chooses that label; another one chooses every label that holds it.

    Args:
        runs: All runs of the plan.
        texts: Each given after ``--only``; none chooses all runs.
        plan: Name of the plan, for the message.

    Raises:
        PlanError: a text chooses nothing; the message lists the labels.
    """
    if not texts:
        return list(runs)
    labels = list(dict.fromkeys(run.label for run in runs))
    chosen: set[str] = set()
    for text in texts:
        found = {text} if text in labels else {label for label in labels if text in label}
        if not found:
            raise PlanError(f"--only {text}: no such entry in plan {plan}; there are: {'; '.join(labels)}")
        chosen |= found
    needed = {run.spec.weights_from for run in runs if run.label in chosen}
    return [run for run in runs if run.label in chosen or run.run_id in needed]
