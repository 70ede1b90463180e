"""Channels in the place of their heads: the same values, the same shot noise, the same gradients."""

import dataclasses
from typing import ClassVar

import numpy as np
import pytest
import torch
from head_copies import copies_of

from backends import circuit_named, head_class
from backends.adapters.fake_ibm import FakeIBM
from backends.adapters.statevector import Statevector
from backends.capabilities import Capabilities
from backends.chain import Chain, Channel
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.conformance import run_checks
from backends.conformance.circuits import BELL, HARD_GRADIENT, THREE_OUTPUTS
from backends.conformance.results import chi_square_bound
from backends.errors import ChannelsError, ConfigError
from backends.head import QuantumHead
from backends.surrogates import channels, evolution
from backends.surrogates.channels import Composed
from backends.surrogates.compile_chain import compile_chain
from backends.surrogates.evolution import Evolution
from backends.surrogates.noisy_light_cone import relevant_part
from backends.surrogates.table import Tabulated

SWAPPED = circuit_named("eq7_swapped")
LAYERS = circuit_named("hardware_efficient(n_qubits=3, n_layers=2, n_outputs=2)")
CHANNELS = Composed(FakeIBM)


def rows(n_rows, n_angles, *, seed=11):
    """Return random angles, radians, shape (n_rows, n_angles)."""
    return torch.from_numpy(np.random.default_rng(seed).uniform(-np.pi, np.pi, (n_rows, n_angles)))


def response_of(head):
    """Return the response of a head's chain, p(0) of each output."""
    return Evolution(compile_chain(relevant_part(head._chain(), joint=False), joint=False))


@pytest.mark.parametrize("device", ["manila", "sherbrooke", "singapore"])
@pytest.mark.parametrize("circuit", [SWAPPED, HARD_GRADIENT, LAYERS], ids=lambda circuit: circuit.name)
def test_values_and_gradients_are_the_heads(circuit, device):
    """Values as far as Aer keeps the probability; derivatives by inputs and weights are the shift rule's."""
    options = {"device": device}
    native, ours = FakeIBM(circuit, n_circuits=1, options=options), CHANNELS(circuit, n_circuits=1, options=options)
    grads = []
    for head in (native, ours):
        if head.weights is not None:
            head.weights = torch.nn.Parameter(torch.linspace(-1, 2, circuit.n_weights, dtype=torch.float64)[None])
        given = rows(3, circuit.n_inputs)[:, None].requires_grad_()
        values = head(given)
        (values * torch.linspace(0.3, 1, values.numel(), dtype=torch.float64).reshape(values.shape)).sum().backward()
        grads.append((values.detach(), given.grad, None if head.weights is None else head.weights.grad))

    allowed = ours.provenance()["verification"]["allowed"]
    for expected, got in zip(*grads, strict=True):
        if expected is not None:  # the rule's coefficients add up to 2 at most, over three rows and two outputs
            assert (got - expected).abs().max() < 12 * allowed


@pytest.mark.parametrize("rate", [1e-9, 1e-8, 1e-7, 1e-3, 0.3])
@pytest.mark.parametrize("source", ["depolarizing_1q", "depolarizing_2q", "amplitude_damping", "phase_damping"])
def test_rates_of_any_size_agree_with_aer(source, rate):
    """Aer drops terms below 1e-8: channels differ from it by no more than the probability that it loses with them."""
    head = Composed(head_class("aer_noise"))(LAYERS, n_circuits=1, options={source: rate, "readout_p1_given_0": 0.1})
    found = head.provenance()["verification"]

    assert found["deviation"] <= 1e-10 + found["lost_by_the_backend"] < 1e-6


def test_channels_pass_the_conformance_suite():
    failed = [str(result) for result in run_checks(CHANNELS) if result.status == "failed"]

    assert not failed


@pytest.mark.parametrize("circuit", [THREE_OUTPUTS, BELL], ids=lambda circuit: circuit.name)
def test_joint_outcomes_are_the_heads(circuit):
    """Outputs of one circuit share their shots: what is drawn from are the head's joint probabilities."""
    given = rows(10, circuit.n_angles)
    expected = FakeIBM(circuit, n_circuits=1).outcome_probabilities(given)

    assert torch.allclose(CHANNELS(circuit, n_circuits=1, shots=7).response(given), expected, rtol=0, atol=1e-8)


def test_draws_follow_the_joint_probabilities():
    """30,000 single shots of three outputs: chi-square with seven degrees of freedom."""
    head = CHANNELS(THREE_OUTPUTS, n_circuits=1, shots=1)
    given = torch.full((30_000, 1, 1), 1.1, dtype=torch.float64)
    with torch.no_grad():
        bits = 1 - head(given).numpy().astype(int)
    counts = np.bincount(bits @ np.array([4, 2, 1]), minlength=8)
    expected = head.response(given[:1, 0]).numpy()[0] * 30_000

    assert ((counts - expected) ** 2 / expected).sum() < chi_square_bound(7)


def test_shots_are_shifted_and_counted():
    """A step asks for 1 + 2 n evaluations a row; Aer executed those of the comparison alone."""
    head = CHANNELS(SWAPPED, n_circuits=1, shots=100)
    head(rows(6, 4)[:, None].requires_grad_()).sum().backward()
    forward, backward, setup = head.tally.forward, head.tally.backward, head.tally.setup

    assert (forward.requested, backward.requested, forward.shots, backward.shots) == (6, 48, 600, 4800)
    assert forward.executed == backward.executed == 0
    assert (setup.requested, setup.executed) == (0, 16)


def test_provenance_says_what_answers_and_how_well():
    found = CHANNELS(circuit_named("eq7"), shots=1000).provenance()

    assert {key: found[key] for key in ("execution", "kind", "qubits", "turns", "dead_angles")} == {
        "execution": "channels", "kind": "exact", "qubits": 3, "turns": 1, "dead_angles": [2, 3, 4],
    }  # fmt: skip
    assert 0 < found["verification"]["deviation"] < found["verification"]["allowed"] < 1e-7
    assert found["source"]["device"] == "manila"
    assert found["source"]["snapshot"]["sha256"]


def test_capabilities():
    """Exact with autograd, on one core, for at most eight qubits."""
    native = FakeIBM.capabilities

    assert CHANNELS.capabilities == dataclasses.replace(
        native, autograd=True, multicore=False, surrogate=True, max_qubits=8
    )
    head = CHANNELS(circuit_named("eq7"))
    assert (head.name, head.gradient, head.n_circuits, head.shots) == ("FakeIBMChannels", "autograd", 10, None)


@pytest.mark.parametrize("shots", [None, 100])
def test_a_head_survives_pickle_torch_save_and_deepcopy(shots):
    """A copy goes on with the very values that the head would have given."""
    head = CHANNELS(LAYERS, n_circuits=2, shots=shots, seed=3)
    angles = rows(6, LAYERS.n_inputs).reshape(3, 2, -1)
    head(angles)
    copies = copies_of(head)

    expected = head(angles)
    for made in copies:
        assert torch.equal(made(angles), expected)
        assert made.provenance() == head.provenance()


def test_a_derivative_that_is_too_large_to_keep_is_computed_again(monkeypatch):
    """The same numbers, whatever is kept; and nearly the same in chunks of other sizes."""
    response = response_of(FakeIBM(LAYERS, n_circuits=1))
    assert response.keeps(100)
    found = []
    for kept, chunk in ((2**31, 2**20), (0, 2**20), (0, 8 * response.program.largest * 7)):
        response.kept_bytes = kept
        monkeypatch.setattr(evolution, "_CHUNK_BYTES", chunk)
        given = rows(100, LAYERS.n_angles).requires_grad_()
        values = response(given)
        (values**2).sum().backward()
        found.append((values.detach(), given.grad))

    for one, other in zip(found[0], found[1], strict=True):
        assert torch.equal(one, other)
    for one, other in zip(found[0], found[2], strict=True):
        assert torch.allclose(one, other, rtol=0, atol=1e-13)


def test_backward_twice_gives_the_same():
    """What is kept is not used up."""
    response = response_of(FakeIBM(LAYERS, n_circuits=1))
    given = rows(5, LAYERS.n_angles).requires_grad_()
    total = response(given).sum()
    first, second = (torch.autograd.grad(total, given, retain_graph=True)[0] for _ in range(2))

    assert torch.equal(first, second)


class Wrong(FakeIBM):  # type: ignore[misc]  # final for users
    """A head whose chain leaves its last gate on two qubits out."""

    def _chain(self) -> Chain:
        chain = super()._chain()
        last = max(n for n, step in enumerate(chain.steps) if isinstance(step, Channel) and len(step.qubits) == 2)
        return dataclasses.replace(chain, steps=chain.steps[:last] + chain.steps[last + 1 :])


class Turned(FakeIBM):  # type: ignore[misc]  # final for users
    """A head whose chain is of another circuit."""

    def _chain(self) -> Chain:
        return dataclasses.replace(FakeIBM(BELL, n_circuits=1)._chain(), n_angles=BELL.n_angles)


class Sampled(FakeIBM):  # type: ignore[misc]  # final for users
    """A head that takes shots alone."""

    capabilities: ClassVar = Capabilities(
        analytic=False, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=8
    )


class Margins(FakeIBM):  # type: ignore[misc]  # final for users
    """A head that says nothing of joint outcomes."""

    _outcomes = QuantumHead._outcomes


@pytest.mark.parametrize("shots", [None, 10])
def test_a_wrong_chain_is_refused(shots):
    """The error of one gate on two qubits, a few parts in a thousand, is seen; the message has both values."""
    with pytest.raises(
        ChannelsError, match=r"channels of Wrong: at fresh .* they say 0\.\d+, the head itself 0\.\d+.*'native'"
    ):
        Composed(Wrong)(LAYERS, shots=shots)


def test_a_chain_of_another_circuit_is_refused():
    with pytest.raises(ChannelsError, match="Turned: expected a Chain of the 4 angles of circuit 'eq7', got 1"):
        Composed(Turned)(circuit_named("eq7"))


@pytest.mark.parametrize(
    ("source", "circuit", "shots", "message"),
    [
        (
            Statevector,
            SWAPPED,
            None,
            "Statevector: it does not tell its circuit as a chain of channels; write its _chain",
        ),
        (Sampled, SWAPPED, 10, "Sampled: it only samples, so its channels have no exact probabilities"),
        (Margins, BELL, 10, "Margins: it does not say how often each joint outcome occurs.*'Bell pair'"),
        (FakeIBM, Circuit("wide", 9, 0, ()), None, "FakeIBMChannels: .* 9 qubits, it takes at most 8"),
        (FakeIBM, SWAPPED, 0, "shots must be a whole number from 1"),
    ],
)
def test_what_has_no_channels_is_refused_by_name(source, circuit, shots, message):
    """Each refusal comes before any compute and says how to mend it."""
    with pytest.raises(ConfigError, match=message):
        Composed(source).check(circuit, shots=shots)


def test_too_many_components_are_refused(monkeypatch):
    """A circuit that routing makes too wide for memory."""
    monkeypatch.setattr(channels, "_MOST_COMPONENTS", 15)
    with pytest.raises(ConfigError, match=r"FakeIBMChannels: .* components a row, at most 15"):
        CHANNELS(LAYERS)


def test_a_chain_on_too_many_qubits_is_refused_before_anything_is_computed(monkeypatch):
    """The masks of Pauli strings have 4**n entries."""
    monkeypatch.setattr(channels, "MOST_QUBITS", 2)
    monkeypatch.setattr(channels, "compile_chain", None)
    with pytest.raises(ConfigError, match=r"FakeIBMChannels: circuit .* touches 3 qubits, at most 2 are computed"):
        CHANNELS(LAYERS)


@pytest.mark.parametrize("other", [Composed, Tabulated])
def test_what_answers_for_another_has_no_channels(other):
    """They would be verified against a surrogate."""
    with pytest.raises(ConfigError, match=r"FakeIBM(Channels|Table) answers in a backend's place already"):
        Composed(other(FakeIBM))


def test_many_angles_need_no_grid():
    """28 angles have no response table; their channels take a fraction of a second."""
    circuit = circuit_named("hardware_efficient(n_qubits=4, n_layers=2)")
    with pytest.raises(ConfigError, match="circuit evaluations, at most"):
        Tabulated(FakeIBM).check(circuit, shots=None)

    assert CHANNELS(circuit).tally.setup.executed == 16


def test_a_constant_circuit_and_one_without_gates():
    """Nothing is turned: the readout error and the noise remain."""
    flipped = Circuit("flipped", 2, 1, (Gate("x", (1,)),), measured=(1, 0))
    unused = Circuit("unused angle", 1, 1, (Gate("rx", (0,), (Angle(0),)),))
    for circuit in (flipped, unused, BELL):
        for shots in (None, 5):
            given = rows(2, circuit.n_angles)
            expected = FakeIBM(circuit, n_circuits=1)
            joint = shots is not None and circuit.n_outputs > 1
            wanted = expected.outcome_probabilities(given) if joint else expected.evaluate(given, n_shifted=0)
            assert torch.allclose(CHANNELS(circuit, shots=shots).response(given), wanted, rtol=0, atol=1e-8)
