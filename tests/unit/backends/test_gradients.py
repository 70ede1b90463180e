"""The parameter-shift rule: its numbers, its derivatives, and what it costs."""

import dataclasses
import math
from typing import ClassVar

import numpy as np
import pytest
import torch

from backends.adapters.statevector import Statevector
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.gradients import Shift, shifts_of
from backends.head import Capabilities

CONTROLLED = Circuit(
    "controlled",
    2,
    2,
    (
        Gate("h", (0,)),
        Gate("crx", (0, 1), (Angle(0),)),
        Gate("ry", (0,), (Angle(1),)),
        Gate("crz", (1, 0), (Angle(0),)),
    ),
    measured=(0, 1),
)
REPEATED = Circuit(
    "repeated",
    2,
    3,
    (
        Gate("rx", (0,), (Angle(0, scale=1.5),)),
        Gate("ry", (1,), (Angle(0, offset=0.3),)),
        Gate("rzz", (0, 1), (Angle(2, scale=-2.0),)),
        Gate("u", (0,), (Angle(2), Angle(0), 0.4)),
    ),
    measured=(1, 0),
)

TRAINED = Circuit(
    "trained",
    2,
    5,
    (
        Gate("rx", (0,), (Angle(0),)),
        Gate("ry", (1,), (Angle(2),)),
        Gate("crx", (0, 1), (Angle(3),)),
        Gate("ry", (0,), (Angle(1, scale=0.5),)),
        Gate("rxx", (0, 1), (Angle(4),)),
    ),
    measured=(1, 0),
    n_weights=3,
)


class ByShifts(Statevector):  # type: ignore[misc]  # final for users
    """Exact probabilities, differentiated by the parameter-shift rule."""

    capabilities: ClassVar[Capabilities] = dataclasses.replace(Statevector.capabilities, autograd=False)


def shift_derivative(circuit: Circuit, row: np.ndarray) -> np.ndarray:
    """Return dp/dangle by the rule from the oracle's probabilities, shape (n_angles, n_outputs)."""
    total = np.zeros((circuit.n_angles, circuit.n_outputs))
    for shift in shifts_of(circuit, "exact"):
        moved = row + shift.shift * np.eye(circuit.n_angles)[shift.angle]
        total[shift.angle] += shift.coefficient * probabilities(circuit, moved[None])[0]
    return total


def finite_difference(circuit: Circuit, row: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Return dp/dangle by five points, shape (n_angles, n_outputs); error below 1e-10 for frequencies up to 5."""
    columns = []
    for unit in step * np.eye(circuit.n_angles):
        points = probabilities(circuit, np.array([row + k * unit for k in (-2, -1, 1, 2)]))
        columns.append(np.array([1, -8, 8, -1]) @ points / (12 * step))
    return np.array(columns)


def test_one_rotation_is_shifted_by_half_pi_with_coefficient_one_half() -> None:
    """For an angle in one rotation: (p(+pi/2) - p(-pi/2)) / 2, as in Eq. (9) but for its factor."""
    circuit = Circuit("c", 1, 1, (Gate("rx", (0,), (Angle(0),)),))

    (up, down) = shifts_of(circuit, "exact")

    assert (up.angle, up.shift, up.coefficient) == (0, pytest.approx(math.pi / 2), pytest.approx(0.5))
    assert (down.angle, down.shift, down.coefficient) == (0, pytest.approx(-math.pi / 2), pytest.approx(-0.5))


def test_four_term_rule_of_a_controlled_rotation() -> None:
    """Frequencies 1/2 and 1 need shifts +-pi/2 and +-3 pi/2 with (sqrt 2 +- 1) / (4 sqrt 2).

    Source: Anselmetti et al., New J. Phys. 23, 113010 (2021); its second term is subtracted.
    """
    circuit = Circuit("c", 2, 1, (Gate("crx", (0, 1), (Angle(0),)),))
    near, far = (math.sqrt(2) + 1) / (4 * math.sqrt(2)), (math.sqrt(2) - 1) / (4 * math.sqrt(2))

    got = {round(shift.shift / math.pi, 9): shift.coefficient for shift in shifts_of(circuit, "exact")}

    assert got == pytest.approx({0.5: near, -0.5: -near, 1.5: -far, -1.5: far})


def test_the_papers_eq9_is_twice_the_derivative() -> None:
    """paper_eq9 has the same shifts, with coefficients exactly doubled."""
    for circuit in (circuit_named("eq7"), CONTROLLED, REPEATED):
        exact, printed = shifts_of(circuit, "exact"), shifts_of(circuit, "paper_eq9")

        assert printed == tuple(Shift(s.angle, s.shift, 2 * s.coefficient) for s in exact)


@pytest.mark.parametrize("circuit", [circuit_named("eq7"), circuit_named("eq7_swapped"), CONTROLLED, REPEATED])
def test_the_rule_is_the_derivative(circuit: Circuit) -> None:
    """Shared angles, scales, offsets and controlled rotations: the rule agrees with finite differences."""
    for row in np.random.default_rng(2).uniform(-3, 3, (5, circuit.n_angles)):
        np.testing.assert_allclose(shift_derivative(circuit, row), finite_difference(circuit, row), rtol=0, atol=1e-10)


def test_an_unused_angle_costs_nothing() -> None:
    """REPEATED uses angles 0 (frequencies to 3.5 in steps of 1/2) and 2 (to 3): 2 * 7 + 2 * 3 shifts, none for angle 1."""
    angles = [shift.angle for shift in shifts_of(REPEATED, "exact")]

    assert {angle: angles.count(angle) for angle in angles} == {0: 14, 2: 6}


def test_coefficients_add_up_to_the_top_frequency() -> None:
    """The sum of |coefficient|, by which the rule may enlarge rounding and shot noise, is the top frequency."""
    for circuit in (circuit_named("eq7"), CONTROLLED, REPEATED):
        for angle in range(circuit.n_angles):
            base, count = circuit.frequencies(angle)
            total = sum(abs(s.coefficient) for s in shifts_of(circuit, "exact") if s.angle == angle)

            assert total == pytest.approx(base * count)


@pytest.mark.parametrize("circuit", [circuit_named("eq7_swapped"), CONTROLLED, REPEATED], ids=lambda c: c.name)
def test_one_job_holds_the_rows_and_all_their_shifts(circuit: Circuit) -> None:
    """Forward and backward are one call of the backend, counted apart."""
    head = Statevector(circuit, n_circuits=3, shots=10)
    angles = torch.zeros(2, 3, circuit.n_inputs, requires_grad=True)

    head(angles).sum().backward()

    n_shifts = len(shifts_of(circuit, "exact"))
    assert head.tally.jobs == 1
    assert (head.tally.forward.requested, head.tally.backward.requested) == (6, 6 * n_shifts)
    assert (head.tally.forward.shots, head.tally.backward.shots) == (60, 60 * n_shifts)
    assert head.evaluations_per_row == 1 + n_shifts


def test_eq9_as_printed_doubles_the_gradient_of_a_head() -> None:
    """With the same shots, shift_rule = "paper_eq9" gives exactly twice the gradient."""
    gradients = []
    for rule in ("exact", "paper_eq9"):
        head = Statevector(circuit_named("eq7_swapped"), n_circuits=2, shots=100, seed=5, shift_rule=rule)
        angles = torch.full((4, 2, 4), 0.3, dtype=torch.float64, requires_grad=True)
        head(angles).sum().backward()
        gradients.append(angles.grad)

    assert torch.equal(gradients[1], 2 * gradients[0])
    assert gradients[0].abs().max() > 0


def test_a_gradient_that_nobody_wants_costs_nothing() -> None:
    """Without gradients, by no_grad or because the angles need none, only the rows are run."""
    head = Statevector(circuit_named("eq7"), n_circuits=1, shots=10)
    head(torch.zeros(2, 1, 4))
    with torch.no_grad():
        head(torch.zeros(2, 1, 4, requires_grad=True))

    assert (head.tally.forward.requested, head.tally.backward.requested) == (4, 0)


def test_second_derivatives_are_refused() -> None:
    """The rule is differentiable once; a second derivative would be wrong, so torch refuses it."""
    head = Statevector(circuit_named("eq7"), n_circuits=1, shots=10)
    angles = torch.zeros(1, 1, 4, requires_grad=True)
    (first,) = torch.autograd.grad(head(angles).square().sum(), angles, create_graph=True)

    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


@pytest.mark.parametrize("circuit", [circuit_named("eq7_swapped"), CONTROLLED, REPEATED, TRAINED], ids=lambda c: c.name)
@pytest.mark.parametrize("batch", [(), (5,), (2, 3)])
def test_a_head_has_the_values_and_the_gradient_of_autograd(circuit: Circuit, batch: tuple[int, ...]) -> None:
    """Values and derivatives by angles and by weights equal autograd's, whatever the batch's shape and the outputs' weights.

    The shifted rows must stand in the order of their coefficients, each circuit must keep its own weights, and only the
    weights are summed over the batch.
    """
    stream = torch.Generator().manual_seed(4)
    by_shifts, by_autograd = (kind(circuit, n_circuits=3).double() for kind in (ByShifts, Statevector))
    given = torch.empty(*batch, 3, circuit.n_inputs, dtype=torch.float64).uniform_(-3, 3, generator=stream)
    upstream = torch.empty(*batch, 3 * circuit.n_outputs, dtype=torch.float64).uniform_(-1, 1, generator=stream)
    results = []
    for head in (by_shifts, by_autograd):
        if head.weights is not None:
            with torch.no_grad():
                head.weights.copy_(torch.linspace(-2, 2, head.weights.numel()).reshape(head.weights.shape))
        angles = given.clone().requires_grad_()
        values = head(angles)
        (values * upstream).sum().backward()
        results.append([values, angles.grad, *(weights.grad for weights in head.parameters())])

    assert (by_shifts.gradient, by_autograd.gradient) == ("parameter-shift", "autograd")
    for ours, expected in zip(*results, strict=True):
        torch.testing.assert_close(ours, expected, rtol=0, atol=1e-12)


def test_gradients_have_the_precision_of_their_angles() -> None:
    """Angles in single precision get values and gradients in single precision, weights their own."""
    head = ByShifts(TRAINED, n_circuits=2)
    angles = torch.ones(4, 2, 2, requires_grad=True)
    values = head(angles)
    values.sum().backward()

    assert (values.dtype, angles.grad.dtype, head.weights.grad.dtype) == (torch.float32,) * 3
    assert head.weights.grad.shape == (2, 3)
