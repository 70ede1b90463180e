"""Gradient fidelity: gradients from shots beside exact ones, without a trace in the training."""

import math

import pytest
import torch
from data_facts import MNIST

from backends.circuits.catalogue import circuit_named
from backends.errors import ConfigError
from backends.registry import head_class
from backends.sampling import stream_seed
from backends.surrogates.table import Tabulated
from harness.data.load import load
from harness.data.split import split as split_of
from harness.heads import build_head, exact_twin, resolve_head
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, TrainingSpec
from harness.training.checkpoint import Checkpoints
from harness.training.fidelity import GradientComparison, fidelity_of
from harness.training.model import Classifier
from harness.training.perform import perform
from harness.training.timing import Clock
from harness.training.train import train

_IMAGES = DataSpec(n_images=100, official_images=0)
_WEIGHTED = "hardware_efficient(n_qubits=2, n_layers=1)"


@pytest.fixture(scope="module")
def split():
    return split_of(load(DataSpec()), _IMAGES, seed=0)


def _spec(head="statevector", *, every=2, training=None, **settings):
    settings = {"circuit": "eq7", "shots": 100, **settings}
    training = {"epochs": 2, "batch_size": 16, "fidelity_every": every, **(training or {})}
    return RunSpec(head=head, data=_IMAGES, training=TrainingSpec(**training), **settings)


def _perform(tmp_path, spec, *, run_id="a" * 64, **options):
    record = perform(Run(run_id, "mine", spec), attempt=1, weights_of=lambda name: tmp_path / name, **options)
    assert record.status == "ok", record.failure
    return record


def _classifier(spec):
    resolved = resolve_head(spec, n_classes=10)
    head = build_head(spec, resolved)
    return Classifier(head, spec.model, **MNIST, seed=spec.seed), exact_twin(resolved, head)


def test_cosine_and_signal_to_noise():
    """Of the gradients (3, 4) exact and (3, 4 + 1) from shots: 29 / (5 sqrt(34)), and 25 / 1; all parameters count as one vector."""
    found = fidelity_of(
        [torch.tensor([3.0]), torch.tensor([[5.0]])],
        [torch.tensor([3.0]), torch.tensor([[4.0]])],
        step=7,
        circuit_evaluations=9,
    )

    assert (found.step, found.circuit_evaluations) == (7, 9)
    assert found.cosine == pytest.approx(29 / (5 * math.sqrt(34)))
    assert found.signal_to_noise == pytest.approx(25)


@pytest.mark.parametrize(
    ("sampled", "exact"),
    [([0.0, 0.0], [1.0, 0.0]), ([1.0, 0.0], [0.0, 0.0]), ([1.0, 2.0], [1.0, 2.0]), ([math.inf, 0.0], [1.0, 0.0])],
)
def test_a_comparison_without_a_number_is_left_out(sampled, exact):
    """A gradient of zero has no direction, equal gradients have no noise, and infinite ones no length."""
    assert fidelity_of([torch.tensor(sampled)], [torch.tensor(exact)], step=1, circuit_evaluations=0) is None


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"execution": "table"},
        {"head": "fake_ibm", "execution": "channels"},
        {"circuit": _WEIGHTED},
        {"circuit": _WEIGHTED, "execution": "table"},
        {"model": ModelSpec(angle_layer="frozen", dropout=0.0)},
        {"training": {"skip_dead_angles": True}},
    ],
)
def test_it_changes_nothing_of_the_training(tmp_path, settings):
    """Weights, losses, counts and predictions are those of a training without it, bit for bit; shots and dropout are on."""
    training = settings.pop("training", {})
    with_it = _perform(tmp_path, _spec(**settings, training=training))
    without = _perform(tmp_path, _spec(**settings, training=training, every=None), run_id="b" * 64)

    assert [found.step for found in with_it.fidelity] == [1, 3, 5, 7]
    assert without.fidelity == []
    assert with_it.epochs == without.epochs
    assert with_it.evaluation.predictions == without.evaluation.predictions
    assert with_it.evaluation.loss == without.evaluation.loss
    timed = {"step_s_median", "step_s_p10", "step_s_p90", "head_seconds"}
    assert with_it.steps.model_dump(exclude=timed) == without.steps.model_dump(exclude=timed)
    made = {"provenance", "setup_evaluations"}  # the second run finds its table in the cache
    assert with_it.head.model_dump(exclude=made) == without.head.model_dump(exclude=made)


def test_the_first_comparison_is_of_the_gradients_by_definition(split):
    """At step 1 the two gradients are those of two plain backward passes: one with shots, one through the exact head.

    Both see the first batch, the first weights and, because dropout draws from the same stream, the same mask.
    """
    spec = _spec(training={"max_steps": 1}, circuit=_WEIGHTED)
    classifier, twin = _classifier(spec)
    history = train(
        classifier, split, spec.training, seed=0, clock=Clock(), progress=lambda *step: None,
        comparison=GradientComparison(twin, 1),
    )  # fmt: skip
    gradients = []
    for shots in (100, None):
        plain, _ = _classifier(spec)
        if shots is None:
            plain.head = head_class("statevector")(
                circuit_named(_WEIGHTED), n_circuits=plain.head.n_circuits, shots=None
            )
        seen = []
        plain.register_forward_pre_hook(lambda module, images, seen=seen: seen.append(images))
        order = torch.Generator().manual_seed(stream_seed(0, "order", 0))
        batch = torch.randperm(len(split.training.labels), generator=order)[:16]
        torch.manual_seed(stream_seed(0, "process", 0))
        loss = torch.nn.functional.cross_entropy(plain(split.training.values[batch]), split.training.labels[batch])
        gradients.append(torch.autograd.grad(loss, plain.trained_parameters))
    (found,) = history.fidelity
    expected = fidelity_of(*gradients, step=1, circuit_evaluations=0)

    assert found.cosine == pytest.approx(expected.cosine, rel=1e-6)
    assert found.signal_to_noise == pytest.approx(expected.signal_to_noise, rel=1e-4)
    assert found.circuit_evaluations == 16 * twin.n_circuits
    assert 0 < found.cosine < 1


def test_the_exact_gradient_is_of_the_weights_of_now(split):
    """The twin takes the head's weights at each comparison: another one that has them from the beginning finds the same."""
    classifier, stale = _classifier(_spec(circuit=_WEIGHTED))
    _, ready = _classifier(_spec(circuit=_WEIGHTED))
    images, labels = (values[:16] for values in split.training)
    with torch.no_grad():
        classifier.head.weights += 1
        ready.weights += 1
    classifier.eval()
    angles = classifier.angles(images)
    loss = torch.nn.functional.cross_entropy(classifier.logits(angles), labels)
    exact = torch.nn.functional.cross_entropy(classifier.logits(angles, head=ready), labels)
    sampled = torch.autograd.grad(loss, classifier.trained_parameters, retain_graph=True)
    below = [*classifier.features.parameters(), *classifier.to_head.parameters()]
    expected = torch.autograd.grad(exact, [*below, ready.weights], retain_graph=True)
    for values, gradient in zip(classifier.trained_parameters, sampled, strict=True):
        values.grad = gradient
    found = GradientComparison(stale, 1).compare(classifier, angles, labels, step=3)

    assert found.signal_to_noise == pytest.approx(
        fidelity_of(sampled, expected, step=3, circuit_evaluations=0).signal_to_noise, rel=1e-4
    )
    assert torch.equal(stale.weights, classifier.head.weights)


def test_noise_falls_with_the_shots(split):
    """The variance of shot noise is proportional to 1 / shots, so a hundredth at 100 times the shots.

    Within six standard errors of the means over 60 seeds of the shots, at the same weights and images.
    """
    classifier, twin = _classifier(_spec())
    classifier.eval()
    images, labels = (values[:16] for values in split.training)
    noise = {100: [], 10_000: []}
    for shots, found in noise.items():
        for seed in range(60):
            classifier.head = head_class("statevector")(circuit_named("eq7"), shots=shots, seed=seed)
            classifier.zero_grad()
            angles = classifier.angles(images)
            torch.nn.functional.cross_entropy(classifier.logits(angles), labels).backward(retain_graph=True)
            compared = GradientComparison(twin, 1).compare(classifier, angles, labels, step=1)
            found.append(1 / compared.signal_to_noise)
    few, many = (torch.tensor(found, dtype=torch.float64) for found in noise.values())
    standard_error = math.hypot(few.std() / 100, many.std()) / math.sqrt(60)

    assert abs(few.mean() / 100 - many.mean()) < 6 * standard_error
    assert 6 * standard_error < many.mean() / 2, "the bound is too wide to tell anything"


def test_a_stopped_training_keeps_its_comparisons(tmp_path):
    """The list goes on after a checkpoint, without gaps or repetitions."""
    whole = _perform(tmp_path, _spec())
    folder = tmp_path / "checkpoints"
    _perform(
        tmp_path, _spec(training={"max_steps": 5}), checkpoints=Checkpoints(folder, run_id="a" * 64, interval_s=0.0)
    )
    resumed = _perform(tmp_path, _spec(), checkpoints=Checkpoints(folder, run_id="a" * 64, interval_s=0.0))

    assert resumed.resumed_at == 5
    assert resumed.fidelity == whole.fidelity


class CountingClock(Clock):
    """A clock on which a second goes by whenever it is read."""

    reads = 0

    def now(self):
        self.reads += 1
        return float(self.reads)


def test_its_seconds_are_in_no_step(split):
    """A step takes as long with a comparison as without; on this clock, as often as it is read within the step's phases."""
    spec = _spec(training={"max_steps": 3})
    classifier, twin = _classifier(spec)
    history = train(
        classifier, split, spec.training, seed=0, clock=CountingClock(), progress=lambda *step: None,
        comparison=GradientComparison(twin, 2),
    )  # fmt: skip

    # Each comparison is between two readings; the second before the first of them is in no phase but is the step's.
    assert history.step_seconds == [12.0, 11.0, 12.0]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            _spec(shots=None),
            "head 'statevector' has no shots, so fidelity_every has no gradient from shots to compare; leave it",
        ),
        (_spec("linear", shots=None, circuit=None), "head 'linear' has no shots, .*entries with shots: training = {"),
        (
            _spec("aer_shots"),
            r"head 'aer_shots' with execution = 'native': .*this head has none \(AerShots: it samples, .*use execution = 'table'",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(spec, message):
    """Before any compute: heads without shots, and heads that have no exact answers."""
    with pytest.raises(ConfigError, match=message):
        resolve_head(spec, n_classes=10)


def test_the_twin_of_an_estimated_table_is_that_table():
    """aer_shots has no exact mode. The table's shots are drawn from its estimate, and so the estimate is exact for it."""
    spec = _spec("aer_shots", execution="table")
    resolved = resolve_head(spec, n_classes=10)
    head = build_head(spec, resolved)
    twin = exact_twin(resolved, head)
    angles = torch.linspace(0, 6, 5 * 10 * 4, dtype=torch.float64).reshape(5, 10, 4)
    with torch.no_grad():
        mean, exact = torch.stack([head(angles) for _ in range(200)]).mean(dim=0), twin(angles)

    assert (twin.shots, twin.gradient, twin.tally.forward.requested) == (None, "parameter-shift", 50)
    assert (exact.min() >= 0) & (exact.max() <= 1)
    assert (mean - exact).abs().max() < 6 * 0.5 / math.sqrt(200 * 100)
    assert torch.equal(twin(angles), exact)


def test_the_twin_of_a_table_of_joint_outcomes_answers_with_margins():
    """Outputs that share their shots are drawn from joint outcomes; without shots each output has its own p(0)."""
    circuit = circuit_named("hardware_efficient(n_qubits=2, n_layers=1, n_outputs=2)")
    table = Tabulated(head_class("statevector"))(circuit, n_circuits=5, shots=100)
    twin, exact = table.without_shots(), head_class("statevector")(circuit, n_circuits=5)
    angles = torch.linspace(0, 6, 7 * 5 * circuit.n_inputs, dtype=torch.float64).reshape(7, 5, -1)

    assert torch.allclose(twin(angles), exact(angles), atol=1e-12)
    assert twin(angles).shape == (7, 10)
    assert table.shots == 100
