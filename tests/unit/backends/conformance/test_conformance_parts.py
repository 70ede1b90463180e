"""The parts of the conformance suite: thresholds and circuits, each with the property that the suite relies on."""

import dataclasses
import math

import numpy as np
import pytest

from backends.circuits.circuit import GATES, Angle
from backends.circuits.oracle import outcome_probabilities, probabilities
from backends.conformance import CHECKS
from backends.conformance.circuits import GATE_GROUPS, SIGN_OF_EACH_AXIS, THREE_OUTPUTS, with_gates
from backends.conformance.results import Finding, chi_square_bound, compare, sampling_tolerance
from backends.conformance.subject import angles


def binomial_tail(shots: int, p: float) -> float:
    """Return P(|k / shots - p| > tolerance) by summing the binomial distribution."""
    k = np.arange(shots + 1)
    log_choose = np.array([math.lgamma(shots + 1) - math.lgamma(i + 1) - math.lgamma(shots - i + 1) for i in k])
    pmf = np.exp(log_choose + k * math.log(p) + (shots - k) * math.log1p(-p))
    return float(pmf[np.abs(k / shots - p) > sampling_tolerance(np.array(p), shots=shots)].sum())


@pytest.mark.parametrize("shots", [1, 10, 100, 1000, 20_000])
def test_sampling_tolerance_is_exceeded_less_than_once_in_1_600_000(shots: int) -> None:
    """The chance of a false alarm of one comparison is below 6e-7, at any p."""
    ps = [1e-6, 1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5]

    assert max(binomial_tail(shots, p) for p in ps) < 6e-7


def test_chi_square_bound_is_rarely_exceeded() -> None:
    """For 6 degrees of freedom, where the tail has a closed form, the chance is below e**-16."""
    half = chi_square_bound(6) / 2

    assert math.exp(-half) * (1 + half + half**2 / 2) < math.exp(-16)


@pytest.mark.parametrize("names", GATE_GROUPS, ids=" ".join)
def test_every_gate_circuits_see_each_of_their_gates(names: tuple[str, ...]) -> None:
    """Without any one gate some probability moves by twice what 1,000 shots allow, so that no gate can be wrong unseen."""
    circuit, rows = with_gates(*names), angles(6, 3)
    whole = probabilities(circuit, rows)
    for position, gate in enumerate(circuit.gates):
        if gate.name in names and (not gate.params or isinstance(gate.params[0], Angle)):
            without = dataclasses.replace(circuit, gates=circuit.gates[:position] + circuit.gates[position + 1 :])
            moved = np.abs(probabilities(without, rows) - whole) / sampling_tolerance(whole, shots=1000)

            assert moved.max() > 2, gate


def test_every_gate_is_in_a_group() -> None:
    """The groups of the check are all of ``GATES``."""
    assert {name for names in GATE_GROUPS for name in names} == set(GATES)


def test_three_outputs_are_correlated() -> None:
    """Every joint outcome is expected 60 times in 1,200 shots, and independent outputs would not look like them."""
    joint = outcome_probabilities(THREE_OUTPUTS, np.array([[1.1]]))[0]
    p = probabilities(THREE_OUTPUTS, np.array([[1.1]]))[0]
    independent = np.einsum("i,j,k->ijk", *np.stack((p, 1 - p), axis=1)).ravel()

    assert joint.min() * 1200 > 60
    assert 1200 * ((joint - independent) ** 2 / joint).sum() > 2 * chi_square_bound(7)


def test_sign_circuit_is_a_turn_by_the_sum() -> None:
    """On each of the three axes p = cos^2((0.7 + angle) / 2), by hand."""
    got = probabilities(SIGN_OF_EACH_AXIS, np.array([[0.4]]))

    np.testing.assert_allclose(got, np.full((1, 3), math.cos(0.55) ** 2), atol=1e-15)


def test_findings_fail_on_nan() -> None:
    """A comparison with NaN is a failure, whichever way the bound points."""
    assert not Finding(math.nan, 1, "").passed
    assert not Finding(math.nan, 1, "", at_least=True).passed
    assert not compare(np.array([[math.nan]]), np.array([[0.5]]), shots=None, what="").passed


def test_prerequisites_come_before_what_rests_on_them() -> None:
    """The list of checks can be run from top to bottom."""
    order = list(CHECKS)

    assert all(order.index(before) < order.index(name) for name in CHECKS for before in CHECKS[name].after)


def test_every_claim_is_a_sentence() -> None:
    """Each check says what it stands for."""
    assert all(check.claim.endswith(".") for check in CHECKS.values())
