"""Groups records by what was asked: runs of one configuration make one row, whatever their labels are."""

import collections
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from harness.records.record import RunRecord
from harness.report.numbers import paper
from harness.report.numbers.groups import EarlierAttempt, Group, Results
from harness.text import clean, short

MAX_LABEL = 120
_COMPUTED = ("n_qubits", "n_angles", "n_weights", "measured", "gates")  # of a circuit; its names are for people


class _Key(NamedTuple):
    """A configuration, and what its names stood for.

    Attributes:
        asked: See ``configuration``.
        trainer: Configuration of the run that trained the weights; None where it is not in the report, or there is none.
        found: See ``_found``.
    """

    asked: str
    trainer: str | None
    found: str | None


def grouped(
    records: Sequence[RunRecord], earlier: Iterable[RunRecord] = (), labels: Mapping[str, str] | None = None
) -> Results:
    """Sort records into groups.

    Args:
        records: Those that count, in the order in which they are to be shown. Of several attempts at a run the last counts.
        earlier: Those that no longer count.
        labels: Labels of the latest plan by run id. A group that the plan does not name has its newest record's label.
    """
    counting, superseded = _last_attempts(records)
    groups = _groups(counting, labels or {})
    label_of = {run.run_id: group.label for group in groups for run in group.runs}
    label_of_configuration = {configuration(group.first): group.label for group in reversed(groups)}
    listed = {(run.run_id, run.attempt): run for run in (*superseded, *earlier)}
    attempts = []
    for run in sorted(listed.values(), key=lambda run: (run.started_at, run.run_id, run.attempt)):
        last = counting.get(run.run_id)
        if last is not None and last.attempt == run.attempt:
            continue
        label = (
            label_of.get(run.run_id) or (labels or {}).get(run.run_id) or label_of_configuration.get(configuration(run))
        )
        attempts.append(EarlierAttempt(run, label or shown(run.label), last.attempt if last else None))
    return Results(tuple(groups), tuple(attempts), labels or {})


def configuration(record: RunRecord) -> str:
    """Return what was asked apart from the seed, as canonical JSON. A circuit from a file counts by what it computes."""
    spec = record.spec.model_dump(mode="json")
    del spec["seed"]
    if spec["own_circuit"] is not None:
        spec["own_circuit"] = computed_by(spec["own_circuit"])
    for name in record.spec.data.not_counting - {"sha256"}:
        del spec["data"][name]
    return _canonical({**spec, "weights_from": spec["weights_from"] is not None})


def _last_attempts(records: Sequence[RunRecord]) -> tuple[dict[str, RunRecord], list[RunRecord]]:
    """Return the last attempt at each run, and the other attempts."""
    last: dict[str, RunRecord] = {}
    others = []
    for record in records:
        before = last.get(record.run_id)
        if before is None or record.attempt >= before.attempt:
            last[record.run_id] = record
            others += [before] if before else []
        else:
            others.append(record)
    return last, others


def _groups(counting: Mapping[str, RunRecord], labels: Mapping[str, str]) -> list[Group]:
    asked = {run_id: configuration(record) for run_id, record in counting.items()}
    keys = _filled(
        _Key(asked[run_id], asked.get(record.spec.weights_from or ""), _found(record))
        for run_id, record in counting.items()
    )
    rows: dict[_Key, list[RunRecord]] = {}
    for key, record in zip(keys, counting.values(), strict=True):
        rows.setdefault(key, []).append(record)
    names = {key: _label(runs, labels) for key, runs in rows.items()}
    shared = collections.Counter(names.values())
    groups = []
    for key, runs in rows.items():
        label, name = names[key], shown(names[key])
        # Two labels that were cut may look alike, and no run may pass for the paper's row.
        if shared[label] > 1 or len(label) > MAX_LABEL or name == paper.LABEL:
            name += f" [{hashlib.sha256(_canonical([label, *key]).encode(errors='replace')).hexdigest()[:6]}]"
        groups.append(Group(name, tuple(runs)))
    return groups


def _filled(keys: Iterable[_Key]) -> list[_Key]:
    """Return the keys; where a trainer or what was found is not known, it is taken from the configuration's first that is."""
    known = list(keys)
    trainers: dict[str, str | None] = {}
    for key in known:
        trainers[key.asked] = trainers.get(key.asked) or key.trainer
    known = [key._replace(trainer=key.trainer or trainers[key.asked]) for key in known]
    found: dict[tuple[str, str | None], str | None] = {}
    for key in known:
        found[key.asked, key.trainer] = found.get((key.asked, key.trainer)) or key.found
    return [key._replace(found=key.found or found[key.asked, key.trainer]) for key in known]


def _label(runs: Sequence[RunRecord], labels: Mapping[str, str]) -> str:
    newest_first = sorted(runs, key=lambda run: (run.started_at, run.run_id), reverse=True)
    return next((labels[run.run_id] for run in newest_first if run.run_id in labels), newest_first[0].label)


def shown(label: str) -> str:
    """Return a label as the report shows it: without control characters, and not too long."""
    return short(clean(label), MAX_LABEL) or "(no label)"


def _found(record: RunRecord) -> str | None:
    """Return what the names in a spec stood for; None for a run that ended before it was known.

    A circuit of the catalogue, the images of a data set or our own code may differ between two runs of one spec. Such runs
    are not averaged.
    """
    if not (record.head and record.dataset and record.environment):
        return None
    version = record.environment.versions.get("quantum-head-bench")
    return _canonical([record.head.circuit and computed_by(record.head.circuit), record.dataset.sha256, version])


def computed_by(circuit: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a circuit computes, as its fingerprint has it; a record may hold anything."""
    return {key: circuit.get(key) for key in _COMPUTED}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
