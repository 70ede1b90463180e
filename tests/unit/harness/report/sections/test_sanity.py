"""Heads that were trained on shuffled labels: what the report says of their accuracy."""

import numpy as np
from unit.harness.report.example_records import LINEAR, record, scored

from harness.records.record import RunRecord
from harness.report.numbers.grouping import grouped
from harness.report.sections.sanity import sanity
from harness.spec import DataSpec, TrainingSpec


def shuffled(label: str, right: float, *, epochs: int = 20) -> list[RunRecord]:
    """Return three runs that give each class a name of its own, the right one for a part of the images."""
    found = []
    spec = {**LINEAR, "data": DataSpec(labels="shuffled"), "training": TrainingSpec(epochs=epochs)}
    for seed in range(3):
        names = np.random.default_rng([seed, *label.encode()]).permutation(10)
        true = np.arange(1000) % 10
        is_right = np.random.default_rng(seed).random(1000) < right
        confusion = np.zeros((10, 10), dtype=int)
        np.add.at(confusion, (true, np.where(is_right, true, names[true])), 1)
        one = scored(np.ones(1000, dtype=bool)).model_copy(
            update={"confusion": confusion.tolist(), "accuracy": np.trace(confusion) / 1000}
        )
        found.append(record(label, seed=seed, evaluation=one, spec=spec))
    return found


def test_shuffled_labels_must_end_at_chance() -> None:
    """Ten classes of 100 images, three seeds: names by luck are chance, though images taken for trials would not be."""
    by_luck = shuffled("names", 0.0)
    mean = np.mean([run.evaluation.accuracy for run in by_luck])
    (text,) = sanity(grouped(by_luck))

    assert mean > 0.1 + 3.29 * np.sqrt(0.1 * 0.9 / 1000)
    assert text.startswith(
        f"names, trained on shuffled labels (3 seeds): mean accuracy {mean:.3f}, which is chance (0.100 is "
    )
    assert text.endswith(" is chance, on 1,000 test images).")


def test_a_leak_is_told() -> None:
    """Half of the images by their true names are no luck."""
    (text,) = sanity(grouped(shuffled("leak", 0.5)))

    assert "which is above chance (" in text
    assert text.endswith("on 1,000 test images): test labels may have leaked into the training.")


def test_heads_of_one_study_share_the_false_alarms() -> None:
    """With ten such heads each one's bound is wider than alone."""
    first = shuffled("names", 0.0)
    others = [run for epochs in range(1, 10) for run in shuffled(f"others {epochs}", 0.0, epochs=epochs)]
    alone, among = sanity(grouped(first)), sanity(grouped([*first, *others]))
    bounds = [float(texts[0].split("up to ")[1].split(" ")[0]) for texts in (alone, among)]

    assert (len(alone), len(among)) == (1, 10)
    assert bounds[0] < bounds[1]


def test_true_labels_need_no_such_sentence() -> None:
    """Nothing is said of other heads."""
    assert sanity(grouped([record("a")])) == []
