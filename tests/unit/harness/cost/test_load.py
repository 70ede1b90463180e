"""What a run sends to a device, against the splits that are made and the counts that a real run records."""

import pytest
from data_facts import mnist_facts

from backends.circuits.catalogue import circuit_named
from harness.cost.load import Batches, Load, planned_load
from harness.cost.recorded import recorded_execution, recorded_load
from harness.cost.ways import Way, uses
from harness.data.division import sizes_of
from harness.data.load import load
from harness.data.split import split as split_of
from harness.records.record import RunRecord
from harness.spec import DataSpec, Run, RunSpec, TrainingSpec
from harness.text import Missing
from harness.training.perform import perform

EQ7 = {"head": "statevector", "circuit": "eq7", "shots": 100}


def planned(**changes: object) -> Load:
    load = planned_load(RunSpec(**{**EQ7, **changes}), mnist_facts())
    assert isinstance(load, Load)
    return load


@pytest.mark.parametrize("spec", [DataSpec(), DataSpec(n_images=59), DataSpec(n_images=123, test="official")])
def test_sizes_are_those_of_the_split(spec: DataSpec) -> None:
    """The numbers of images are those that ``split`` gives a run."""
    split = split_of(load(DataSpec()), spec, seed=0)

    assert sizes_of(spec, mnist_facts()) == (
        len(split.training.labels),
        len(split.validation.labels),
        len(split.test.labels),
    )


def test_the_papers_protocol() -> None:
    """2,000 steps of 32 images, 20 validations of 800, a test of 1,000 and of 10,000 images; 8 shifts, 2 of them alive."""
    load = planned(shots=1000)

    assert load.steps == (Batches(2000, 32),)
    assert load.validation == (Batches(20, 800),)
    assert load.test == (Batches(1, 1000), Batches(1, 10_000))
    assert (load.n_circuits, load.n_shifts, load.n_shifts_alive, load.dead) == (10, 8, 2, {1, 2, 3})


def test_a_smaller_last_batch_and_a_slice() -> None:
    """64 images in batches of 30 are 30, 30 and 4; a slice of 5 steps has one epoch, one validation, and no test."""
    small = {"data": DataSpec(n_images=100, official_images=0)}
    whole = planned(**small, training=TrainingSpec(epochs=2, batch_size=30))
    part = planned(**small, training=TrainingSpec(epochs=2, batch_size=30, max_steps=5))

    assert whole.steps == (Batches(4, 30), Batches(2, 4))
    assert part.steps == (Batches(4, 30), Batches(1, 4))
    assert (part.validation, part.test) == ((Batches(1, 16),), ())


def test_a_run_that_only_classifies() -> None:
    """With the weights of another run and no steps, there are the two tests and nothing else."""
    load = planned(weights_from="1" * 64)

    assert (load.steps, load.validation, load.test) == ((), (), (Batches(1, 1000), Batches(1, 10_000)))


def test_official_images_are_tested_once() -> None:
    """Where they are the test images already, they are not classified a second time."""
    assert planned(data=DataSpec(test="official")).test == (Batches(1, 10_000),)


def test_dead_angles_that_the_plan_skips() -> None:
    assert planned(training=TrainingSpec(skip_dead_angles=True)).n_shifts == 2


def test_what_sends_nothing() -> None:
    """Classical heads have no circuits; exact probabilities have no shots, until some are given."""
    linear = planned_load(RunSpec(head="linear"), mnist_facts())
    exact = RunSpec(head="statevector", circuit="eq7")

    assert linear == Missing("classical head: no circuits")
    assert planned_load(exact, mnist_facts()) == Missing("exact probabilities: a device only samples; give --shots N")
    assert planned_load(exact, mnist_facts(), shots=7) == planned(shots=7)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """Return the record of a small real run: two epochs, a smaller last batch."""
    spec = RunSpec(
        **EQ7, data=DataSpec(n_images=100, official_images=0), training=TrainingSpec(epochs=2, batch_size=30)
    )
    folder = tmp_path_factory.mktemp("weights")
    return perform(Run("1" * 64, "eq7", spec), attempt=1, weights_of=lambda name: folder / f"{name}.safetensors")


def test_a_plan_and_its_run_cost_the_same(record: RunRecord) -> None:
    """Circuits and executions that are planned are those that the run counted; a record has no more than their mean."""
    of_record = recorded_load(record, circuit_named("eq7"))
    assert isinstance(of_record, Load)
    both = [uses(load, execution_s=1e-3, copies=1) for load in (planned_load(record.spec, mnist_facts()), of_record)]

    for ours, theirs in zip(*both, strict=True):
        for part in ("training", "testing"):
            one, other = getattr(ours, part), getattr(theirs, part)
            if isinstance(one, Missing):
                assert one == other
            else:
                assert (one.circuits, one.executions, one.jobs) == (other.circuits, other.executions, other.jobs)
                assert one.qpu_s == pytest.approx(other.qpu_s)
    evaluations = record.steps.n_steps * (record.steps.forward_evaluations + record.steps.backward_evaluations)
    assert both[0][0].training.circuits == round(evaluations) + 2 * 16 * 10


def test_durations_of_records(record: RunRecord) -> None:
    """A head that recorded a duration, itself or below its table, is timed by it; any other by IBM's quick form."""

    def execution(provenance: dict[str, object]) -> tuple[float, str | None]:
        found = recorded_execution(
            record.model_copy(update={"head": record.head.model_copy(update={"provenance": provenance})})
        )
        return round(1e6 * found.seconds, 6), found.device

    told = {"device": "manila", "duration_s": 6e-6}
    assert execution(told) == execution({"source": told}) == (256, "manila")
    for other in ({}, {"device": "manila", "duration_s": None}, {"duration_s": 1e9, "device": "x"}, {"source": 3}):
        assert execution(other) == (350, None)


def test_both_tests_of_a_record_count(record: RunRecord) -> None:
    """The test images, and those of the data set's own test set; a run that classified neither has no test."""
    eq7 = circuit_named("eq7")
    more = record.model_copy(update={"official": record.evaluation})
    none = record.model_copy(update={"evaluation": None, "official": None})

    assert recorded_load(record, eq7).test == (Batches(1, 20),)
    assert recorded_load(more, eq7).test == (Batches(1, 20), Batches(1, 20))
    assert recorded_load(none, eq7).test == ()


def test_records_without_a_cost(record: RunRecord) -> None:
    """Exact runs and runs that were not measured say so."""
    eq7 = circuit_named("eq7")
    exact = record.model_copy(update={"spec": record.spec.model_copy(update={"shots": None})})

    assert recorded_load(exact, eq7) == Missing("exact probabilities: a device only samples")
    assert recorded_load(record.model_copy(update={"steps": None}), eq7) == Missing("not recorded (ok)")


@pytest.mark.parametrize(
    "changes",
    [
        {"forward_evaluations": 1e300},
        {"n_steps": 10**400},
        {"backward_evaluations": -1.0},
        {"forward_evaluations": 1e-300},
    ],
)
def test_counts_that_no_run_has(record: RunRecord, changes: dict[str, float]) -> None:
    """A damaged or hostile record is answered with a reason, not with an overflow."""
    strange = record.model_copy(update={"steps": record.steps.model_copy(update=changes)})

    assert recorded_load(strange, circuit_named("eq7")) == Missing("the recorded counts are not those of a training")


def test_every_way_is_there_once() -> None:
    assert [use.way for use in uses(planned(), execution_s=1e-3, copies=2)] == list(Way)
