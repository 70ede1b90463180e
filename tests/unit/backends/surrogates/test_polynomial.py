"""The trigonometric polynomial of a circuit: which terms it has, and that they are the circuit's probabilities."""

import math

import numpy as np
import pytest
import torch

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.conformance.circuits import DEEP, HARD_GRADIENT, NO_GATES, SCALE_AND_OFFSET
from backends.errors import CircuitError
from backends.surrogates import products
from backends.surrogates.polynomial import Factor, Grid, Response, rounding_of


def response_of(circuit: Circuit) -> Response:
    """Return the response of the oracle's p(0) of each measured qubit."""
    grid = Grid.of(circuit)
    return Response.from_grid(grid, probabilities(circuit, grid.points().numpy()))


def angles(n_rows: int, n_angles: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).uniform(-9, 9, (n_rows, n_angles)))


def dense(*counts: int, n_values: int = 2) -> tuple[Response, Grid]:
    """Return a response in which no coefficient vanishes."""
    grid = Grid((1.0, 0.5, 2.0, 1.0)[: len(counts)], counts)
    values = np.random.default_rng(5).uniform(0, 1, (grid.n_points, n_values))
    return Response.from_grid(grid, values), grid


def by_terms(response: Response, rows: torch.Tensor) -> torch.Tensor:
    """Return the values as the terms say them, one term after the other."""
    functions = {"cos": torch.cos, "sin": torch.sin}
    total = torch.zeros(len(rows), response.n_values, dtype=torch.float64)
    for term in response.terms:
        product = torch.ones(len(rows), dtype=torch.float64)
        for factor in term.factors:
            product = product * functions[factor.function](factor.frequency * rows[:, factor.angle])
        total = total + product[:, None] * torch.tensor(term.coefficients, dtype=torch.float64)
    return total


def test_the_papers_circuit_is_one_cosine():
    """Of 81 coefficients two stay: p(0) = 1/2 + 1/2 cos(phi_1), and three of four angles are dead."""
    response = response_of(circuit_named("eq7"))

    assert [term.factors for term in response.terms] == [(), (Factor(0, 1.0, "cos"),)]
    assert [term.coefficients[0] for term in response.terms] == pytest.approx([0.5, 0.5], abs=1e-14)
    assert response.dead_angles == (1, 2, 3)


def test_the_turned_circuit_has_two_products():
    """eq7_swapped is (1 + cos phi_1 cos phi_3 cos(phi_2 + phi_4)) / 2, whose cosine of a sum makes two products."""
    response = response_of(circuit_named("eq7_swapped"))
    found = {"".join(factor.function[0] for factor in term.factors): term.coefficients[0] for term in response.terms}

    assert found == pytest.approx({"": 0.5, "cccc": 0.5, "cscs": -0.5}, abs=1e-14)
    assert response.dead_angles == ()


@pytest.mark.parametrize("name", ["rx", "crx", "cry", "crz", "cp", "rzz"])
def test_one_angle_used_in_many_gates(name):
    """Repeated angles with scales and offsets, and controlled rotations, take 2 k + 1 points and are exact."""
    gates = [Gate("h", (0,)), Gate("ry", (1,), (Angle(0, 0.5, 0.3),))]
    for qubits in ((0, 1), (1, 0)):
        gates.append(Gate(name, qubits[: 1 if name == "rx" else 2], (Angle(0, -2.0, 0.1),)))
        gates += [Gate("ry", (0,), (0.7,)), Gate("rx", (1,), (Angle(1),))]
    circuit = Circuit("repeated", 2, 2, tuple(gates), measured=(1, 0))
    response, rows = response_of(circuit), angles(40, 2)

    assert response.grid.shape[1] == 5
    assert np.abs(response(rows).numpy() - probabilities(circuit, rows.numpy())).max() < 1e-13


@pytest.mark.parametrize("circuit", [HARD_GRADIENT, SCALE_AND_OFFSET, DEEP, NO_GATES], ids=lambda circuit: circuit.name)
def test_values_are_the_oracles(circuit):
    """Several outputs, unused angles, an angle in 60 gates, and no angle at all give the oracle's probabilities."""
    response, rows = response_of(circuit), angles(20, circuit.n_angles)

    assert np.abs(response(rows).numpy() - probabilities(circuit, rows.numpy())).max() < 1e-12


@pytest.mark.parametrize("counts", [(40,), (1, 2), (2, 2, 3), (1, 1, 1, 2)])
def test_both_ways_of_evaluation_are_the_sum_of_the_terms(counts):
    """Few terms, or one angle, one by one, and many terms by halves: values and gradients are those of the plain sum."""
    response, _ = dense(*counts)
    rows = angles(7, len(counts)).requires_grad_()
    weights = torch.tensor([1.0, -0.3], dtype=torch.float64)
    got, expected = response(rows), by_terms(response, rows)
    gradients = [torch.autograd.grad((values @ weights).sum(), rows)[0] for values in (got, expected)]

    assert response.n_terms == math.prod(2 * count + 1 for count in counts)
    assert torch.allclose(got, expected, rtol=0, atol=1e-12)
    assert torch.allclose(*gradients, rtol=0, atol=1e-10)


def test_rows_do_not_depend_on_their_chunk(monkeypatch):
    """A large table evaluated in chunks of three rows, or row by row, gives what it gives at once."""
    response, _ = dense(2, 2, 3)
    rows = angles(20, 3)
    at_once = response(rows)
    monkeypatch.setattr(products, "_MAX_ELEMENTS", 3 * response._products.matrix.shape[1])

    assert torch.allclose(response(rows), at_once, rtol=0, atol=1e-14)
    assert torch.allclose(torch.cat([response(row) for row in rows.split(1)]), at_once, rtol=0, atol=1e-14)


def test_a_constant_response_has_a_gradient():
    """A circuit all of whose angles are dead can be trained: its gradient is zero, not an error."""
    response = response_of(Circuit("dead", 1, 2, (Gate("rz", (0,), (Angle(0),)),)))
    rows = angles(3, 2).requires_grad_()
    response(rows).sum().backward()

    assert response.dead_angles == (0, 1)
    assert rows.grad is not None
    assert not rows.grad.any()


def test_pruning_takes_away_rounding_alone():
    """A coefficient of 1e-11 stays, one of a few roundings goes."""
    grid = Grid((1.0, 1.0), (1, 1))
    points = grid.points().numpy()
    values = 0.5 + 1e-11 * np.sin(points[:, 0]) + 1e-15 * np.cos(points[:, 1])

    assert rounding_of(grid) < 1e-13
    assert [term.factors for term in Response.from_grid(grid, values[:, None]).terms] == [(), (Factor(0, 1.0, "sin"),)]


def test_variance_of_coefficients_and_values():
    """Errors of the grid's values reach coefficients and values as predicted, within 5 standard errors of 4,000 draws."""
    grid = Grid((1.0, 1.0), (1, 1))
    variances = np.random.default_rng(2).uniform(0.5, 1.5, (grid.n_points, 1))
    draws = np.random.default_rng(3).normal(size=(grid.n_points, 4000)) * np.sqrt(variances)
    ratio = grid.coefficients(draws).var(axis=-1) / grid.variances(variances)[..., 0]
    response = Response.from_grid(grid, draws)
    largest = response(angles(200, 2)).numpy().var(axis=1).max()

    assert np.abs(ratio - 1).max() < 5 * np.sqrt(2 / 4000)
    assert largest <= response.standard_error(variances) ** 2 * (1 + 5 * np.sqrt(2 / 4000))


def test_too_many_points_are_refused():
    """Eleven angles take 3^11 = 177,147 circuits; the message says so, and what is allowed."""
    circuit = Circuit("wide", 1, 11, tuple(Gate("rx", (0,), (Angle(index),)) for index in range(11)))

    with pytest.raises(
        CircuitError, match=r"'wide': a response table of its 11 angles takes 3\^11 = 177147 circuit eval"
    ):
        Grid.of(circuit)


def test_angles_without_a_list_of_frequencies_are_refused():
    """Scales 1 and pi have no common base, so no grid is fine enough."""
    gates = (Gate("rx", (0,), (Angle(0),)), Gate("rx", (0,), (Angle(0, scale=math.pi),)))

    with pytest.raises(CircuitError, match=r"angle 0 enters with the frequencies .*no common base"):
        Grid.of(Circuit("incommensurate", 1, 1, gates))


def test_ten_angles_are_allowed():
    """The limit of 65,536 points leaves room for 3^10 = 59,049; angles that no gate uses are not in the message's product."""
    gates = tuple(Gate("rx", (0,), (Angle(index),)) for index in range(10))

    assert Grid.of(Circuit("ten", 1, 10, gates)).n_points == 59_049
    with pytest.raises(CircuitError, match=r"its 12 angles takes 3\^9 x 5\^1 = 98415 circuit eval"):
        Grid.of(Circuit("wide", 1, 12, (*gates, Gate("rx", (0,), (Angle(3),)))))


def test_angles_that_are_known_to_be_dead_take_no_points():
    """The grid of eq7 without its three dead angles has three points, and the same response."""
    circuit = circuit_named("eq7")
    grid = Grid.of(circuit, dead=(1, 2, 3))
    response = Response.from_grid(grid, probabilities(circuit, grid.points().numpy()))
    rows = angles(5, 4)

    assert grid.shape == (3, 1, 1, 1)
    assert torch.isfinite(grid.points()).all()
    assert not grid.points()[:, 1:].any()
    np.testing.assert_allclose(response(rows).numpy(), probabilities(circuit, rows.numpy()), rtol=0, atol=1e-14)


@pytest.mark.parametrize("basis", [[[0, 1], [1, 0]], [[0, 0], [0, 0], [1, 0]], [[0, 0], [1, 0], [0, 0]]])
def test_the_constant_is_the_first_term_and_no_other(basis):
    """Where it is missing or comes twice, the terms are named."""
    with pytest.raises(
        ValueError, match=r"expected the constant as the first term and nowhere else, got the terms \[\["
    ):
        Response(Grid((1.0, 1.0), (1, 1)), np.array(basis), np.ones((len(basis), 1)))


@pytest.mark.parametrize(
    ("basis", "share"),
    [
        ([[0, 0]], 1 / 9),
        ([[0, 0], [1, 0]], 3 / 9),
        ([[0, 0], [1, 2]], 5 / 9),
        ([[0, 0], [2, 1], [0, 1]], 7 / 9),
        ([[0, 0], [1, 0], [2, 0], [0, 1], [1, 1]], 1.0),  # 1 + 2 + 2 + 2 + 4 = 11 of 9: no more than all terms have
    ],
)
def test_the_standard_error_of_few_terms(basis, share):
    """Each term with f factors has 2**f / n of a point's variance, all terms together its whole variance."""
    response = Response(Grid((1.0, 1.0), (1, 1)), np.array(basis), np.ones((len(basis), 1)))
    variances = np.full((9, 1), 0.01)
    variances[4] = 0.04

    assert response.standard_error(variances) == pytest.approx(math.sqrt(share) * 0.2, rel=1e-12)


@pytest.mark.parametrize(("counts", "n_bits"), [((0,), 0), ((1, 1), math.log2(9)), ((2, 2, 3), math.log2(175))])
def test_rounding_grows_with_the_logarithm_of_the_grid(counts, n_bits):
    """32 units of a double for a value, and as many for each doubling of the number of points."""
    grid = Grid((1.0,) * len(counts), counts)

    assert rounding_of(grid) == pytest.approx(32 * 2.0**-52 * (1 + n_bits), rel=1e-12, abs=0)


def test_one_frequency_that_is_not_one():
    """An angle that enters with the frequency 2 alone."""
    grid = Grid((2.0,), (1,))
    response = Response.from_grid(grid, 0.5 + 0.25 * np.cos(2 * grid.points().numpy()))
    rows = angles(9, 1)

    assert [term.factors for term in response.terms] == [(), (Factor(0, 2.0, "cos"),)]
    torch.testing.assert_close(response(rows), 0.5 + 0.25 * (2 * rows).cos(), rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("counts", "n_first", "n_last"),
    [((1, 1, 1, 1), 9, 9), ((4, 1, 1), 9, 9), ((1, 1, 4), 9, 9), ((4, 4), 9, 9), ((1, 1, 1, 3), 9, 21)],
)
def test_many_terms_cost_about_twice_the_square_root(counts, n_first, n_last):
    """A full table is taken as products of the first angles times products of the last, equally many as far as can be."""
    response, _ = dense(*counts)

    assert response._products.first.shape[1] == n_first
    assert response._products.last.shape[1] == n_last


def test_a_chunk_is_as_large_as_memory_allows(monkeypatch):
    """A chunk of rows makes at most _MAX_ELEMENTS numbers, and has one row at least."""
    response, _ = dense(2, 2, 3)
    n_columns = response._products.matrix.shape[1]
    sizes, contract = [], products.Products._contract
    monkeypatch.setattr(products.Products, "_contract", lambda self, c: sizes.append(len(c)) or contract(self, c))
    for limit in (3 * n_columns, 4 * n_columns - 1, n_columns - 1, 2**22):
        monkeypatch.setattr(products, "_MAX_ELEMENTS", limit)
        response(angles(7, 3))

    assert sizes == [3, 3, 1, 3, 3, 1, *[1] * 7, 7]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("counts", [(1, 2), (2, 2, 3)])
def test_on_cuda_as_on_the_cpu(counts):
    """The same values on both devices, to rounding."""
    response, _ = dense(*counts)
    rows = angles(20, len(counts))
    expected = response(rows)

    assert torch.allclose(response.cuda()(rows.cuda()).cpu(), expected, rtol=0, atol=1e-13)
