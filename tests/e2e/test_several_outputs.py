"""One circuit with several measured qubits serves as many classes, with trainable weights, on every backend."""

import pytest
import torch
from data_facts import MNIST

from backends import circuit_named
from backends.registry import HEADS
from harness.data.load import load
from harness.data.split import split as split_of
from harness.heads import build_head, resolve_head
from harness.spec import DataSpec, ModelSpec, RunSpec
from harness.training.model import Classifier
from harness.training.timing import Clock
from harness.training.train import train

# Ten qubits in a row on the device, so that routing touches no others.
_OPTIONS = {"fake_ibm": {"device": "guadalupe", "layout": [0, 1, 2, 3, 5, 8, 11, 14, 13, 12]}}


_DENSITY_MATRIX = ("fake_ibm", "aer_noise")


@pytest.mark.parametrize("name", list(HEADS))
def test_ten_outputs_are_trained_end_to_end(name):
    """ten_outputs: one circuit, ten classes; after some steps its weights and the network's have moved, on every head."""
    # A density matrix of ten qubits takes 0.3 s an evaluation, and a step takes 101 of them an image.
    n_steps, batch_size = (1, 1) if name in _DENSITY_MATRIX else (3, 2)
    sampled = name in ("aer_shots", "fake_ibm")
    spec = RunSpec(
        head=name,
        circuit="ten_outputs",
        shots=200 if sampled else None,
        options=_OPTIONS.get(name, {}),
        data=DataSpec(n_images=50, official_images=0),
    )
    spec = spec.model_copy(
        update={"training": spec.training.model_copy(update={"max_steps": n_steps, "batch_size": batch_size})}
    )
    head = build_head(spec, resolve_head(spec, n_classes=10))
    classifier = Classifier(head, ModelSpec(), **MNIST, seed=0)
    before = {key: values.clone() for key, values in classifier.state_dict().items()}
    split = split_of(load(DataSpec()), spec.data, seed=0)
    history = train(
        classifier, split, spec.training, seed=0, clock=Clock("cpu"), progress=lambda done, total, loss: None
    )

    assert head.input_shape == (1, 10)
    assert head.weights.shape == (1, 40)
    if name not in _DENSITY_MATRIX:
        assert classifier(split.test.values[:3]).shape == (3, 10)
    assert len(history.step_seconds) == n_steps
    moved = {key for key, values in classifier.state_dict().items() if not torch.equal(values, before[key])}
    assert {"head.weights", "to_head.weight"} <= moved
    n_shifted = 2 * 50 if head.gradient == "parameter-shift" else 0
    assert history.tally.forward.requested == batch_size * n_steps
    assert history.tally.backward.requested == n_shifted * batch_size * n_steps


def test_one_circuit_of_ten_outputs_is_as_able_as_ten_circuits():
    """Gradients of one circuit with ten outputs reach all its inputs and weights, as autograd and as shifts, alike."""
    from backends import head_class

    circuit = circuit_named("hardware_efficient(n_qubits=5, n_layers=1, n_outputs=5)")
    exact = head_class("statevector")(circuit, n_circuits=2)
    shifted = head_class("aer_statevector")(circuit, n_circuits=2)
    angles = torch.linspace(-1, 1, 10, dtype=torch.float64).reshape(1, 2, 5)
    upstream = torch.linspace(0.5, 1.5, 10, dtype=torch.float64)
    gradients = []
    for head in (exact, shifted):
        inputs = angles.clone().requires_grad_()
        p_zero = head(inputs)
        assert p_zero.shape == (1, 10)
        (p_zero[0] * upstream).sum().backward()
        gradients.append((inputs.grad, head.weights.grad))

    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)  # weights are float32
    assert (gradients[0][0].abs() > 1e-4).all()
