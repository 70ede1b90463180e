"""Variances of gradients and the shots that they take, against values in closed form."""

import math

import numpy as np
import pytest
import torch
from closed_forms import parity

from backends.adapters.aer_noise import AerNoise
from backends.adapters.fake_ibm import FakeIBM
from backends.adapters.statevector import Statevector
from backends.analysis.derivatives import differentiated
from backends.analysis.trainability.facts import Gradients
from backends.analysis.trainability.gradients import gradients_of, two_design_variance
from backends.analysis.trainability.measure import ideal_gradients, noisy_gradients
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.errors import CircuitError, ConfigError
from backends.gradients import shifts_of

_ERRORS = 5  # standard errors of an estimate


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))


def _assert_variances(found: Gradients, expected: float) -> None:
    for one in found.components:
        assert abs(one.variance.value - expected) <= _ERRORS * one.variance.standard_error


def test_the_papers_circuit() -> None:
    """Eq. 7 is cos^2(phi_1/2): the derivative is -sin(phi_1)/2, of variance 1/8; those by the dead angles are zero.

    The square of the derivative has the variance 1/128. One shot of two evaluations has the variance 1/16, half of 1/8.
    """
    found = ideal_gradients(circuit_named("eq7"), seed=0)
    first, *dead = found.components

    assert abs(first.variance.value - 1 / 8) <= _ERRORS * first.variance.standard_error
    # The standard error of a standard deviation is relatively sqrt((kurtosis - 1) / n) / 2, here sqrt(1/2 / n) / 2.
    expected = math.sqrt(1 / 128 / found.n_points)
    assert first.variance.standard_error == pytest.approx(expected, rel=_ERRORS * math.sqrt(0.5 / found.n_points) / 2)
    assert (first.angle, first.output, first.shots, first.evaluations) == (1, 0, 1, 2)
    assert [(one.variance.value, one.variance.standard_error, one.shots) for one in dead] == [(0.0, 0.0, None)] * 3
    assert found.that_matter == (first,)
    assert found.largest.angle == 1


@pytest.mark.parametrize("n_qubits", [1, 2, 4])
def test_a_global_observable(n_qubits: int) -> None:
    """<Z> is a product of n cosines: every derivative of p(0) has the variance 2^-n / 4.

    p(0) p(1) has the mean (1 - 2^-n) / 4, and the two coefficients of the shift rule have the squares 1/4: so one shot
    of each evaluation has (2^n - 1) / 2 times the signal's variance.
    """
    found = ideal_gradients(parity(n_qubits), seed=1)

    _assert_variances(found, 2.0**-n_qubits / 4)
    for one in found.components:
        off = _ERRORS * one.variance.standard_error / one.variance.value
        exact = (2**n_qubits - 1) / 2
        assert max(1, math.ceil(exact / (1 + off))) <= one.shots <= max(1, math.ceil(exact / (1 - off)))


@pytest.mark.parametrize(
    ("gates", "variance", "evaluations"),
    [
        ((Gate("rx", (0,), (Angle(0, 2.0),)),), 1 / 2, 2),
        ((Gate("rx", (0,), (Angle(0, 0.5),)),), 1 / 32, 2),
        ((Gate("h", (0,)), Gate("crx", (0, 1), (Angle(0),)), Gate("h", (0,))), 1 / 32, 4),
        ((Gate("rx", (0,), (Angle(0),)), Gate("rx", (0,), (Angle(0),))), 1 / 2, 4),
    ],
)
def test_angles_of_other_frequencies(gates: tuple[Gate, ...], variance: float, evaluations: int) -> None:
    """cos(2 a), cos(a/2), a phase that comes back from a controlled rotation, cos(2 a) by two gates: f^2 / 8 each."""
    found = ideal_gradients(Circuit("one", 2, 1, gates), seed=0)

    _assert_variances(found, variance)
    assert found.largest.evaluations == evaluations


def test_derivatives_are_the_oracles() -> None:
    """Derivatives of several outputs are central differences of the oracle's probabilities, whatever the chunks are."""
    circuit = circuit_named("hardware_efficient(n_qubits=3, n_layers=2, n_outputs=2)")
    rows = torch.from_numpy(np.random.default_rng(0).uniform(-3, 3, (5, circuit.n_angles)))
    found = differentiated(Statevector(circuit, n_circuits=1), rows, rows_at_once=2)

    step = 1e-5
    np.testing.assert_allclose(found.p_zero, probabilities(circuit, rows.numpy()), atol=1e-12)
    for angle in range(circuit.n_angles):
        moved = np.eye(circuit.n_angles)[angle] * step
        expected = (probabilities(circuit, rows.numpy() + moved) - probabilities(circuit, rows.numpy() - moved)) / (
            2 * step
        )
        np.testing.assert_allclose(found.derivatives[:, :, angle], expected, atol=1e-9)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_the_formula_of_two_designs(n_qubits: int) -> None:
    """Haar-random unitaries before and after a rotation by X/2 give the variance of the formula."""
    size, n_points = 2**n_qubits, 4_000
    generator = np.random.default_rng(n_qubits)

    def haar() -> np.ndarray:
        normal = generator.normal(size=(n_points, size, size, 2)) @ [1, 1j]
        unitary, upper = np.linalg.qr(normal)
        phases = np.einsum("nii->ni", upper)
        return unitary * (phases / np.abs(phases))[:, None]

    state = haar()[:, :, 0]
    after = haar()
    zero = np.diag(np.repeat([1.0, 0.0], size // 2))  # the projector on 0 of qubit 0
    turned = np.kron(np.eye(size // 2), [[0, 1], [1, 0]])  # X on the last qubit
    seen = after.conj().transpose(0, 2, 1) @ zero @ after
    derivative = np.einsum("ni,nij,nj->n", state.conj(), 0.5j * (turned @ seen - seen @ turned), state).real
    squares = derivative**2

    assert abs(squares.mean() - two_design_variance(n_qubits)) <= _ERRORS * squares.std() / math.sqrt(n_points)


@pytest.mark.parametrize("n_qubits", [2, 3])
def test_deep_circuits_are_two_designs(n_qubits: int) -> None:
    """Forty layers: by an angle in the middle both halves are 2-designs; by the last Ry on the measured qubit one is.

    That derivative of <Z> is an expectation of X: by a 2-design it has the variance 1 / (N + 1).
    """
    circuit = circuit_named(f"hardware_efficient(n_qubits={n_qubits}, n_layers=40)")
    found = ideal_gradients(circuit, seed=0)
    last, middle = circuit.n_angles - 2 * n_qubits, circuit.n_angles // 2
    expected = {last: 1 / (4 * (2**n_qubits + 1)), middle: two_design_variance(n_qubits)}

    for angle, variance in expected.items():
        one = found.components[angle]
        assert abs(one.variance.value - variance) <= _ERRORS * one.variance.standard_error
    assert found.largest.angle == last + 1


def test_shots_make_signal_and_noise_equal() -> None:
    """With the shots that are told, the mean square of sampled derivatives is that of signal plus noise in equal parts.

    Four qubits' parity takes 7.5 shots in closed form, so 8 of them: the noise is 7.5/8 of the signal's 1/64.
    """
    circuit, n_points = parity(4), 20_000
    shots = ideal_gradients(circuit, seed=1).components[0].shots
    shifts = [shift for shift in shifts_of(circuit, "exact") if shift.angle == 0]
    rows = torch.from_numpy(np.random.default_rng(5).uniform(-np.pi, np.pi, (n_points, circuit.n_angles)))
    head = Statevector(circuit, n_circuits=1, shots=8)
    sampled = np.zeros(n_points)
    for shift in shifts:
        moved = rows.clone()
        moved[:, 0] += shift.shift
        sampled += shift.coefficient * head.evaluate(moved, n_shifted=0)[:, 0].numpy()
    squares = sampled**2

    assert shots in (7, 8, 9)  # 7.5 by an estimate whose standard error is 5 %
    assert abs(squares.mean() - (1 + 7.5 / 8) / 64) <= _ERRORS * squares.std() / math.sqrt(n_points)


def test_the_choice_of_the_largest_does_not_raise_it() -> None:
    """Six components with the same variance: over many seeds, the largest has that variance in the mean, not more."""
    head = Statevector(parity(6), n_circuits=1)
    seeds = range(60)
    found = [gradients_of(head, n_points=400, rows_at_once=400, seed=seed) for seed in seeds]
    largest = np.array([one.largest.variance.value for one in found])
    of_all = np.array([max(part.variance.value for part in one.components) for one in found])
    error = largest.std(ddof=1) / math.sqrt(len(seeds))

    assert abs(largest.mean() - 2.0**-6 / 4) <= _ERRORS * error
    assert of_all.mean() > 2.0**-6 / 4 + _ERRORS * error


def test_one_seed_one_result() -> None:
    """The same seed gives the same bits; another seed, and another circuit, other points."""
    one, again, other = (ideal_gradients(parity(2), seed=seed) for seed in (3, 3, 4))

    assert one == again
    assert one.components[0].variance != other.components[0].variance
    assert len({ideal_gradients(parity(n), seed=3).components[0].variance.value * 2**n for n in (1, 2)}) == 2


def test_noise_contracts_the_gradient() -> None:
    """FakeManila makes Eq. 7 0.500135 + 0.494791 cos phi_1: the derivative shrinks by that factor at the same points."""
    circuit, options = circuit_named("eq7"), {"device": "manila", "readout_error": False}
    ideal = ideal_gradients(circuit, seed=0)
    execution, noisy = noisy_gradients(circuit, head=FakeIBM, options=options, seed=0)

    assert execution == "table"
    assert noisy.components[0].variance.value == pytest.approx(
        ideal.components[0].variance.value * (0.494791 / 0.5) ** 2, rel=1e-5
    )
    assert [one.shots for one in noisy.components[1:]] == [None] * 3


def test_channels_answer_for_many_angles() -> None:
    """21 angles are too many for a table. Readout errors p(1|0) = p(0|1) = 1/10 multiply <Z> by 0.8, and nothing else."""
    circuit = circuit_named("hardware_efficient")
    options = {"readout_p1_given_0": 0.1, "readout_p0_given_1": 0.1}
    ideal = ideal_gradients(circuit, seed=0)
    execution, noisy = noisy_gradients(circuit, head=AerNoise, options=options, seed=0)

    assert execution == "channels"
    assert noisy.n_points == ideal.n_points
    for before, after in zip(ideal.components, noisy.components, strict=True):
        assert after.variance.value == pytest.approx(before.variance.value * 0.64, rel=1e-9)
    assert noisy.largest.shots >= ideal.largest.shots


def test_wide_circuits_have_fewer_points(monkeypatch) -> None:
    """What costs is what is simulated: the qubits in the light cone, not all of the circuit's; with noise as well."""
    assert ideal_gradients(parity(11), seed=0).n_points == 2_000
    assert ideal_gradients(circuit_named("hardware_efficient(n_qubits=12, n_layers=1)"), seed=0).n_points == 2_000
    eight = circuit_named("hardware_efficient(n_qubits=8, n_layers=1)")
    assert noisy_gradients(eight, head=AerNoise, options=None, seed=0)[1].n_points == 2_000
    monkeypatch.setattr("backends.analysis.trainability.measure._COST", 2**14)
    assert ideal_gradients(parity(3), seed=0).n_points == 2 * (2**14 // (2**3 * 5) // 2) == 408
    assert ideal_gradients(parity(6), seed=0).n_points == 200


def test_an_angle_without_a_period_is_refused() -> None:
    """Scales 1 and pi have no common period: no angles are uniform over it."""
    gates = (Gate("rx", (0,), (Angle(0),)), Gate("ry", (0,), (Angle(0, math.pi),)))

    with pytest.raises(CircuitError, match="angle 0 enters with the frequencies"):
        ideal_gradients(Circuit("odd", 1, 1, gates), seed=0)


def test_a_head_without_table_and_channels_is_refused() -> None:
    """Nine qubits are too many for channels, 63 angles for a table."""
    circuit = circuit_named("hardware_efficient(n_qubits=9, n_layers=2)")

    with pytest.raises(ConfigError, match=r"neither an exact table nor channels .* \(9 qubits, 63 angles\)"):
        noisy_gradients(circuit, head=AerNoise, options=None, seed=0)
