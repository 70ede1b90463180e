"""Who answers: the rule of "auto"."""

import pytest

from backends import circuit_named, head_class
from backends.adapters.statevector import Statevector
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import ConfigError
from backends.surrogates.channels import Composed
from backends.surrogates.choice import factory_for, fastest_exact
from backends.surrogates.table import Tabulated

EQ7 = circuit_named("eq7")


# 16 angles, of which two matter to the measured qubits on an ideal device: 9 points.
_TURNS = tuple(Gate("ry", (qubit,), (Angle(qubit),)) for qubit in range(16))
IDLE = Circuit("idle", 16, 16, _TURNS, measured=(3, 9))


def rotations(n_angles):
    """Return a circuit of one qubit with a table of 3**n_angles points."""
    return Circuit("rotations", 1, n_angles, tuple(Gate("rx", (0,), (Angle(index),)) for index in range(n_angles)))


def test_each_execution_has_its_factory():
    assert factory_for(Statevector, "native") is Statevector
    assert factory_for(Statevector, "table") == Tabulated(Statevector)
    assert factory_for(Statevector, "channels") == Composed(Statevector)


@pytest.mark.parametrize(
    ("head", "circuit", "shots", "expected"),
    [
        ("fake_ibm", EQ7, None, "table"),
        ("fake_ibm", EQ7, 1000, "table"),
        ("fake_ibm", rotations(6), None, "table"),
        ("fake_ibm", rotations(7), None, "channels"),
        ("fake_ibm", circuit_named("hardware_efficient(n_qubits=4, n_layers=2)"), 1000, "channels"),
        ("statevector", EQ7, None, "table"),
        ("statevector", rotations(7), None, "native"),
        ("statevector", IDLE, None, "table"),
        ("pennylane", IDLE, 1000, "table"),
        ("aer_shots", EQ7, 1000, "native"),  # its table would be an estimate
    ],
)
def test_auto(head, circuit, shots, expected):
    """A small exact table, else channels, else native."""
    assert fastest_exact(head_class(head), circuit, shots=shots) == expected


def test_options_that_the_head_refuses_leave_it_native():
    """The head's own error is raised where the native head is checked, not here."""
    assert fastest_exact(head_class("fake_ibm"), EQ7, shots=None, options={"layout": [0]}) == "native"
    with pytest.raises(ConfigError):
        head_class("fake_ibm").check(EQ7, shots=None, options={"layout": [0]})
