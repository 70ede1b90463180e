"""Checks of values against the oracle, in each mode of the head, its noise off: from no gate to circuits of eight qubits."""

from collections.abc import Iterator

import numpy as np
import torch

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.circuits.oracle import outcome_probabilities, probabilities
from backends.conformance.circuits import (
    COIN,
    GATE_GROUPS,
    N_QUBITS,
    NO_GATES,
    ONE_ANGLE_A_QUBIT,
    SCALE_AND_OFFSET,
    SIGN_OF_EACH_AXIS,
    THREE_OUTPUTS,
    WIDE_SHOTS,
    wide,
    with_gates,
    x_on,
)
from backends.conformance.results import Finding, NotApplicable, compare, whole_counts
from backends.conformance.subject import Subject, angles, run, set_weights
from backends.errors import ConfigError
from backends.surrogates.surrogate import tells_joint_outcomes

_WIDEST = 8
_NEARLY_RIGHT = 0.01


def exact_values_have_double_precision(subject: Subject) -> Iterator[Finding]:
    """Exact probabilities that are right at all agree with the oracle to rounding: no float32, no rounded digits."""
    rows = angles(20, 1)
    got, expected = run(subject.head(COIN, shots=None), rows), probabilities(COIN, rows)
    if np.abs(got - expected).max() > _NEARLY_RIGHT:
        raise NotApplicable("its values differ by more than a lack of precision explains")
    yield compare(got, expected, shots=None, what=COIN.name)


def ground_state_reads_zero(subject: Subject) -> Iterator[Finding]:
    """Without a gate, and without an angle, every qubit reads outcome 0."""
    for shots in subject.modes:
        got = run(subject.head(NO_GATES, shots=shots), np.zeros((2, 0)))
        yield compare(got, np.ones((2, N_QUBITS)), shots=shots, what="no gates")


def qubit_order(subject: Subject) -> Iterator[Finding]:
    """X on qubit k alone changes the output of qubit k, whatever its place among the measured qubits."""
    for shots in subject.modes:
        for qubit in range(N_QUBITS):
            circuit = x_on(qubit)
            expected = np.array([[float(measured != qubit) for measured in circuit.measured]])
            got = run(subject.head(circuit, shots=shots), np.zeros((1, 1)))
            yield compare(got, expected, shots=shots, what=f"{circuit.name}, measured {circuit.measured}")


def angle_order(subject: Subject) -> Iterator[Finding]:
    """Angle k reaches the gates that use angle k; weights come after the inputs."""
    rows = np.array([[0.3, 1.1, 2.2]])
    for shots in subject.modes:
        head = subject.head(ONE_ANGLE_A_QUBIT, shots=shots)
        rows[0, 2:] = set_weights(head, rows[0, 2:])
        expected = np.cos(rows / 2) ** 2
        yield compare(run(head, rows[:, :2]), expected, shots=shots, what=ONE_ANGLE_A_QUBIT.name)


def rotation_sign(subject: Subject) -> Iterator[Finding]:
    """Rotations about x, y and z turn the right way: two turns by 0.7 make one by 1.4, not by 0."""
    rows = np.array([[0.7], [-0.7], [0.2]])
    expected = np.cos((0.7 + rows) / 2) ** 2 * np.ones(N_QUBITS)
    yield from _on_each_mode(subject, SIGN_OF_EACH_AXIS, rows, expected)


def scale_and_offset(subject: Subject) -> Iterator[Finding]:
    """A gate's parameter is scale * angle + offset."""
    rows = np.array([[0.5], [-1.2]])
    expected = np.cos(np.hstack((2 * rows, rows + 1.0, 0.6 - 0.5 * rows)) / 2) ** 2
    yield from _on_each_mode(subject, SCALE_AND_OFFSET, rows, expected)


def every_gate(subject: Subject) -> Iterator[Finding]:
    """Each gate of ``GATES`` with every parameter bound acts as the oracle's."""
    for names in GATE_GROUPS:
        for found in _on_each_mode(subject, with_gates(*names), angles(6, 3)):
            if found.passed:
                yield found
            else:  # name the gate
                for name in names:
                    yield from _on_each_mode(subject, with_gates(name), angles(6, 3))
                yield found


def paper_circuits(subject: Subject) -> Iterator[Finding]:
    """The paper's circuit, and the same with its CNOTs turned round, give the oracle's probabilities at random angles."""
    for name in ("eq7", "eq7_swapped"):
        yield from _on_each_mode(subject, circuit_named(name), angles(300, 4))


def two_pi_changes_nothing(subject: Subject) -> Iterator[Finding]:
    """An angle and the angle + 2 pi give the same probabilities, for each angle of the paper's rotations."""
    rows = angles(4, 4)
    expected = probabilities(circuit_named("eq7_swapped"), rows)
    yield from _on_each_mode(subject, circuit_named("eq7_swapped"), rows + 2 * np.pi * np.eye(4), expected)


def wide_circuits(subject: Subject) -> Iterator[Finding]:
    """Circuits of 4 to 8 qubits, as far as the head takes them, give the oracle's probabilities."""
    widest = min(subject.head_class.capabilities.max_qubits, _WIDEST)
    modes = [None if shots is None else WIDE_SHOTS for shots in subject.modes]
    refused, checked = f"it takes at most {widest} qubits", False
    for n_qubits in range(N_QUBITS + 1, widest + 1):
        circuit, rows = wide(n_qubits), angles(6, 3)
        expected = probabilities(circuit, rows)
        for shots in modes:
            try:
                head = subject.head(circuit, shots=shots)
            except ConfigError as error:  # e.g. the device has fewer qubits; it says so before any compute
                refused = str(error)
                continue
            yield compare(run(head, rows), expected, shots=shots, what=circuit.name)
            checked = True
    if not checked and widest > N_QUBITS and not subject.options:
        yield Finding(1, 0, f"the capabilities allow {widest} qubits, and every width from 4 on was refused: {refused}")
    elif not checked:
        raise NotApplicable(refused)


def joint_outcomes_are_numbered_alike(subject: Subject) -> Iterator[Finding]:
    """Joint outcomes that a head tells are the oracle's, the first measured qubit as the top bit; with shots they are counts.

    Tables and channels of circuits with several outputs are made from them, or compared with them.
    """
    rows = np.array([[1.1], [-0.4], [2.5]])
    expected = outcome_probabilities(THREE_OUTPUTS, rows)
    for shots in subject.modes:
        head = subject.head(THREE_OUTPUTS, shots=shots)
        if not tells_joint_outcomes(type(head)):
            raise NotApplicable("it tells no joint outcomes")
        got = head.outcome_probabilities(torch.from_numpy(rows)).numpy()
        yield compare(got, expected, shots=shots, what=f"joint outcomes of {THREE_OUTPUTS.name}")
        if shots is not None:
            yield whole_counts(got, shots=shots)


def _on_each_mode(
    subject: Subject, circuit: Circuit, rows: np.ndarray, expected: np.ndarray | None = None
) -> Iterator[Finding]:
    expected = probabilities(circuit, rows) if expected is None else expected
    for shots in subject.modes:
        yield compare(run(subject.head(circuit, shots=shots), rows), expected, shots=shots, what=circuit.name)
