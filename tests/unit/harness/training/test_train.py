"""The one training loop: gradients, counts, times, pairing, divergence."""

import pytest
import torch
from data_facts import MNIST

from backends import circuit_named, head_class
from backends.sampling import stream_seed
from baselines import baseline_class
from harness.data.load import load
from harness.data.split import SampleTensors
from harness.data.split import split as split_of
from harness.errors import DivergedError
from harness.features.built_in import paper
from harness.spec import DataSpec, ModelSpec, TrainingSpec
from harness.training.checkpoint import Checkpoints
from harness.training.model import Classifier
from harness.training.state import EpochSums
from harness.training.timing import Clock
from harness.training.train import classify, n_steps, train


@pytest.fixture(scope="module")
def split():
    return split_of(load(DataSpec()), DataSpec(n_images=250), seed=0)


def _statevector(**options):
    return head_class("statevector")(circuit_named("eq7"), n_circuits=10, **options)


class CountingClock(Clock):
    """A clock on which a second goes by whenever it is read."""

    reads = 0

    def now(self):
        self.reads += 1
        return float(self.reads)


def _train(head, split, spec, *, seed=0, model=None, clock=None, **options):
    classifier = Classifier(head, model or ModelSpec(), **MNIST, seed=seed)
    clock = clock or Clock()
    options = {"progress": lambda done, total, loss: None, **options}
    history = train(classifier, split, spec, seed=seed, clock=clock, **options)
    return classifier, clock, history


def test_layers_are_figure_4():
    """28 x 28 pixels become 24, 12, 8, 6, 3 with 16, 16, 32, 64, 64 channels, then 576 and 128 values."""
    shapes = []
    values = torch.zeros(2, 1, 28, 28)
    for layer in paper(ModelSpec(), (1, 28, 28)):
        values = layer(values)
        shapes.append(tuple(values.shape[1:]))

    convolutions = [(16, 24, 24), (16, 24, 24), (16, 12, 12), (32, 8, 8), (32, 8, 8), (64, 6, 6), (64, 6, 6)]
    assert shapes == [*convolutions, (64, 3, 3), (64, 3, 3), (576,), (128,), (128,)]


def test_equal_seeds_give_equal_layers_whatever_the_head():
    """Heads are compared from the same initial weights; another seed gives others."""
    linear, cosine, quantum = (
        Classifier(head, ModelSpec(), **MNIST, seed=3)
        for head in (baseline_class("linear")(10), baseline_class("cosine")(10), _statevector())
    )
    for (name, one), two in zip(
        linear.features.state_dict().items(), quantum.features.state_dict().values(), strict=True
    ):
        assert torch.equal(one, two), name
    assert torch.equal(linear.to_head.weight, cosine.to_head.weight)
    assert quantum.to_head.weight.shape == (40, 128)
    assert not torch.equal(
        linear.to_head.weight, Classifier(baseline_class("linear")(10), ModelSpec(), **MNIST, seed=4).to_head.weight
    )


@pytest.mark.parametrize("spec", [ModelSpec(padding="same", pool_kernel=3), ModelSpec(initialization="xavier")])
def test_open_points_are_settings(spec):
    """Padding, pooling and initialization change the network and leave it usable."""
    classifier = Classifier(baseline_class("linear")(10), spec, **MNIST, seed=0)

    assert classifier(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_cut_loop_has_the_gradients_of_an_uncut_one(split):
    """Steps of the loop, which is cut in front of the head to time it, give the weights of plain steps, bit for bit."""
    ours, _, _ = _train(_statevector(), split, TrainingSpec(max_steps=3))
    plain = Classifier(_statevector(), ModelSpec(), **MNIST, seed=0)
    optimizer = torch.optim.Adam(plain.parameters(), lr=1e-3, fused=True)
    order = torch.randperm(
        len(split.training.labels), generator=torch.Generator().manual_seed(stream_seed(0, "order", 0))
    )
    torch.manual_seed(stream_seed(0, "process", 0))
    for batch in order.split(32)[:3]:
        loss = torch.nn.functional.cross_entropy(plain(split.training.values[batch]), split.training.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for (name, one), two in zip(ours.state_dict().items(), plain.state_dict().values(), strict=True):
        assert torch.equal(one, two), name


def test_training_is_deterministic_and_seeded(split):
    """Same seed, same bits, with dropout, shuffling and shots on; another seed gives others."""
    spec = TrainingSpec(epochs=1)
    one, two = (_train(_statevector(shots=100, seed=5), split, spec, seed=5)[0].state_dict() for _ in range(2))
    other = _train(_statevector(shots=100, seed=6), split, spec, seed=6)[0].state_dict()

    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["to_head.weight"], other["to_head.weight"])


def test_evaluations_are_counted_where_they_happen(split):
    """160 images of eq7 by parameter shift cost 160 x 10 x (1 + 2 x 4), the 40 validation images are counted apart."""
    head = _statevector(shots=10)
    _, _, history = _train(head, split, TrainingSpec(epochs=2))

    assert history.n_images == 2 * 160
    assert history.tally.forward.requested == 2 * 160 * 10
    assert history.tally.backward.requested == history.tally.backward.executed == 2 * 160 * 10 * 8
    assert history.tally.backward.shots == 2 * 160 * 10 * 8 * 10
    assert head.tally.forward.requested == 2 * (160 + 40) * 10


def test_classical_heads_count_nothing(split):
    """A classical head makes no circuit evaluation."""
    _, _, history = _train(baseline_class("cosine")(10), split, TrainingSpec(max_steps=2))

    assert history.tally.forward.requested == history.tally.backward.requested == 0
    assert len(history.step_seconds) == 2


def test_phases_add_up_to_no_more_than_the_whole(split):
    """The phases' seconds are parts of the clock's whole, and a parameter-shift head's backward is not empty."""
    _, clock, history = _train(_statevector(shots=10), split, TrainingSpec(max_steps=3))

    assert sum(clock.seconds.values()) <= clock.total
    assert clock.seconds["head_backward"] >= history.tally.backward.seconds > 0


def test_a_slice_stops_after_its_steps(split):
    """max_steps ends the training within an epoch; more steps than there are have no effect."""
    assert n_steps(TrainingSpec(epochs=2, max_steps=7), 160) == 7
    assert n_steps(TrainingSpec(epochs=2, max_steps=70), 160) == 10
    _, _, history = _train(baseline_class("linear")(10), split, TrainingSpec(epochs=2, max_steps=7))
    assert len(history.step_seconds) == 7
    assert len(history.epochs) == 1


@pytest.mark.parametrize("stop_after", [3, 6, 8])
def test_a_stopped_training_goes_on_with_its_epoch(tmp_path, split, stop_after):
    """Of three epochs of five steps, those that are over are not trained again, and none is left out."""
    spec = TrainingSpec(epochs=3)
    whole, _, expected = _train(baseline_class("linear")(10), split, spec)

    def stop(done, total, loss):
        if done == stop_after:
            raise KeyboardInterrupt

    checkpoints = Checkpoints(tmp_path, run_id="a", interval_s=0.0)
    with pytest.raises(KeyboardInterrupt):
        _train(baseline_class("linear")(10), split, spec, progress=stop, checkpoints=checkpoints)
    checkpoints = Checkpoints(tmp_path, run_id="a", interval_s=0.0)
    resumed, _, history = _train(baseline_class("linear")(10), split, spec, checkpoints=checkpoints)

    assert checkpoints.resumed_at == stop_after - 1
    assert history.epochs == expected.epochs
    assert (len(history.step_seconds), history.n_images) == (15, 3 * 160)
    for (name, one), two in zip(resumed.state_dict().items(), whole.state_dict().values(), strict=True):
        assert torch.equal(one, two), name


def test_divergence_is_named(split):
    """A loss that is not finite stops the run at its step."""
    with pytest.raises(DivergedError, match=r"the loss is (nan|inf) at step 2 of 5; .*learning rate below 1e\+30"):
        _train(baseline_class("linear")(10), split, TrainingSpec(epochs=1, learning_rate=1e30))


def test_divergence_after_the_last_step_is_named(split):
    """The weights that the last step of an epoch ruins are found out by the validation loss."""
    with pytest.raises(
        DivergedError, match=r"the validation loss is (nan|inf) after epoch 1; .*learning rate below 1e\+30"
    ):
        _train(baseline_class("linear")(10), split, TrainingSpec(epochs=2, batch_size=160, learning_rate=1e30))


def test_losses_and_accuracies_of_an_epoch_are_means_over_its_images(split):
    """With weights that stand still and without dropout, an epoch's figures are those of a classification.

    The batches have 50, 50, 50 and 10 images, so that a mean over batches would be another.
    """
    losses = []
    classifier, _, history = _train(
        baseline_class("linear")(10),
        split,
        TrainingSpec(epochs=2, batch_size=50, learning_rate=1e-14),
        model=ModelSpec(dropout=0.0),
        progress=lambda done, total, loss: losses.append((done, total, loss)),
    )
    trained, validated = (classify(classifier, part) for part in (split.training, split.validation))

    assert [(done, total) for done, total, _ in losses] == [(step, 8) for step in range(1, 9)]
    assert [epoch.epoch for epoch in history.epochs] == [1, 2]
    for number, epoch in enumerate(history.epochs):
        first, second, third, last = (loss for _, _, loss in losses[4 * number : 4 * number + 4])
        assert epoch.train_loss == pytest.approx((50 * (first + second + third) + 10 * last) / 160, rel=1e-12)
        assert epoch.train_loss == pytest.approx(trained.loss, rel=1e-5)
        assert epoch.train_accuracy == trained.accuracy
        assert epoch.validation_loss == pytest.approx(validated.loss, rel=1e-6)
        assert epoch.validation_accuracy == validated.accuracy
    assert history.under_way == EpochSums()


def test_seconds_of_a_step_are_those_of_its_phases(split):
    """A step is timed from before its first phase to after its last; each phase's seconds add up over the steps."""
    _, clock, history = _train(baseline_class("linear")(10), split, TrainingSpec(epochs=1), clock=CountingClock())

    phases = ("features_forward", "head_forward", "head_backward", "features_backward", "optimizer")
    assert history.step_seconds == [2.0 * len(phases) + 1] * 5
    assert clock.seconds == {"setup": 1.0, "evaluation": 1.0, **dict.fromkeys(phases, 5.0)}


def test_a_classification_names_the_class_with_the_largest_output(split):
    """Accuracy, mean loss and predictions are those of the logits of all images at once, without dropout."""
    classifier = Classifier(baseline_class("linear")(10), ModelSpec(dropout=0.9), **MNIST, seed=0)
    part = SampleTensors(split.training.values[:7].repeat(60, 1, 1, 1), split.training.labels[:7].repeat(60))
    found = classify(classifier, part)
    with torch.no_grad():
        logits = classifier.eval()(part.values)

    assert found.predictions.tolist() == logits.argmax(dim=1).tolist()
    assert found.accuracy == (logits.argmax(dim=1) == part.labels).double().mean().item()
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(logits, part.labels).item(), rel=1e-6)
    assert not classifier.training


def test_classification_leaves_the_head_as_it_was(split):
    """Classifying counts its evaluations apart and in the head's tally, and switches dropout off."""
    classifier = Classifier(_statevector(), ModelSpec(dropout=0.9), **MNIST, seed=0)

    one, two = (classify(classifier, split.test) for _ in range(2))

    assert (one.predictions == two.predictions).all()
    assert one.tally.forward.executed == 50 * 10
    assert classifier.head.tally.forward.executed == 2 * 50 * 10
