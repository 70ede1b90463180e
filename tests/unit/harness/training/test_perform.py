"""One run from its spec to its record: what is measured, what is kept, and what an exception becomes."""

from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from data_facts import MNIST

from backends.circuits.catalogue import circuit_named
from backends.errors import AnglesError, ConfigError, OutputError
from backends.head import Capabilities, Executed, QuantumHead
from backends.sampling import stream_seed
from baselines import baseline_class
from harness.data.load import load
from harness.data.split import official, split
from harness.errors import DiskError, DivergedError, StoreError
from harness.records import sealed
from harness.records.record import PHASES, RunRecord
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, TrainingSpec
from harness.training.checkpoint import Checkpoints
from harness.training.metrics import confusion_matrix
from harness.training.model import Classifier
from harness.training.perform import perform, status_of
from harness.training.train import classify

_ID = "a" * 64


class Half(QuantumHead):
    """Answers 1/2, in seven executed circuits and three shots a row, or as a test sets it."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=3
    )
    facts: ClassVar[Any] = {"method": "none"}
    error: ClassVar[BaseException | None] = None

    def _prepare(self) -> None:
        """Nothing."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.error is not None:
            raise self.error
        p_zero = torch.full((len(rows), self.circuit.n_outputs), 0.5, dtype=torch.float64)
        return Executed(p_zero, circuits=7 * len(rows), shots=3 * len(rows))

    def provenance(self) -> Any:
        return self.facts


@pytest.fixture
def half(monkeypatch):
    """The class of the head that "statevector" is in this test."""
    kind = type("Half", (Half,), {})
    monkeypatch.setattr("harness.heads.head_class", lambda name: kind)
    return kind


def _spec(head: str = "linear", *, training: dict[str, Any] | None = None, **settings: Any) -> RunSpec:
    training = {"epochs": 2, "batch_size": 16, **(training or {})}
    settings = {"data": DataSpec(n_images=100, official_images=0), **settings}
    return RunSpec(head=head, training=TrainingSpec(**training), seed=4, **settings)


def _perform(tmp_path, spec: RunSpec, run_id: str = _ID, **options: Any) -> RunRecord:
    return perform(
        Run(run_id, "mine", spec), attempt=2, weights_of=lambda run_id: tmp_path / f"{run_id}.safetensors", **options
    )


def _weights(tmp_path, run_id: str) -> dict[str, bytes]:
    """Return the weights that a run kept, bit by bit."""
    tensors = sealed.read(tmp_path / f"{run_id}.safetensors").tensors
    return {name: values.numpy().tobytes() for name, values in tensors.items()}


def test_a_record_says_what_was_asked_and_what_was_found(tmp_path):
    """Images, weights and the classified test images of the record are those of a classifier with the kept weights."""
    record = _perform(tmp_path, _spec())
    weights, facts = sealed.read(tmp_path / f"{_ID}.safetensors")
    classifier = Classifier(baseline_class("linear")(10), ModelSpec(), **MNIST, seed=9)
    classifier.load_state_dict(weights)
    dataset = load(DataSpec())
    parts = split(dataset, DataSpec(n_images=100, official_images=0), seed=4)
    found = classify(classifier, parts.test)
    evaluation = record.evaluation

    assert (record.status, record.run_id, record.label, record.attempt, record.scope) == ("ok", _ID, "mine", 2, "full")
    assert (record.failure, record.resumed_at, record.notes) == (None, None, [])
    assert (record.dataset.name, record.dataset.sha256) == ("mnist-5000", dataset.facts.sha256)
    assert (record.dataset.n_train, record.dataset.n_validation, record.dataset.n_test) == (64, 16, 20)
    assert facts == {"run_id": _ID}
    assert len(record.weights_sha256) == 64
    assert [epoch.epoch for epoch in record.epochs] == [1, 2]
    assert (evaluation.weights_from, evaluation.n_images) == (None, 20)
    assert evaluation.predicted().tolist() == found.predictions.tolist()
    assert (evaluation.accuracy, evaluation.loss) == (found.accuracy, pytest.approx(found.loss, rel=1e-6))
    labels = parts.test.labels.numpy()
    assert evaluation.confusion == confusion_matrix(labels, found.predictions, n_classes=10).tolist()
    assert [score.label for score in evaluation.classes] == list(range(10))
    for name in ("precision", "recall", "f1"):
        known = [value for score in evaluation.classes if (value := getattr(score, name)) is not None]
        assert getattr(evaluation, f"macro_{name}") == pytest.approx(np.mean(known))
    assert (evaluation.circuit_evaluations, evaluation.shots) == (0, 0)
    assert 0 < evaluation.seconds <= record.times.evaluation_s + 0.1


def test_the_phases_of_a_record_add_up(tmp_path):
    """Phases and the rest are the whole, which is the run's seconds but for what comes after."""
    record = _perform(tmp_path, _spec())
    times = record.times

    assert sum(getattr(times, name) for name in PHASES) == pytest.approx(times.total_s)
    assert all(getattr(times, name) > 0 for name in PHASES)
    assert times.total_s <= record.seconds
    assert record.peak_rss_mib > 100


def test_parameters_and_steps_of_a_classical_head(tmp_path):
    """A linear head has no circuits; its seconds a step are percentiles of all steps."""
    record = _perform(tmp_path, _spec())
    steps, head = record.steps, record.head

    assert (head.gradient, head.n_circuits, head.n_angles, head.circuit, head.provenance) == (
        "autograd",
        0,
        0,
        None,
        {},
    )
    # convolutions, 576 -> 128, 128 -> 10; each with its biases
    n_parameters = 16 * 26 + 32 * (16 * 25 + 1) + 64 * (32 * 9 + 1) + 128 * 577 + 10 * 129
    assert (head.n_parameters, head.n_head_parameters) == (n_parameters, 0)
    assert (steps.n_steps, steps.batch_size) == (8, 16)
    assert 0 < steps.step_s_p10 <= steps.step_s_median <= steps.step_s_p90
    assert (steps.formula_evaluations, steps.forward_evaluations, steps.shots, steps.head_seconds) == (0, 0, 0, 0)


def test_evaluations_of_a_quantum_head_are_counted_by_the_step(tmp_path, half):
    """Requested is batch x circuits x (1 + 8 shifts), executed and shots are what the backend reports, validation apart."""
    record = _perform(tmp_path, _spec("statevector", circuit="eq7", shots=10))
    steps, rows = record.steps, 16 * 10

    assert record.status == "ok", record.failure
    assert (steps.forward_evaluations, steps.backward_evaluations) == (rows, rows * 8)
    assert steps.formula_evaluations == rows * 9
    assert (steps.executed_evaluations, steps.shots) == (7 * rows * 9, 3 * rows * 9)
    assert steps.head_seconds > 0
    assert (record.evaluation.circuit_evaluations, record.evaluation.shots) == (7 * 20 * 10, 3 * 20 * 10)
    head = record.head
    assert (head.gradient, head.n_circuits, head.n_angles) == ("parameter-shift", 10, 4)
    assert head.provenance == {"method": "none"}
    assert head.circuit["name"] == circuit_named("eq7").name
    assert (head.setup_evaluations, head.setup_shots, head.skipped_angles) == (0, 0, {})


def test_skipped_angles_are_counted_from_one_with_their_proof(tmp_path):
    """Of eq7's four angles three cannot matter; the record says which, and the formula leaves their shifts out."""
    training = {"skip_dead_angles": True, "max_steps": 1}
    record = _perform(tmp_path, _spec("statevector", circuit="eq7", shots=10, training=training))

    assert record.head.skipped_angles == {2: "structure", 3: "structure", 4: "structure"}
    assert record.steps.formula_evaluations == record.steps.forward_evaluations * 3


def test_trainable_weights_are_the_heads_parameters(tmp_path):
    """Each copy of the circuit has weights of its own, counted apart from the classifier's."""
    record = _perform(
        tmp_path, _spec("statevector", circuit="hardware_efficient(n_qubits=2, n_layers=1)", training={"max_steps": 1})
    )

    n_weights = record.head.circuit["n_weights"]
    assert n_weights > 0
    assert record.head.n_head_parameters == record.head.n_circuits * n_weights
    assert record.head.n_parameters > record.head.n_head_parameters


def test_a_slice_is_trained_for_its_cost_alone(tmp_path):
    """After max_steps there are no weights to keep and no test images to classify."""
    record = _perform(tmp_path, _spec(training={"max_steps": 3}))

    assert (record.status, record.scope, record.steps.n_steps) == ("ok", "slice", 3)
    assert (record.evaluation, record.weights_sha256) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_run_are_classified_with(tmp_path):
    """A slice with weights_from answers for the other run's weights, says so, and keeps none of its own."""
    first = _perform(tmp_path, _spec())
    record = _perform(tmp_path, _spec(training={"max_steps": 1}, weights_from=_ID), run_id="b" * 64)

    assert record.evaluation.weights_from == _ID
    assert record.evaluation.predictions == first.evaluation.predictions
    assert record.weights_sha256 is None
    assert [path.stem for path in tmp_path.iterdir()] == [_ID]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file or directory"),
        (({}, {"run_id": _ID}), "Missing key"),
        (({}, {"run_id": "c"}), "holds the weights of run c, expected those of a{64}"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path, content, message):
    """Missing, of another model or of another run: the record says which, and what to do."""
    if content is not None:
        sealed.write(tmp_path / f"{_ID}.safetensors", *content)
    record = _perform(tmp_path, _spec(training={"max_steps": 1}, weights_from=_ID), run_id="b" * 64)

    assert (record.status, record.failure.kind) == ("failed", "StoreError")
    with pytest.raises(
        AssertionError, match=rf"(?s)weights cannot be used: .*{message}.*; expected those of a finished run"
    ):
        raise AssertionError(record.failure.message)
    assert record.steps.n_steps == 1, "what was measured before is kept"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DivergedError("x"), "diverged"),
        (AnglesError("x"), "diverged"),
        (OutputError("x"), "invalid_output"),
        (ConfigError("x"), "failed"),
        (StoreError("x"), "failed"),
        (ValueError("x"), "failed"),
        (SystemExit(3), "failed"),
    ],
)
def test_an_exception_becomes_a_status(error, status):
    """A run diverges by its loss or by infinite angles; a backend's wrong answer is its own status."""
    assert status_of(error) == status


def test_a_failure_is_a_record_with_what_was_known(tmp_path, half):
    """The vendor's exception is in the record, with its traceback; the debugger gets it first."""
    half.error, seen = RuntimeError("queue is full"), []
    record = _perform(tmp_path, _spec("statevector", circuit="eq7"), debug=seen.append)

    assert (record.status, record.failure.kind) == ("failed", "ExecutionError")
    assert "queue is full" in record.failure.message
    assert "RuntimeError: queue is full" in record.failure.traceback
    assert "in _execute" in record.failure.traceback
    assert (record.head.n_circuits, record.dataset.n_train) == (10, 64)
    assert (record.epochs, record.steps, record.times, record.evaluation) == ([], None, None, None)
    assert [type(error).__name__ for error in seen] == ["ExecutionError"]


def test_a_full_disk_is_no_failure_of_the_run(tmp_path):
    """The store takes no more, whatever the run: the exception is passed on."""
    with pytest.raises(DiskError):
        perform(Run(_ID, "mine", _spec()), attempt=1, weights_of=lambda run_id: tmp_path / "missing" / "x")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"a": object()}, r"Half: provenance\(\) must return JSON values, it returned \{'a': <object"),
        ({"a": float("nan")}, r"must return JSON values, .*nan"),
        (["a"], r"Half: provenance\(\) must return a dictionary, it returned \['a'\]"),
    ],
)
def test_a_provenance_that_a_record_cannot_hold_is_refused(tmp_path, half, facts, message):
    """The record is JSON, so the head's facts must be."""
    half.facts = facts
    record = _perform(tmp_path, _spec("statevector", circuit="eq7"))

    assert record.status == "invalid_output"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(record.failure.message)


def test_a_head_that_was_edited_since_is_not_run(tmp_path):
    """The plan asked for the head's code of then."""
    record = _perform(tmp_path, _spec("statevector", circuit="eq7", head_code="f" * 64))

    assert (record.status, record.failure.kind) == ("failed", "ConfigError")
    assert "expected code with SHA-256 ffffffffffff, got " in record.failure.message


def test_a_run_that_goes_on_says_from_where(tmp_path):
    """With checkpoints the record has the step that it went on from and the checkpoints' notes."""
    folder = tmp_path / "checkpoints"
    _perform(tmp_path, _spec(training={"max_steps": 3}), checkpoints=Checkpoints(folder, run_id=_ID, interval_s=0.0))
    record = _perform(tmp_path, _spec(), checkpoints=Checkpoints(folder, run_id=_ID, interval_s=0.0))

    assert record.resumed_at == 3
    assert record.notes == []
    assert (record.steps.n_steps, len(record.epochs)) == (8, 2)


def test_progress_is_told(tmp_path):
    """After each step: how many are done, of how many, and its loss."""
    told = []
    _perform(tmp_path, _spec(), progress=lambda done, total, loss: told.append((done, total, loss)))

    assert [(done, total) for done, total, _ in told] == [(step, 8) for step in range(1, 9)]
    assert all(loss > 0 for _, _, loss in told)


_OFFICIAL = DataSpec(n_images=100, official_images=30)


@pytest.mark.parametrize("settings", [{"head": "linear"}, {"head": "statevector", "circuit": "eq7", "shots": 10}])
def test_official_images_are_scored_apart(tmp_path, settings):
    """The first images of the test file, classified with the kept weights; nothing else of the run changes."""
    training = {"epochs": 1}
    without = _perform(tmp_path, _spec(**settings, training=training), run_id="b" * 64)
    record = _perform(tmp_path, _spec(**settings, training=training, data=_OFFICIAL))
    labels = load(DataSpec()).test.labels[:30]

    assert (without.official, record.official.n_images, record.official.weights_from) == (None, 30, None)
    assert record.official.true_classes().tolist() == labels.tolist()
    assert record.official.accuracy == (record.official.predicted() == labels).mean()
    seconds = {"seconds": 0}
    assert record.evaluation.model_copy(update=seconds) == without.evaluation.model_copy(update=seconds)
    assert _weights(tmp_path, _ID) == _weights(tmp_path, "b" * 64)
    assert record.epochs == without.epochs
    assert record.evaluation.seconds + record.official.seconds <= record.times.evaluation_s + 0.1
    evaluations = 10 * 30 if "shots" in settings else 0
    assert (record.official.circuit_evaluations, record.official.shots) == (evaluations, 10 * evaluations)
    assert (record.steps.n_steps, record.dataset.n_test) == (4, 20)


def test_official_images_are_those_of_the_kept_weights(tmp_path):
    """Their predictions are those of a classifier with the run's weights."""
    record = _perform(tmp_path, _spec(data=_OFFICIAL))
    classifier = Classifier(baseline_class("linear")(10), ModelSpec(), **MNIST, seed=9)
    classifier.load_state_dict(sealed.read(tmp_path / f"{_ID}.safetensors").tensors)
    dataset = load(DataSpec())
    parts = split(dataset, _OFFICIAL, seed=4)

    assert (
        record.official.predicted().tolist()
        == classify(classifier, official(dataset, _OFFICIAL, parts)).predictions.tolist()
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"training": {"max_steps": 2}, "data": _OFFICIAL},
        {"data": DataSpec(n_images=100, test="official", official_images=30)},
    ],
)
def test_slices_and_tests_on_the_test_file_have_no_official_images(tmp_path, settings):
    """A slice is made for its cost; with test = "official" the evaluation is of the official images."""
    settings = {"training": {"epochs": 1}, **settings}

    assert _perform(tmp_path, _spec(**settings)).official is None


def test_a_slice_with_other_weights_is_scored_on_the_test_images_alone(tmp_path):
    """As before: its test images are classified for their cost."""
    _perform(tmp_path, _spec(training={"epochs": 1}))
    record = _perform(tmp_path, _spec(training={"max_steps": 1}, weights_from=_ID, data=_OFFICIAL), run_id="b" * 64)

    assert (record.scope, record.evaluation.n_images, record.official) == ("slice", 20, None)


def test_an_evaluation_trains_nothing(tmp_path):
    """It answers with the other run's weights for both test sets, and keeps no weights and no checkpoint."""
    first = _perform(tmp_path, _spec(data=_OFFICIAL))
    checkpoints = Checkpoints(tmp_path / "checkpoints", run_id="b" * 64, interval_s=0.0)
    told = []
    record = _perform(
        tmp_path,
        _spec(weights_from=_ID, data=_OFFICIAL),
        run_id="b" * 64,
        checkpoints=checkpoints,
        progress=lambda *step: told.append(step),
    )

    assert (record.status, record.scope) == ("ok", "evaluation")
    assert (record.epochs, record.steps, record.weights_sha256, record.resumed_at) == ([], None, None, None)
    assert (record.evaluation.weights_from, record.official.weights_from) == (_ID, _ID)
    assert record.evaluation.predictions == first.evaluation.predictions
    assert record.official.predictions == first.official.predictions
    assert record.head.n_parameters == first.head.n_parameters
    assert told == []
    assert [path.stem for path in tmp_path.iterdir()] == [_ID]
    times = record.times
    assert (times.features_forward_s, times.head_forward_s, times.optimizer_s) == (0, 0, 0)
    assert times.setup_s > 0
    assert times.evaluation_s > 0
    assert sum(getattr(times, name) for name in PHASES) == pytest.approx(times.total_s)


def test_weights_of_one_head_are_tested_through_another(tmp_path):
    """Train on X, test on Y: the same circuit answers with shots for weights that were trained with exact probabilities."""
    _perform(tmp_path, _spec("statevector", circuit="eq7", training={"epochs": 1}))
    spec = _spec("statevector", circuit="eq7", shots=10, execution="table", weights_from=_ID)
    one, two = (_perform(tmp_path, spec, run_id=name * 64) for name in "bc")

    assert one.status == "ok", one.failure
    assert one.evaluation.shots == 10 * 10 * 20
    assert one.evaluation.predictions == two.evaluation.predictions


def test_an_evaluation_without_weights_is_named(tmp_path):
    """The other run's file is missing: nothing was classified."""
    record = _perform(tmp_path, _spec(weights_from=_ID), run_id="b" * 64)

    assert (record.status, record.failure.kind, record.evaluation) == ("failed", "StoreError", None)
    assert "weights cannot be used" in record.failure.message


@pytest.mark.parametrize(
    "settings",
    [{"head": "linear"}, {"head": "mlp", "options": {"hidden": 5}}, {"head": "statevector", "circuit": "eq7"}],
)
def test_a_frozen_angle_layer_keeps_its_random_start(tmp_path, settings):
    """The layer between features and head is neither trained nor counted; the features below it and the head still train."""
    training = {"epochs": 1}
    trained = _perform(tmp_path, _spec(**settings, training=training), run_id="b" * 64)
    record = _perform(tmp_path, _spec(**settings, training=training, model=ModelSpec(angle_layer="frozen")))
    kept = sealed.read(tmp_path / f"{_ID}.safetensors").tensors
    moved = sealed.read(tmp_path / f"{'b' * 64}.safetensors").tensors
    first = Classifier(baseline_class("linear")(10), ModelSpec(), **MNIST, seed=4)
    n_outputs, n_inputs = kept["to_head.weight"].shape
    torch.manual_seed(stream_seed(4, "to_head", 0))
    start = torch.nn.Linear(n_inputs, n_outputs)

    assert record.status == "ok", record.failure
    assert torch.equal(kept["to_head.weight"], start.weight)
    assert torch.equal(kept["to_head.bias"], start.bias)
    assert not torch.equal(moved["to_head.weight"], start.weight)
    assert not torch.equal(kept["features.0.weight"], first.features[0].weight)
    assert trained.head.n_parameters - record.head.n_parameters == 129 * n_outputs
    assert record.head.n_head_parameters == trained.head.n_head_parameters


def test_a_run_with_a_frozen_angle_layer_goes_on_in_the_same_bits(tmp_path):
    """Its checkpoints hold the moments of the trained parameters alone."""
    frozen = {"model": ModelSpec(angle_layer="frozen")}
    _perform(tmp_path, _spec(**frozen), run_id="b" * 64)
    folder = tmp_path / "checkpoints"
    _perform(
        tmp_path,
        _spec(**frozen, training={"max_steps": 3}),
        checkpoints=Checkpoints(folder, run_id=_ID, interval_s=0.0),
    )
    record = _perform(tmp_path, _spec(**frozen), checkpoints=Checkpoints(folder, run_id=_ID, interval_s=0.0))

    assert (record.resumed_at, record.notes) == (3, [])
    assert _weights(tmp_path, _ID) == _weights(tmp_path, "b" * 64)


def test_a_head_that_learned_shuffled_labels_guesses(tmp_path):
    """The same training with true labels classifies most test images rightly; with shuffled labels the network learned nothing.

    At worst, a network gives all images of a digit one class. That class is right by chance, once in ten: the accuracy is
    then the mean of ten draws, of which more than five are right with a probability of 1.5e-4.
    """
    asked = {"training": {"epochs": 5, "learning_rate": 3e-3}}
    images = {"n_images": 1000, "official_images": 1000}
    true, shuffled = (
        _perform(tmp_path, _spec(**asked, data=DataSpec(labels=labels, **images)), run_id=name * 64)
        for labels, name in (("true", "b"), ("shuffled", "c"))
    )

    assert true.official.accuracy > 0.8
    assert shuffled.official.accuracy <= 0.5
    assert shuffled.evaluation.accuracy <= 0.5
    assert shuffled.official.true_classes().tolist() == true.official.true_classes().tolist()
