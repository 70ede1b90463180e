"""Epochs, circuit evaluations and shots until a validation accuracy was reached."""

import math

from unit.harness.report.example_records import LINEAR, record

from harness.records.record import Epoch, RunRecord
from harness.report.numbers.grouping import grouped
from harness.report.numbers.tables import comparison
from harness.report.numbers.time_to_accuracy import Spread, time_to_accuracy
from harness.report.sections.time_to_accuracy import time_to_accuracy_table
from harness.spec import TrainingSpec
from harness.text import Missing

FOUR_EPOCHS = TrainingSpec(epochs=4)


def trained(seed: int, *accuracies: float, spec: dict[str, object] | None = None, **changes: object) -> RunRecord:
    """Return a run with these validation accuracies after its epochs; 100 steps in all."""
    epochs = [
        Epoch(epoch=number, train_loss=1, train_accuracy=0.5, validation_loss=1, validation_accuracy=accuracy)
        for number, accuracy in enumerate(accuracies, 1)
    ]
    return record("a", seed=seed, epochs=epochs, spec={"training": FOUR_EPOCHS, **(spec or {})}, **changes)


def test_the_first_epoch_counts_with_its_cost() -> None:
    """95 % after epochs 1, 2 and 4 of four epochs of 25 steps: 2 epochs, 50 steps of 2,880 evaluations and their shots."""
    runs = [
        trained(0, 0.95, 0.9, 0.96, 0.96),
        trained(1, 0.9, 0.95, 0.96, 0.96),
        trained(2, 0.9, 0.9, 0.9, 0.96),
    ]
    (row,) = time_to_accuracy(grouped(runs))
    assert (row.seeds, row.epochs) == (3, 4)
    assert row.reached[0].epochs == Spread(2, 1, 4)
    assert row.reached[0].evaluations == Spread(50 * 2880, 25 * 2880, 100 * 2880)
    assert row.reached[0].shots == Spread(50 * 2_880_000, 25 * 2_880_000, 100 * 2_880_000)


def test_a_miss_is_infinite_not_absent() -> None:
    """One of three seeds reached 97 %, none 98 %; a run that diverged never did."""
    results = grouped([trained(0, 0.97), trained(1, 0.96), trained(2, status="diverged")])
    (row,) = time_to_accuracy(results)
    assert [reached.n_reached for reached in row.reached] == [2, 1, 0]
    assert row.reached[1].epochs == Spread(math.inf, 1, math.inf)
    assert row.reached[2].shots == Spread(*[math.inf] * 3)

    table = time_to_accuracy_table([row], comparison(results))
    cells = [(cell.text, cell.small) for cell in table.rows[0][1:]]
    assert cells[:3] == [("1", "1–never"), ("not within 4", "1 of 3 seeds did"), ("not within 4", "")]
    assert cells[3:6] == [("288,000", "288,000–never"), ("never", "288,000–never"), ("never", "")]
    assert [text for text, _ in cells[-3:]] == ["5", "6.0", "288,000"]


def test_a_classical_head_has_epochs_alone() -> None:
    """Circuit evaluations and shots are missing with the reason, and no zero."""
    (row,) = time_to_accuracy(grouped([trained(0, 0.99, spec=LINEAR)]))
    assert row.reached[0].epochs == Spread(1, 1, 1)
    assert row.reached[0].evaluations == row.reached[0].shots == Missing("classical head: no circuits")
    (exact,) = time_to_accuracy(grouped([trained(0, 0.99, spec={"shots": None})]))
    assert exact.reached[0].shots == Missing("exact probabilities: no shots")


def test_slices_and_shuffled_labels_have_no_row() -> None:
    """They were not trained to reach an accuracy."""
    shuffled = record("x").spec.data.model_copy(update={"labels": "shuffled"})
    results = grouped(
        [record("s", spec={"training": TrainingSpec(max_steps=3)}), trained(0, 0.99, spec={"data": shuffled})]
    )
    assert time_to_accuracy(results) == []
    assert time_to_accuracy_table([], []) is None
