"""Random states, Meyer-Wallach and expressibility, against the oracle and values in closed form."""

import math

import numpy as np
import pytest
import torch
from closed_forms import product

from backends.analysis.trainability.ensemble import ensemble_facts
from backends.analysis.trainability.entanglement import haar_mean, meyer_wallach
from backends.analysis.trainability.expressibility import N_BINS, expressibility_of, haar_log_probabilities
from backends.analysis.trainability.points import random_angles
from backends.analysis.trainability.states import random_states
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import statevector
from backends.errors import CircuitError

_ERRORS = 5  # standard errors of an estimate


def _haar(n_states: int, n_qubits: int, seed: int) -> np.ndarray:
    normal = np.random.default_rng(seed).normal(size=(n_states, 2**n_qubits, 2)) @ [1, 1j]
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def _constant(n_qubits: int, *gates: Gate) -> Circuit:
    return Circuit("constant", n_qubits, 0, gates)


def test_states_are_the_oracles_up_to_one_fixed_gate() -> None:
    """Fidelities are the oracle's, last phases included, which no probability shows; so is the measure of each state."""
    gates = (
        *(Gate("ry", (q,), (Angle(q),)) for q in range(3)),
        Gate("cx", (0, 1)),
        Gate("cx", (1, 2)),
        *(Gate("rz", (q,), (Angle(3 + q),)) for q in range(3)),
        Gate("cp", (0, 2), (Angle(6),)),
    )
    for end in ((), (Gate("h", (0,)),), (Gate("t", (0,)), Gate("h", (0,)))):
        circuit = Circuit("phases", 3, 7, (*gates, *end))
        states = torch.cat(list(random_states(circuit, 6, seed=2))).numpy()
        rows = random_angles(circuit, 6, seed=2, purpose="states").numpy()
        expected = np.array([statevector(circuit, row).ravel() for row in rows])

        np.testing.assert_allclose(abs(states.conj() @ states.T), abs(expected.conj() @ expected.T), atol=1e-12)
        purities = [
            np.trace(np.linalg.matrix_power(np.einsum("aibic->ac", _cut(state, qubit)), 2)).real
            for state in expected
            for qubit in range(3)
        ]
        measures = 2 * (1 - np.reshape(purities, (6, 3)).mean(axis=1))
        np.testing.assert_allclose(meyer_wallach(torch.from_numpy(states)).numpy(), measures, atol=1e-12)


def _cut(state: np.ndarray, qubit: int) -> np.ndarray:
    """Return the density matrix with the axes (qubit, others, 1, others, qubit)."""
    table = np.moveaxis(state.reshape(2, 2, 2), qubit, 0).reshape(2, 4)
    return np.einsum("ai,cj->aijc", table, table.conj()).reshape(2, 4, 1, 4, 2)


def test_chunks_change_nothing(monkeypatch) -> None:
    """The states are the same however many are computed at once."""
    circuit = circuit_named("hardware_efficient")
    whole = torch.cat(list(random_states(circuit, 10, seed=0)))
    monkeypatch.setattr("backends.analysis.trainability.states._CHUNK", 16)

    assert torch.equal(torch.cat(list(random_states(circuit, 10, seed=0))), whole)


def test_product_states_are_not_entangled() -> None:
    """Meyer-Wallach is 0 in every state of a circuit without gates on two qubits."""
    _, found = ensemble_facts(product(3), seed=0)

    assert abs(found.meyer_wallach.value) <= 1e-12
    assert found.meyer_wallach.standard_error <= 1e-12


@pytest.mark.parametrize("n_qubits", [2, 5])
def test_a_ghz_state_is_maximally_entangled(n_qubits: int) -> None:
    """Each qubit of (|0...0> + |1...1>)/sqrt(2) is fully mixed: Meyer-Wallach is 1."""
    ladder = (Gate("cx", (qubit, qubit + 1)) for qubit in range(n_qubits - 1))
    (states,) = random_states(_constant(n_qubits, Gate("h", (0,)), *ladder), 2, seed=0)

    np.testing.assert_allclose(meyer_wallach(states).numpy(), 1.0, atol=1e-12)


def test_half_entangled_in_the_mean() -> None:
    """Ry(a), then CX: Meyer-Wallach is sin^2(a), in the mean 1/2."""
    circuit = Circuit("pair", 2, 1, (Gate("ry", (0,), (Angle(0),)), Gate("cx", (0, 1))))
    _, found = ensemble_facts(circuit, seed=0)

    assert abs(found.meyer_wallach.value - 0.5) <= _ERRORS * found.meyer_wallach.standard_error
    # sin^4 has the mean 3/8, so sin^2 the variance 1/8; as in the test of Eq. 7.
    expected = math.sqrt(1 / 8 / found.n_states)
    assert found.meyer_wallach.standard_error == pytest.approx(
        expected, rel=_ERRORS * math.sqrt(0.5 / found.n_states) / 2
    )


@pytest.mark.parametrize("n_qubits", [2, 4])
def test_haar_states_have_the_known_mean(n_qubits: int) -> None:
    """Haar-random states have the mean (N - 2) / (N + 1)."""
    measures = meyer_wallach(torch.from_numpy(_haar(4_000, n_qubits, seed=1))).numpy()

    assert abs(measures.mean() - haar_mean(n_qubits)) <= _ERRORS * measures.std() / math.sqrt(len(measures))


def test_one_qubit_has_nothing_to_be_entangled_with() -> None:
    """Haar-random states of one qubit have the mean 0."""
    assert haar_mean(1) == 0


@pytest.mark.parametrize("n_qubits", [1, 3, 8])
def test_haar_states_are_at_the_bias(n_qubits: int) -> None:
    """The divergence of Haar-random states is what the estimate of its bias says, within five of its standard errors."""
    first, second = (_haar(5_000, n_qubits, seed=seed) for seed in (2, 3))
    fidelities = np.abs((first.conj() * second).sum(axis=1)) ** 2
    found = expressibility_of(fidelities, n_qubits=n_qubits, seed=0)

    assert abs(found.divergence.value - found.haar.value) <= _ERRORS * found.haar.standard_error
    assert 0 < found.haar.value <= (N_BINS - 1) / (2 * len(fidelities)) * 1.05  # fewer bins than all are filled


@pytest.mark.parametrize("n_qubits", [1, 2, 8])
def test_the_bins_of_haar_states(n_qubits: int) -> None:
    """Their probabilities add up to 1; the first and the last are those of the distribution 1 - (1 - f)^(N - 1)."""
    logarithms, power = haar_log_probabilities(n_qubits), 2**n_qubits - 1

    assert np.exp(logarithms).sum() == pytest.approx(1, abs=1e-12)
    assert math.exp(logarithms[0]) == pytest.approx(1 - (1 - 1 / N_BINS) ** power, abs=1e-12)
    assert expressibility_of(np.zeros(2), n_qubits=n_qubits, seed=0).first_bin == pytest.approx(math.exp(logarithms[0]))
    assert logarithms[-1] == pytest.approx(-power * math.log(N_BINS), rel=1e-12)


@pytest.mark.parametrize("n_qubits", [1, 2, 8])
def test_a_circuit_without_angles_is_as_far_as_can_be(n_qubits: int) -> None:
    """All fidelities are 1: the divergence is (N - 1) ln 75, as Sim et al. give for an idle circuit; it has no error."""
    found, _ = ensemble_facts(_constant(n_qubits, Gate("h", (0,))), seed=0)

    assert found.divergence.value == pytest.approx((2**n_qubits - 1) * math.log(N_BINS), rel=1e-12)
    assert found.divergence.standard_error == pytest.approx(0, abs=1e-5)


def test_states_on_a_circle() -> None:
    """H, then Rz(a): fidelities are cos^2 of a uniform angle, so each bin has a known share; the bias is within 74/10,000.

    Sim et al. report 0.2 for their circuit B; without bins it would be ln(4/pi) = 0.242, and bins lower it.
    """
    circuit = Circuit("circle", 1, 1, (Gate("h", (0,)), Gate("rz", (0,), (Angle(0),))))
    found, _ = ensemble_facts(circuit, seed=0)
    shares = np.diff(2 / math.pi * np.arcsin(np.sqrt(np.arange(N_BINS + 1) / N_BINS)))
    expected = float((shares * np.log(shares * N_BINS)).sum())
    bias = (N_BINS - 1) / (2 * found.n_pairs)

    assert abs(found.divergence.value - bias - expected) <= _ERRORS * found.divergence.standard_error
    assert (found.n_pairs, found.n_bins) == (5_000, 75)


def test_the_standard_error_is_that_of_repeats() -> None:
    """Over forty seeds, estimates scatter by their standard error; a standard deviation of forty is good to 11 %."""
    circuit = Circuit("circle", 1, 1, (Gate("h", (0,)), Gate("rz", (0,), (Angle(0),))))
    found = [ensemble_facts(circuit, seed=seed)[0].divergence for seed in range(40)]
    spread = np.std([one.value for one in found], ddof=1)

    assert spread == pytest.approx(np.mean([one.standard_error for one in found]), rel=_ERRORS * 0.113)


def test_deep_circuits_are_haar_random() -> None:
    """Forty layers: neither measure tells the states from Haar-random ones."""
    express, entangle = ensemble_facts(circuit_named("hardware_efficient(n_qubits=3, n_layers=40)"), seed=0)

    assert abs(express.divergence.value - express.haar.value) <= _ERRORS * express.haar.standard_error
    assert abs(entangle.meyer_wallach.value - entangle.haar) <= _ERRORS * entangle.meyer_wallach.standard_error


def test_wide_circuits_have_fewer_states(monkeypatch) -> None:
    """The pairs are those of a number of amplitudes, from 500 to 5,000."""
    for amplitudes, n_pairs in ((2**20, 5_000), (2**13, 1_024), (1, 500)):
        monkeypatch.setattr("backends.analysis.trainability.ensemble._AMPLITUDES", amplitudes)
        express, entangle = ensemble_facts(product(3), seed=0)
        assert (express.n_pairs, entangle.n_states) == (n_pairs, 2 * n_pairs)


def test_one_seed_one_result() -> None:
    """The same seed gives the same bits, another one other states."""
    one, again, other = (ensemble_facts(product(2), seed=seed) for seed in (0, 0, 1))

    assert one == again
    assert one[0].divergence != other[0].divergence


def test_too_many_qubits_are_refused() -> None:
    """States of more than sixteen qubits are not computed."""
    with pytest.raises(CircuitError, match="at most 16 qubits are computed, it has 17"):
        next(random_states(product(17), 2, seed=0))
