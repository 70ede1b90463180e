"""Heads without noise simulate only the gates and qubits that can matter; what a user sees stays as it was asked."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import outcome_probabilities
from backends.registry import head_class

_EQ7 = circuit_named("eq7")
_WIDTH: dict[str, Callable[[Any], int]] = {
    "statevector": lambda head: int(np.log2(head._states.n_amplitudes)),
    "aer_shots": lambda head: len(head._simulation.compiled.qubits),
    "aer_statevector": lambda head: len(head._simulation.compiled.qubits),
    "pennylane": lambda head: len(head._tape(np.zeros((1, 4))).wires),
}


def _shots(name: str) -> int | None:
    return None if head_class(name).capabilities.analytic else 100


@pytest.mark.parametrize("name", _WIDTH)
def test_eq7_is_simulated_on_one_qubit(name: str) -> None:
    """The backend gets one qubit; provenance says so, and counts, shifts and circuit are those of the whole circuit."""
    head = head_class(name)(_EQ7, n_circuits=2, shots=_shots(name))
    with torch.no_grad():
        head(torch.zeros(3, 2, 4))

    assert _WIDTH[name](head) == 1
    assert head.provenance()["simulated"]["qubits_left_out"] == 2
    assert (head.circuit, len(head.shifts), head.tally.forward.requested) == (_EQ7, 8, 6)


def test_a_noisy_device_gets_its_light_cone() -> None:
    """Noise does not commute with what is left out elsewhere: gates that are connected to the measured qubit stay."""
    head = head_class("fake_ibm")(_EQ7, n_circuits=1)

    assert head.provenance()["two_qubit_gates"] >= 2
    assert head.provenance()["simulated"]["qubits_left_out"] == 0


@pytest.mark.parametrize("name", ["statevector", "pennylane", "aer_shots"])
def test_joint_outcomes_keep_their_order(name: str) -> None:
    """Of six qubits three are simulated and measured, in another order than their numbers'."""
    gates = (
        *(Gate("ry", (qubit,), (Angle(0, 0.3 + qubit),)) for qubit in range(6)),
        *(Gate("cx", pair) for pair in ((4, 2), (5, 3))),
    )
    circuit = Circuit("wide", 6, 1, gates, measured=(4, 0, 2))
    shots = None if head_class(name).capabilities.analytic else 20_000
    head = head_class(name)(circuit, n_circuits=1, shots=shots)
    rows = torch.tensor([[0.4], [1.3]], dtype=torch.float64)
    expected = outcome_probabilities(circuit, rows.numpy())

    allowed = 1e-10 if shots is None else 5 * np.sqrt(expected * (1 - expected) / shots) + 5 / shots
    assert (np.abs(head.outcome_probabilities(rows).numpy() - expected) <= allowed).all()
