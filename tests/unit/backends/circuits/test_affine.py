"""Sums of angles as gate parameters: the gates that come of them do what the one gate would."""

import numpy as np
import pytest

from backends.circuits.affine import Affine, gates_with
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import probabilities

_ANGLES = np.array([0.4, -1.1, 2.3])


def _answer(gates: tuple[Gate, ...], n_angles: int, row: np.ndarray) -> np.ndarray:
    """Return p(0) of two qubits after gates that stand between fixed rotations, shape (2,)."""
    before = (Gate("u", (0,), (0.7, 0.2, -0.4)), Gate("u", (1,), (1.9, -0.6, 0.3)), Gate("cx", (0, 1)))
    after = (Gate("rxx", (0, 1), (0.8,)), Gate("u", (0,), (1.1, 0.5, 0.9)), Gate("u", (1,), (-0.7, 0.1, 0.6)))
    return probabilities(Circuit("c", 2, n_angles, (*before, *gates, *after), measured=(0, 1)), row[None, :n_angles])[0]


@pytest.mark.parametrize("name", [name for name, kind in GATES.items() if kind.n_params == 1])
def test_a_sum_of_angles_is_a_gate_for_each(name: str) -> None:
    """Every gate with one parameter: 0.3 + 2 a - b + c / 2 does what the number does that it stands for."""
    sum_of_three = Affine(0.3, {0: 2.0, 1: -1.0, 2: 0.5})
    qubits = (1, 0)[: GATES[name].n_qubits]
    gates = gates_with(name, qubits, [sum_of_three])
    value = float(0.3 + np.array([2.0, -1.0, 0.5]) @ _ANGLES)

    assert [gate.name for gate in gates] == [name] * 3
    assert [(gate.params[0].index, gate.params[0].offset) for gate in gates] == [(0, 0.3), (1, 0.0), (2, 0.0)]
    np.testing.assert_allclose(
        _answer(gates, 3, _ANGLES), _answer((Gate(name, qubits, (value,)),), 0, _ANGLES), rtol=0, atol=1e-14
    )


@pytest.mark.parametrize(
    "params",
    [
        (Affine(0.1, {0: 1.0, 1: 1.0}), Affine(0.2), Affine(0.3)),
        (Affine(0.1), Affine(0.2, {0: 1.0, 1: -1.0}), Affine(0.3, {2: 1.0})),
        (Affine(0.1, {1: 0.5}), Affine(0.2, {2: 3.0}), Affine(0.3, {0: 1.0, 1: 2.0})),
    ],
)
def test_u_with_sums_is_its_three_rotations(params: tuple[Affine, ...]) -> None:
    """A sum in any of the three parameters of u gives the probabilities of the numbers it stands for."""
    values = tuple(p.offset + sum(slope * _ANGLES[index] for index, slope in p.slopes.items()) for p in params)

    np.testing.assert_allclose(
        _answer(gates_with("u", (0,), params), 3, _ANGLES),
        _answer((Gate("u", (0,), values),), 0, _ANGLES),
        rtol=0,
        atol=1e-14,
    )


def test_one_angle_a_parameter_stays_one_gate() -> None:
    """A number, a multiple of one angle, and an angle whose slope is zero need no second gate."""
    u = (Affine(0.5), Affine(0.1, {1: 2.0}), Affine(0.2, {0: 0.0}))

    assert gates_with("u", (1,), u) == (Gate("u", (1,), (0.5, Angle(1, scale=2.0, offset=0.1), 0.2)),)
    assert gates_with("rx", (0,), [Affine(0.0, {2: 1.0, 0: 0.0})]) == (Gate("rx", (0,), (Angle(2),)),)
    assert gates_with("cx", (0, 1), []) == (Gate("cx", (0, 1)),)
