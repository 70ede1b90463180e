"""Tables of runs as pandas DataFrames: tidy, a row for each run, epoch or class. pandas is in the extra ``report``."""

from collections.abc import Sequence

import pandas as pd

from harness.records.export import frame
from harness.records.record import ClassScore, Epoch, RunRecord

_RUN = ("label", "head", "circuit", "seed", "status", "scope")
_EPOCH = tuple(Epoch.model_fields)
_CLASS = ("test_set", "class", "class_name", "precision", "recall", "f1", "support")
_TYPES = {
    "seed": "int64", "epoch": "int64", "class": "int64", "support": "int64",
    **dict.fromkeys(("precision", "recall", "f1"), "Float64"),
    **dict.fromkeys((name for name in _EPOCH if name != "epoch"), "float64"),
}  # fmt: skip


def runs_frame(records: Sequence[RunRecord]) -> pd.DataFrame:
    """Return a row for each run, with the columns of ``qhb export``."""
    return frame(records)


def epochs_frame(records: Sequence[RunRecord]) -> pd.DataFrame:
    """Return a row for each epoch of each run, whatever the run's status."""
    rows = [(*_run(record), *epoch.model_dump().values()) for record in records for epoch in record.epochs]
    return _typed(rows, (*_RUN, *_EPOCH))


def classes_frame(records: Sequence[RunRecord]) -> pd.DataFrame:
    """Return a row for each class of each set of test images of each run."""
    rows = [
        (*_run(record), test_set, score.label, _class_name(record, score.label), *_scores(score))
        for record in records
        for test_set, scored in (
            ("official" if record.spec.data.test == "official" else "split", record.evaluation),
            ("official", record.official),
        )
        if scored is not None
        for score in scored.classes
    ]
    return _typed(rows, (*_RUN, *_CLASS))


def _run(record: RunRecord) -> tuple[object, ...]:
    spec = record.spec
    return record.label, spec.head, spec.circuit, spec.seed, record.status, record.scope


def _scores(score: ClassScore) -> tuple[object, ...]:
    return score.precision, score.recall, score.f1, score.support


def _class_name(record: RunRecord, label: int) -> str:
    return record.dataset.class_names[label] if record.dataset else str(label)


def _typed(rows: Sequence[tuple[object, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Return a table whose types do not depend on the rows: an empty one has them too."""
    table = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return table.astype({name: kind for name, kind in _TYPES.items() if name in columns})
