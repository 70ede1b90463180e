"""Whole runs of networks that are not the paper's: counts, weights, gradients, checkpoints."""

import copy

import pytest
import torch
from data_facts import mnist_facts
from torch import nn

from backends.circuits.catalogue import circuit_named
from backends.errors import ConfigError
from backends.registry import head_class
from harness.data.load import load
from harness.data.split import split as split_of
from harness.features.outside import outside_code
from harness.features.resolve import resolve_features
from harness.heads import build_head, exact_twin, resolve_head
from harness.records import sealed
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, TrainingSpec
from harness.training.checkpoint import Checkpoints
from harness.training.fidelity import GradientComparison, fidelity_of
from harness.training.model import Classifier
from harness.training.perform import perform

_FACTS = mnist_facts()
_IMAGES = DataSpec(n_images=100, official_images=0)  # 64 train
_DRESSED = "dressed(n_qubits=2, n_layers=1)"
_FRONT = {"features": "none", "readout": "linear", "head_width": 4}
_NOTHING_BELOW = {**_FRONT, "angle_layer": "frozen"}


class Normed(nn.Module):
    """A feature extractor with buffers, dropout, and a layer that no sample reaches."""

    def __init__(self, shape):
        super().__init__()
        self.norm = nn.BatchNorm2d(shape[0])
        self.layer = nn.Linear(shape[1] * shape[2], 6)
        self.unused = nn.Linear(3, 3)

    def forward(self, images):
        return nn.functional.dropout(self.layer(self.norm(images).flatten(1)), 0.5, self.training)


def _spec(head="statevector", *, model=_FRONT, training=None, **settings):
    if head == "statevector":
        settings = {"circuit": _DRESSED, **settings}
    training = {"epochs": 2, "batch_size": 16, **(training or {})}
    return RunSpec(head=head, data=_IMAGES, model=ModelSpec(**model), training=TrainingSpec(**training), **settings)


def _perform(folder, spec, *, run_id="a" * 64, **options):
    record = perform(Run(run_id, "mine", spec), attempt=1, weights_of=lambda name: folder / name, **options)
    assert record.status == "ok", record.failure
    return record


def _classifier(spec):
    resolved = resolve_head(spec, n_classes=10)
    head = build_head(spec, resolved)
    return resolved, Classifier(head, spec.model, shape=_FACTS.shape, n_classes=10, seed=spec.seed)


@pytest.mark.parametrize(
    ("settings", "n_circuits", "shifts"),
    [
        ({}, 2, 0),
        ({"shots": 50}, 2, 8),
        ({"shots": 50, "execution": "table"}, 2, 8),
        ({"head": "fake_ibm", "circuit": _DRESSED, "execution": "channels"}, 2, 0),
        ({"shots": 50, "circuit": "eq7"}, 4, 8),
        ({"shots": 50, "circuit": "eq7", "training": {"skip_dead_angles": True}}, 4, 2),
        ({"shots": 50, "model": _NOTHING_BELOW}, 2, 8),
        ({"model": {**_FRONT, "features": "mlp", "angle_activation": "tanh"}}, 2, 0),
        ({"model": {**_FRONT, "angle_layer": "frozen", "head_weights": "frozen"}}, 2, 0),
    ],
)
def test_counts_of_a_run(tmp_path, settings, n_circuits, shifts):
    """A step evaluates batch x circuits x (1 + shifts), with readout and frozen layers as without; all images are classified."""
    record = _perform(tmp_path, _spec(**settings))
    steps = record.steps

    assert record.head.n_circuits == n_circuits
    assert (steps.forward_evaluations, steps.backward_evaluations) == (16 * n_circuits, 16 * n_circuits * shifts)
    assert steps.formula_evaluations == steps.forward_evaluations + steps.backward_evaluations
    assert record.evaluation.n_images == 20
    if not settings.get("execution"):
        assert record.evaluation.circuit_evaluations == 20 * n_circuits


@pytest.mark.parametrize(
    ("settings", "of_head", "others"),
    [
        ({}, 2 * 2, (784 + 1) * 4 + (4 + 1) * 10),
        ({"model": {**_FRONT, "head_weights": "frozen"}}, 0, (784 + 1) * 4 + (4 + 1) * 10),
        ({"model": _NOTHING_BELOW}, 2 * 2, (4 + 1) * 10),
        ({"head": "mlp", "options": {"hidden": 3}}, (3 + 1) * 4, (784 + 1) * 3 + (4 + 1) * 10),
    ],
)
def test_parameters_of_a_run(tmp_path, settings, of_head, others):
    """Those that training changes, and of these the head's; the weights file holds the frozen ones too."""
    record = _perform(tmp_path, _spec(**settings))
    weights = sealed.read(tmp_path / ("a" * 64)).tensors

    assert (record.head.n_head_parameters, record.head.n_parameters) == (of_head, of_head + others)
    assert {"to_head.weight", "readout.weight", "readout.bias"} <= weights.keys()


@pytest.mark.parametrize("model", [_FRONT, _NOTHING_BELOW, {**_FRONT, "head_weights": "frozen"}])
def test_training_changes_what_is_not_frozen(tmp_path, model):
    """Every trained layer has other weights in the end, every frozen one its first ones."""
    spec = _spec(model=model)
    _perform(tmp_path, spec)
    _, classifier = _classifier(spec)
    weights = sealed.read(tmp_path / ("a" * 64)).tensors

    for name, first in classifier.named_parameters():
        assert torch.equal(weights[name], first) is not first.requires_grad, name


def test_the_readout_learns_alone(tmp_path):
    """The sines of 64 random projections are enough for a linear layer to tell most of its 64 images."""
    model = {**_FRONT, "angle_layer": "frozen", "head_weights": "frozen", "head_width": 64}
    training = {"epochs": 60, "learning_rate": 0.01}
    record = _perform(tmp_path, _spec(circuit="hadamard_ry", model=model, training=training))

    assert record.epochs[-1].train_accuracy > 0.55
    assert record.epochs[-1].train_loss < record.epochs[0].train_loss


def test_a_table_and_the_circuit_train_alike(tmp_path):
    """The readout sees the same expectation values, so the losses agree to the precision of float32."""
    native, table = (
        _perform(tmp_path, _spec(execution=execution, training={"epochs": 1}), run_id=letter * 64)
        for execution, letter in (("native", "a"), ("table", "b"))
    )

    assert table.epochs[0].train_loss == pytest.approx(native.epochs[0].train_loss, rel=1e-5)
    assert table.evaluation.loss == pytest.approx(native.evaluation.loss, rel=1e-5)


@pytest.mark.parametrize(
    "model", [_FRONT, _NOTHING_BELOW, {**_FRONT, "head_weights": "frozen"}, {**_FRONT, "angle_activation": "tanh"}]
)
def test_fidelity_is_of_all_trained_parameters(model):
    """The gradient of readout, circuit weights and what is below, each by a plain backward pass; frozen ones do not count."""
    spec = _spec(model=model, shots=100, training={"fidelity_every": 1})
    resolved, classifier = _classifier(spec)
    exact = copy.deepcopy(classifier)
    exact.head = head_class("statevector")(circuit_named(_DRESSED), n_circuits=2)
    exact.head.requires_grad_(classifier.head.weights.requires_grad)
    split = split_of(load(DataSpec()), _IMAGES, seed=0)
    samples, labels = (values[:16] for values in split.training)
    angles = classifier.angles(samples)
    nn.functional.cross_entropy(classifier.logits(angles), labels).backward(retain_graph=True)
    nn.functional.cross_entropy(exact(samples), labels).backward()
    found = GradientComparison(exact_twin(resolved, classifier.head), 1).compare(classifier, angles, labels, step=1)
    gradients = [[values.grad for values in one.trained_parameters] for one in (classifier, exact)]
    expected = fidelity_of(*gradients, step=1, circuit_evaluations=0)

    assert "readout.weight" in {name for name, values in classifier.named_parameters() if values.grad is not None}
    assert found.cosine == pytest.approx(expected.cosine, rel=1e-6)
    assert found.signal_to_noise == pytest.approx(expected.signal_to_noise, rel=1e-4)


@pytest.mark.parametrize(
    "model", [_NOTHING_BELOW, {"features": f"{__name__}:Normed", "readout": "linear", "head_width": 2}]
)
def test_a_stopped_training_ends_in_the_same_bits(tmp_path, model):
    """Buffers of an outside extractor, layers that no sample reaches and shot noise included."""
    whole = _perform(tmp_path / "whole", _spec(model=model, shots=20))
    folder = tmp_path / "checkpoints"
    stopped = _spec(model=model, shots=20, training={"max_steps": 5})
    _perform(tmp_path / "stopped", stopped, checkpoints=Checkpoints(folder, run_id="a" * 64, interval_s=0.0))
    resumed = _perform(
        tmp_path / "resumed",
        _spec(model=model, shots=20),
        checkpoints=Checkpoints(folder, run_id="a" * 64, interval_s=0.0),
    )

    assert (resumed.resumed_at, resumed.notes) == (5, [])
    assert resumed.weights_sha256 == whole.weights_sha256
    assert resumed.evaluation.predictions == whole.evaluation.predictions


@pytest.fixture(autouse=True)
def folders(tmp_path):
    """Where runs of one test keep their weights apart."""
    for name in ("whole", "stopped", "resumed"):
        (tmp_path / name).mkdir()


def test_an_edited_extractor_is_not_used(tmp_path, monkeypatch):
    """A run asks for the code that the plan saw; a worker with another version refuses it by name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    text = "from torch import nn\nclass Mine(nn.Flatten):\n    def __init__(self, shape):\n        super().__init__()\n"
    (tmp_path / "edited_features.py").write_text(text)
    spec = _spec(model={**_FRONT, "features": "edited_features:Mine"})
    asked = spec.model_copy(update={"features_code": outside_code("edited_features:Mine")})
    assert resolve_features(asked, resolve_head(asked, n_classes=10), shape=_FACTS.shape).code == asked.features_code
    assert _perform(tmp_path, asked).head.n_parameters > 0
    (tmp_path / "edited_features.py").write_text(text + "# edited\n")
    record = perform(Run("a" * 64, "mine", asked), attempt=1, weights_of=lambda name: tmp_path / name)

    assert record.status == "failed"
    assert record.failure.kind == ConfigError.__name__
    assert "feature extractor 'edited_features:Mine' is not the one that was asked for" in record.failure.message
