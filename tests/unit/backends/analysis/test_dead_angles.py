"""``skip_dead_angles``: what is skipped is proven, its derivative is zero by the oracle, and nothing else changes."""

from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from strategies import CLIFFORD, RADIANS, circuits

from backends.adapters.fake_ibm import FakeIBM
from backends.adapters.statevector import Statevector
from backends.analysis.dead_angles import head_without_dead_angles
from backends.answers import Executed
from backends.capabilities import Capabilities
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.errors import ConfigError
from backends.gradients import shifts_of
from backends.head import QuantumHead
from backends.surrogates.channels import Composed
from backends.surrogates.table import Tabulated
from harness.heads import build_head, resolve_head
from harness.plan.plan import load_preset, presets
from harness.spec import RunSpec, TrainingSpec, run_id_of

EQ7 = circuit_named("eq7")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))


class Oracle(QuantumHead):
    """The oracle as a head that is differentiated by parameter shift."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=False, noisy=False, autograd=False, multicore=False, max_qubits=8
    )

    def _prepare(self) -> None:
        pass

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return Executed(torch.from_numpy(probabilities(self.circuit, rows.numpy())), circuits=len(rows), shots=0)

    def provenance(self) -> dict[str, Any]:
        return {"method": "oracle"}


class Sampler(Oracle):
    """A noisy head without an exact mode."""

    capabilities: ClassVar = Capabilities(
        analytic=False, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=8
    )


def _gradients(head: QuantumHead, rows: np.ndarray) -> np.ndarray:
    """Return the gradient of the sum of squares of the outputs by the inputs and by the weights, flat."""
    inputs = torch.tensor(rows[:, None, : head.circuit.n_inputs], requires_grad=True)
    if head.weights is not None:
        with torch.no_grad():
            head.weights[:] = torch.as_tensor(rows[0, head.circuit.n_inputs :])
    head(inputs).square().sum().backward()
    found = [inputs.grad] + ([head.weights.grad] if head.weights is not None else [])
    return torch.cat([g.double().flatten() for g in found]).numpy()


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(circuits(max_qubits=4, max_gates=12, max_angles=3, numbers=CLIFFORD | RADIANS))
def test_skipped_angles_have_no_gradient(circuit: Circuit) -> None:
    """On random circuits each skipped angle's derivative, by the shift rule of the oracle, is zero at random angles."""
    head = head_without_dead_angles(Statevector, circuit, n_circuits=1, shots=1)
    rows = np.random.default_rng(3).uniform(-7, 7, (2, circuit.n_angles))

    slope = {angle: np.zeros((2, circuit.n_outputs)) for angle in head.skipped}
    for shift in shifts_of(circuit, "exact"):
        if shift.angle in slope:
            moved = rows + shift.shift * np.eye(circuit.n_angles)[shift.angle]
            slope[shift.angle] += shift.coefficient * probabilities(circuit, moved)
    assert all(np.abs(values).max() < 1e-12 for values in slope.values())
    assert not {shift.angle for shift in head.shifts} & set(head.skipped)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(circuits(max_qubits=4, max_gates=12, max_angles=3, min_angles=1, numbers=CLIFFORD | RADIANS))
def test_gradients_are_those_without_skipping(circuit: Circuit) -> None:
    """Inputs' and weights' gradients of an exact head are the same with and without the skipped evaluations."""
    rows = np.random.default_rng(4).uniform(-3, 3, (2, circuit.n_angles))
    full, skipping = (
        _gradients(head, rows)
        for head in (Oracle(circuit, n_circuits=1), head_without_dead_angles(Oracle, circuit, n_circuits=1))
    )

    np.testing.assert_allclose(skipping, full, atol=1e-12)


def test_the_papers_circuit_needs_two_shifted_evaluations() -> None:
    """Eq. 7 takes 3 evaluations instead of 9; the count is what was requested, and dead derivatives have no shot noise."""
    head = head_without_dead_angles(Statevector, EQ7, n_circuits=2, shots=100)
    angles = torch.full((5, 2, 4), 0.7, requires_grad=True)
    head(angles).sum().backward()

    assert head.skipped == dict.fromkeys((1, 2, 3), "structure")
    assert head.evaluations_per_row == 3
    assert (head.tally.forward.requested, head.tally.backward.requested) == (10, 20)
    assert angles.grad[..., 1:].eq(0).all()
    assert angles.grad[..., 0].ne(0).all()


def test_everything_dead() -> None:
    """A circuit of which no angle matters is trained with unshifted evaluations alone."""
    circuit = Circuit("constant", 1, 1, (Gate("rz", (0,), (Angle(0),)),))
    head = head_without_dead_angles(Oracle, circuit, n_circuits=1)
    angles = torch.zeros(3, 1, 1, requires_grad=True)
    head(angles).sum().backward()

    assert head.evaluations_per_row == 1
    assert angles.grad.eq(0).all()


def test_off_by_default_and_pointless_with_autograd() -> None:
    """The paper makes all evaluations, so it is asked for; a head that torch differentiates has none to skip."""
    assert Statevector(EQ7, shots=10).evaluations_per_row == 9
    assert head_without_dead_angles(Statevector, EQ7).skipped == {}


def test_response_proves_what_structure_does_not() -> None:
    """A control that is |0> leaves the angle of a controlled rotation dead; only the response sees it."""
    head = head_without_dead_angles(Oracle, _controlled(), n_circuits=1)

    assert head.skipped == {0: "response"}


def _controlled() -> Circuit:
    return Circuit("control is zero", 2, 1, (Gate("cry", (0, 1), (Angle(0),)),), measured=(1,))


def test_a_noisy_head_proves_with_its_noise() -> None:
    """On FakeManila Eq. 7's angles stay dead; a control that noise lifts from |0> makes an ideally dead angle matter."""
    head = head_without_dead_angles(FakeIBM, EQ7, n_circuits=1, shots=100)
    assert head.skipped == dict.fromkeys((1, 2, 3), "response with noise")
    assert head.tally.setup.executed == 3 + 16  # the chain proves three angles dead before the grid is laid
    assert head.tally.forward.executed == 0

    without = {"gate_noise": False, "readout_error": False}
    ideal = head_without_dead_angles(FakeIBM, _controlled(), n_circuits=1, shots=100, options=without)
    noisy = head_without_dead_angles(FakeIBM, _controlled(), n_circuits=1, shots=100)
    assert ideal.skipped == {0: "response with noise"}
    assert noisy.skipped == {}


def test_a_noisy_heads_gradients_are_those_without_skipping() -> None:
    """With the noise on, exactly computed, skipping changes no derivative."""
    rows = np.random.default_rng(4).uniform(-3, 3, (1, 4))
    full, skipping = (
        _gradients(head, rows)
        for head in (FakeIBM(EQ7, n_circuits=1), head_without_dead_angles(FakeIBM, EQ7, n_circuits=1))
    )

    np.testing.assert_allclose(skipping, full, atol=1e-10)


def test_a_table_skips_as_its_head_does() -> None:
    """A response table of a noisy head, sampled, finds the same dead angles."""
    head = head_without_dead_angles(Tabulated(FakeIBM), EQ7, n_circuits=1, shots=100)

    assert set(head.skipped) == {1, 2, 3}


def test_channels_prove_with_their_noise() -> None:
    """28 angles have no response table; the chain proves 16 dead, and half of the shifted evaluations are left out."""
    circuit = circuit_named("hardware_efficient(n_qubits=4, n_layers=2)")
    head = head_without_dead_angles(Composed(FakeIBM), circuit, n_circuits=1, shots=100)

    assert len(head.skipped) == 16
    assert set(head.skipped.values()) == {"channels with noise"}
    assert head.evaluations_per_row == 1 + 2 * (28 - 16)
    assert head.tally.setup.executed == 32  # both are compared with the backend
    exact = Composed(FakeIBM)(circuit, n_circuits=1)
    rows = torch.from_numpy(np.random.default_rng(4).uniform(-3, 3, (20, 28))).requires_grad_()
    exact.evaluate(rows, n_shifted=0).sum().backward()
    assert set(torch.nonzero((rows.grad == 0).all(dim=0)).ravel().tolist()) == set(head.skipped)


def test_refusals() -> None:
    """A noisy head that only samples, or whose response is too large, is refused by name and never guessed at."""
    with pytest.raises(ConfigError, match=r"Sampler: skip_dead_angles needs a proof .* only samples"):
        head_without_dead_angles(Sampler, EQ7, shots=10)
    gates = tuple(Gate("rx", (q % 2,), (Angle(q),)) for q in range(11))
    wide = Circuit("wide", 2, 11, gates)
    with pytest.raises(ConfigError, match=r"FakeIBM: skip_dead_angles needs its exact response.*3\^11 = 177147"):
        head_without_dead_angles(FakeIBM, wide, shots=10)
    assert head_without_dead_angles(Statevector, wide, shots=10).skipped.keys() == {1, 3, 5, 7, 9}


def test_it_is_part_of_what_is_asked() -> None:
    """A spec carries it into the head and into the run's id; a plan is refused before any compute."""
    spec = RunSpec(head="statevector", circuit="eq7", shots=10, training=TrainingSpec(skip_dead_angles=True))
    head = build_head(spec, resolve_head(spec, n_classes=10))
    plain = spec.model_copy(update={"training": TrainingSpec()})

    assert set(head.skipped) == {1, 2, 3}
    assert run_id_of(spec, dataset_sha256="", circuit_fingerprint="") != run_id_of(
        plain, dataset_sha256="", circuit_fingerprint=""
    )
    noisy = spec.model_copy(update={"head": "fake_ibm", "circuit": "hardware_efficient(n_qubits=3, n_layers=2)"})
    with pytest.raises(ConfigError, match="skip_dead_angles needs its exact response"):
        resolve_head(noisy, n_classes=10)


def test_the_fast_preset_skips_and_others_do_not() -> None:
    """Only ``fast`` leaves evaluations out: the paper makes them all."""
    assert [preset.name for preset in presets() if load_preset(preset.name).training.skip_dead_angles] == ["fast"]
