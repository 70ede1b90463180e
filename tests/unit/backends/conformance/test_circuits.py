"""The circuits of the conformance suite: each shows the fault that it is made for."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from backends.circuits.circuit import GATES, Angle, Circuit
from backends.circuits.oracle import outcome_probabilities, probabilities
from backends.conformance.circuits import (
    GATE_GROUPS,
    SIGN_OF_EACH_AXIS,
    THREE_OUTPUTS,
    TWO_OUTPUTS,
    WIDE_SHOTS,
    wide,
    with_gates,
)
from backends.conformance.consistency import batch
from backends.conformance.results import chi_square_bound, compare_answers, sampling_tolerance
from backends.conformance.subject import angles


def without(circuit: Circuit, position: int) -> Circuit:
    return dataclasses.replace(circuit, gates=circuit.gates[:position] + circuit.gates[position + 1 :])


@pytest.mark.parametrize("names", GATE_GROUPS, ids=" ".join)
def test_every_gate_circuits_see_each_of_their_gates(names: tuple[str, ...]) -> None:
    """Without any one gate some probability moves by twice what 1,000 shots allow, so that no gate can be wrong unseen."""
    circuit, rows = with_gates(*names), angles(6, 3)
    whole = probabilities(circuit, rows)
    for position, gate in enumerate(circuit.gates):
        if gate.name in names and (not gate.params or isinstance(gate.params[0], Angle)):
            moved = np.abs(probabilities(without(circuit, position), rows) - whole)
            moved /= sampling_tolerance(whole, shots=1000)

            assert moved.max() > 2, gate


def test_every_gate_is_in_a_group() -> None:
    """The groups of the check are all of ``GATES``."""
    assert {name for names in GATE_GROUPS for name in names} == set(GATES)


@pytest.mark.parametrize("n_qubits", range(4, 9))
def test_wide_circuits_see_each_gate_and_the_order_of_the_qubits(n_qubits: int) -> None:
    """Without a gate, or with two outputs swapped, some probability moves by twice what the shots allow."""
    circuit, rows = wide(n_qubits), angles(6, 3)
    whole = probabilities(circuit, rows)
    allowed = 2 * sampling_tolerance(whole, shots=WIDE_SHOTS)
    for position, gate in enumerate(circuit.gates):
        if len(gate.qubits) > 1 or isinstance(gate.params[0], Angle):
            assert (np.abs(probabilities(without(circuit, position), rows) - whole) > allowed).any(), gate
    for one, other in itertools.combinations(range(n_qubits), 2):
        assert (np.abs(whole[:, one] - whole[:, other]) > allowed[:, one]).any(), (one, other)
    assert sorted(circuit.measured) == list(range(n_qubits))


@pytest.mark.parametrize("change", ["shifted", "reversed", "transposed"])
def test_mixed_up_batches_are_seen_through_shots(change: str) -> None:
    """The answers of a batch of 24 in another order differ by more than what 1,000 shots allow."""
    right = probabilities(TWO_OUTPUTS, angles(24, 4)[batch(24)])
    wrong = {"shifted": np.roll(right, 1, axis=0), "reversed": right[::-1], "transposed": right.T.reshape(right.shape)}

    assert not compare_answers(wrong[change], right, shots=1000, what="").passed


def test_a_batch_holds_every_row() -> None:
    """A batch of 24 rows or more holds each distinct row, and a batch of 8,000 has that size."""
    assert set(batch(24)) == set(range(24))
    assert len(batch(8000)) == 8000
    assert list(batch(24)) != list(range(24))


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
