"""Runs through response tables: what their records say, and that they train as native runs do."""

import pytest

from harness.heads import wants_all_cores
from harness.records.record import RunRecord
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, TrainingSpec
from harness.training.perform import perform


def _record(tmp_path, **settings) -> RunRecord:
    spec = RunSpec(
        **{"head": "statevector", "circuit": "eq7", **settings},
        data=DataSpec(n_images=200, official_images=0),
        model=ModelSpec(logit_scale=4.0),
        training=TrainingSpec(epochs=2),
    )
    record = perform(Run("0" * 64, spec.title, spec), attempt=1, weights_of=lambda run_id: tmp_path / run_id)
    assert record.status == "ok", record.failure
    return record


def test_record_of_a_table_run(tmp_path):
    """90 evaluations an image are requested; a step executes none; set-up executes the grid and the verification."""
    record = _record(tmp_path, shots=1000, execution="table")

    assert record.label == "statevector eq7 1000 shots, table"
    assert record.spec.execution == record.head.provenance["execution"] == "table"
    assert record.head.provenance["source"]["method"] == "statevector"
    assert record.head.setup_evaluations in (3 + 16, 16)
    assert record.head.setup_shots == 0
    steps = record.steps
    assert steps.n_steps * steps.formula_evaluations == 2 * 128 * 90
    assert steps.forward_evaluations + steps.backward_evaluations == steps.formula_evaluations
    assert steps.executed_evaluations == 0
    assert steps.shots == 1000 * steps.formula_evaluations
    text = record.model_dump_json()
    assert RunRecord.model_validate_json(text).model_dump_json() == text


def test_an_exact_table_trains_as_its_head(tmp_path):
    """Same seed, exact probabilities: losses of table and native run agree to single precision, predictions are equal."""
    native, table = (_record(tmp_path, execution=execution) for execution in ("native", "table"))

    for one, other in zip(native.epochs, table.epochs, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, abs=1e-4)
        assert one.validation_loss == pytest.approx(other.validation_loss, abs=1e-4)
    assert native.evaluation.loss == pytest.approx(table.evaluation.loss, abs=1e-4)
    assert (native.head.setup_evaluations, table.steps.executed_evaluations) == (0, 0)
    assert native.steps.executed_evaluations == native.steps.formula_evaluations == table.steps.formula_evaluations


@pytest.mark.parametrize(("head", "native"), [("aer_shots", True), ("fake_ibm", True), ("pennylane", False)])
def test_a_table_run_takes_one_core(head, native):
    """A run through a table is made beside others, even if its backend uses all cores."""
    spec = RunSpec(head=head, circuit="eq7", shots=1000)

    assert wants_all_cores(spec) is native
    assert not wants_all_cores(spec.model_copy(update={"execution": "table"}))
