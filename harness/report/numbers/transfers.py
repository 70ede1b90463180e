"""Trained on one head, tested on another: accuracies by who trained the weights and who classified the images."""

import dataclasses
import json

from harness.report.numbers.accuracies import MeanAccuracy, common_test_set, mean_accuracy
from harness.report.numbers.groups import Group, Results
from harness.text import Missing


@dataclasses.dataclass(frozen=True)
class Transfers:
    """A matrix of accuracies.

    Attributes:
        trained_on: Labels of the configurations that trained the weights: the rows.
        tested_on: What classified the images: the columns.
        accuracies: By row and column.
    """

    trained_on: tuple[str, ...]
    tested_on: tuple[str, ...]
    accuracies: tuple[tuple[MeanAccuracy | Missing, ...], ...]


def transfers(results: Results) -> Transfers | None:
    """Return the matrix; None where no run only classified with another run's weights.

    It is of the official test images where every run of it has classified them, else of the split's.

    A trained head that is itself one of the columns is tested on its own weights there: the diagonal.
    """
    moved = [(trainer, group) for group in results.groups if group.evaluated and (trainer := _trainer(results, group))]
    if not moved:
        return None
    own = {_answers(group): group for group in reversed(results.groups) if group.full and not group.shuffled}
    names: dict[str, str] = {}
    cells: dict[tuple[str, str], Group] = {}
    for trainer, group in moved:
        column = _answers(group)
        names.setdefault(column, own[column].label if column in own else group.label)
        cells[trainer.label, column] = group
    rows = list(dict.fromkeys(trainer.label for trainer, _ in moved))
    rows += [group.label for column, group in own.items() if column in names and group.label not in rows]
    by_label = {group.label: group for group in results.groups}
    for label in rows:
        column = _answers(by_label[label])
        names.setdefault(column, label)
        cells.setdefault((label, column), by_label[label])
    which = common_test_set(list(cells.values())) or "split"
    untested = Missing("no run tested these weights on this head")
    return Transfers(
        tuple(rows),
        tuple(names.values()),
        tuple(
            tuple(
                mean_accuracy(cells[label, column], which) if (label, column) in cells else untested for column in names
            )
            for label in rows
        ),
    )


def _trainer(results: Results, group: Group) -> Group | None:
    """Return the group that trained the weights of one that trained nothing; None for others."""
    if group.first.scope != "evaluation":
        return None
    sources = {run.spec.weights_from for run in group.ok}
    return next((other for other in results.groups if any(run.run_id in sources for run in other.runs)), None)


def _answers(group: Group) -> str:
    """Return what classifies the images, as text: head, circuit, shots and options; how it is executed does not count."""
    spec = group.first.spec
    circuit = spec.own_circuit.fingerprint if spec.own_circuit else spec.circuit
    return json.dumps([spec.head, circuit, spec.shots, spec.options], sort_keys=True)
