"""The model is fitted to the records of a study."""

import numpy as np
import pytest
from stores import folder_of, record_of

from harness.plan.comparison import Declared
from harness.plan.comparison import Pair as DeclaredPair
from harness.plan.last_plan import LastPlan, write_last_plan
from harness.records.packed import pack
from harness.records.record import Evaluation
from harness.spec import Run, RunSpec
from harness.statistics import compare
from tests.statistics.fit import fitted

_LABELS = np.random.default_rng(0).integers(0, 10, size=400).astype(np.uint8)
_EASE = np.random.default_rng(1).normal(1.5, 1, size=400)


def _right(head: str, seed: int, *, official: bool) -> np.ndarray:
    rng = np.random.default_rng([len(head), seed, official])
    return np.asarray(_EASE + rng.normal(0, 0.1) + rng.normal(0, 0.5, size=400) > 0)


def _evaluation(right: np.ndarray) -> Evaluation:
    predictions = np.where(right, _LABELS, (_LABELS + 1) % 10).astype(np.uint8)
    return Evaluation(
        weights_from=None, n_images=400, accuracy=right.mean(), loss=0.1, macro_precision=None, macro_recall=None,
        macro_f1=None, classes=[], confusion=[], predictions=pack(predictions), labels=pack(_LABELS, beside=predictions),
        seconds=0.0, circuit_evaluations=0, shots=0,
    )  # fmt: skip


@pytest.fixture
def study(tmp_path):
    """A results folder of two heads and six seeds, one of whose runs failed, and of a head without runs."""
    names = {"eq7": "ab", "linear": "cd", "later": "ef"}
    runs, records = [], []
    for label, (letter, _) in names.items():
        for seed in range(6):
            run_id = f"{letter}{seed}" * 32
            spec = RunSpec(head="linear", seed=seed)
            runs.append(Run(run_id=run_id, label=label, spec=spec))
            if label == "later":
                continue
            record = record_of(letter, spec=spec, label=label, status="failed" if (label, seed) == ("eq7", 2) else "ok")
            parts = {
                "evaluation": _evaluation(_right(label, seed, official=False)),
                "official": _evaluation(_right(label, seed, official=True)),
            }
            records.append(record.model_copy(update={"run_id": run_id, **(parts if record.status == "ok" else {})}))
    folder_of(tmp_path, *records)
    pairs = [DeclaredPair(ours="eq7", theirs="linear")]
    declared = Declared(pairs=pairs, margin_pp=0.5, declared_at="2026-01-01T00:00:00Z")
    write_last_plan(tmp_path, LastPlan(name="tiny", command="", key=None, runs=runs, comparison=declared))
    return tmp_path


def test_components_are_those_of_the_common_seeds(study):
    """Each declared pair has the components of its comparison, on the official images and without the failed seed."""
    found = fitted(study)
    ours, theirs = (
        np.stack([_right(label, seed, official=True) for seed in (0, 1, 3, 4, 5)]) for label in ("eq7", "linear")
    )
    expected = compare(ours, theirs)

    (pair,) = found.pairs
    assert (pair.name, pair.components) == ("eq7 - linear", expected.components)
    assert pair.accuracy == pytest.approx((ours.mean() + theirs.mean()) / 2, rel=1e-12)
    assert found.source == "tiny: 2 heads, 11 runs"
    assert fitted(study, [("linear", "eq7")]).pairs[0].name == "linear - eq7"


def test_what_cannot_be_fitted(study, tmp_path):
    """A pair without runs, and a folder without a plan, are refused by name."""
    with pytest.raises(ValueError, match="later and linear: expected at least two common seeds that are ok, found 0"):
        fitted(study, [("later", "linear")])
    with pytest.raises(ValueError, match="expected the results of a plan that declares comparisons"):
        fitted(tmp_path / "none")
