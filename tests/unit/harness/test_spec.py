"""The settings of a run, and the id that is made of them."""

import json
from pathlib import Path

import pytest

from backends.circuits.catalogue import circuit_named
from harness import spec as specs
from harness.spec import DataSpec, RunSpec, Spec, run_id_of

_REFERENCE = Path(__file__).parents[3] / "results" / "reference"


@pytest.mark.parametrize("study", ["study", "sweeps"])
def test_published_runs_keep_their_ids(study):
    """The id of each run of the reference study is what today's code makes of its spec, whatever settings were added since."""
    files = sorted((_REFERENCE / study / "records").glob("*.json"))
    assert files
    for file in files:
        record = json.loads(file.read_text())["record"]
        spec = RunSpec.model_validate(record["spec"])
        circuit = None if spec.circuit is None else circuit_named(spec.circuit).fingerprint

        assert (
            run_id_of(spec, dataset_sha256=record["dataset"]["sha256"], circuit_fingerprint=circuit) == record["run_id"]
        )


def test_a_setting_that_is_added_counts_only_where_it_is_used(monkeypatch):
    """A new field leaves the id as it is at its default, and changes it otherwise, in each part of the spec."""

    class NewData(DataSpec):
        added: str | None = None

    class NewRun(RunSpec):
        data: DataSpec = NewData()
        more: int = 3

    monkeypatch.setitem(specs._FIRST_FIELDS, NewData, specs._FIRST_FIELDS[DataSpec])
    monkeypatch.setitem(specs._FIRST_FIELDS, NewRun, specs._FIRST_FIELDS[RunSpec])

    def made(spec: Spec) -> str:
        return run_id_of(spec, dataset_sha256="d", circuit_fingerprint=None)

    same = [RunSpec(head="linear"), NewRun(head="linear"), NewRun(head="linear", data=NewData(), more=3)]
    others = [NewRun(head="linear", more=4), NewRun(head="linear", data=NewData(added="x"))]
    assert len({made(spec) for spec in same}) == 1
    assert len({made(spec) for spec in (*same, *others)}) == 3


def test_no_first_field_is_lost():
    """A field that every id counts cannot be removed or renamed unseen: the ids of all earlier runs would change."""
    for kind, names in specs._FIRST_FIELDS.items():
        assert names <= kind.model_fields.keys()
