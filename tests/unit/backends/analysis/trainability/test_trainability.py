"""What is put together: one circuit, its family, its noise, and what is refused."""

import math

import pytest
from closed_forms import parity

from backends.adapters.aer_noise import AerNoise
from backends.adapters.fake_ibm import FakeIBM
from backends.adapters.statevector import Statevector
from backends.analysis.trainability import sizes
from backends.analysis.trainability.trainability import trainability_of
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import CircuitError, ConfigError
from backends.head import QuantumHead


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch) -> None:
    """A cache of its own, and families of two and three qubits."""
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sizes, "WIDEST", 3)
    monkeypatch.setattr(sizes, "DEPTHS", (1, 2))


def test_a_circuit_of_no_family() -> None:
    """Its own gradient, expressibility and entanglement, and no other sizes."""
    found = trainability_of(circuit_named("eq7"))

    assert found.names == ["phi_1", "phi_2", "phi_3", "phi_4"]
    assert found.sizes is None
    assert found.noisy is None
    assert found.notes == []
    assert found.two_design == pytest.approx(64 / (8 * 63 * 9))
    assert 0 < found.entanglement.meyer_wallach.value < found.entanglement.haar


def test_a_family_with_noise() -> None:
    """The same laws with noise, but the deep one; depolarizing noise makes every gradient smaller at the same points."""
    circuit = circuit_named("hardware_efficient(n_qubits=2, n_layers=1)")
    found = trainability_of(circuit, head=AerNoise, options={"depolarizing_2q": 0.1}, seed=3)

    assert (found.seed, found.noisy.execution) == (3, "channels")
    for ideal, noisy in zip(found.gradients.components, found.noisy.gradients.components, strict=True):
        assert noisy.variance.value <= ideal.variance.value
    assert found.noisy.gradients.largest.variance.value < found.gradients.largest.variance.value
    for ideal, noisy in zip(found.sizes.growths[0].rows, found.noisy.sizes.growths[0].rows, strict=True):
        assert noisy.largest.variance.value < ideal.largest.variance.value


def test_seeds() -> None:
    """One seed, one result; another one, other estimates."""
    circuit = circuit_named("hardware_efficient(n_qubits=2, n_layers=1)")

    assert trainability_of(circuit, seed=1) == trainability_of(circuit, seed=1)
    assert trainability_of(circuit, seed=1).gradients != trainability_of(circuit, seed=2).gradients


def test_a_head_without_noise() -> None:
    """It is said that nothing changes, and nothing is computed twice."""
    found = trainability_of(parity(2), head=Statevector)

    assert found.noisy is None
    assert found.notes == ["Statevector has no noise: what holds without noise holds for it"]


def test_noise_that_is_not_known(monkeypatch) -> None:
    """A noisy head without table and channels: a note says so, and the rest stands."""
    monkeypatch.setattr(FakeIBM, "_chain", QuantumHead._chain)
    found = trainability_of(circuit_named("hardware_efficient(n_qubits=4, n_layers=2)"), head=FakeIBM)

    assert found.noisy is None
    assert found.notes[-1].startswith(
        "the gradients with noise are not known: FakeIBM: it has neither an exact table nor"
    )


@pytest.mark.parametrize(
    ("circuit", "head", "options", "message"),
    [
        (Circuit("still", 1, 0, (Gate("h", (0,)),)), None, None, "it has no angle, so there is no gradient"),
        (parity(17), None, None, "at most 16 qubits"),
        (
            Circuit("odd", 1, 1, (Gate("rx", (0,), (Angle(0),)), Gate("ry", (0,), (Angle(0, math.pi),)))),
            None,
            None,
            "uniform over their periods, but one has none",
        ),
        (parity(6), FakeIBM, None, "needs 6 qubits, device 'manila' has 5"),
        (parity(2), AerNoise, {"depolarising_2q": 0.1}, "depolarizing_2q"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch, circuit, head, options, message) -> None:
    """Before any random point is computed."""
    monkeypatch.setattr(Statevector, "_execute", lambda *_, **__: pytest.fail("it computed"))

    with pytest.raises((CircuitError, ConfigError), match=message):
        trainability_of(circuit, head=head, options=options)
