"""The response of a circuit: its probabilities as a finite sum of products of cosines and sines of the angles.

Where angles enter rotations, each probability of a fixed circuit, device noise and readout error included, is a
trigonometric polynomial of the angles with known frequencies (``Circuit.frequencies``). Its values on a grid of
2 k + 1 equally spaced points an angle, k being the number of the angle's frequencies, fix every coefficient
(Wierichs et al., Quantum 6, 677 (2022), Sec. 3). This module uses no backend: it turns grid values into a ``Response``.
"""

import dataclasses
import functools
import math
from collections import Counter
from collections.abc import Collection
from typing import Literal, Self

import numpy as np
import torch

from backends.circuits.basis import basis_bits
from backends.circuits.circuit import Circuit
from backends.errors import CircuitError
from backends.surrogates.products import Products

MAX_POINTS = 2**16  # of a grid: three points for each of ten angles; a vendor at 1,000 circuits/s needs a minute


@dataclasses.dataclass(frozen=True)
class Grid:
    """The points that determine a response.

    Attributes:
        bases: Lowest frequency of each angle, per radian.
        counts: Number of frequencies of each angle: base * {1, ..., count}; 0 for an angle that no gate uses.
    """

    bases: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, circuit: Circuit, *, dead: Collection[int] = ()) -> Self:
        """Return the grid of a circuit.

        Args:
            circuit: The circuit.
            dead: Angles that are known not to matter; they need no points.

        Raises:
            CircuitError: an angle has no finite list of frequencies, or the grid has more than ``MAX_POINTS`` points.
        """
        found = [(1.0, 0) if angle in dead else circuit.frequencies(angle) for angle in range(circuit.n_angles)]
        grid = cls(tuple(base for base, _ in found), tuple(count for _, count in found))
        if grid.n_points > MAX_POINTS:
            sizes = " x ".join(f"{size}^{n}" for size, n in sorted(Counter(grid.shape).items()) if size > 1)
            raise CircuitError(
                f"circuit {circuit.name!r}: a response table of its {circuit.n_angles} angles takes {sizes} = "
                f"{grid.n_points} circuit evaluations, at most {MAX_POINTS} are allowed; use fewer angles, or "
                "execution = 'native'"
            )
        return grid

    @property
    def shape(self) -> tuple[int, ...]:
        """Points along each angle; also the number of its basis functions 1, cos, sin, cos 2, sin 2, ..."""
        return tuple(2 * count + 1 for count in self.counts)

    @property
    def n_points(self) -> int:
        """Points in all."""
        return math.prod(self.shape)

    @property
    def periods(self) -> np.ndarray:
        """Period of each angle, radians, shape (n_angles,)."""
        return 2 * np.pi / np.array(self.bases)

    def points(self) -> torch.Tensor:
        """Return the points, radians, float64, shape (n_points, n_angles); the last angle varies fastest."""
        steps = np.indices(self.shape).reshape(len(self.shape), -1).T if self.shape else np.zeros((1, 0))
        return torch.from_numpy(steps / np.array(self.shape, dtype=np.float64) * self.periods)

    def coefficients(self, values: np.ndarray) -> np.ndarray:
        """Return the coefficient of every product of basis functions: a real Fourier transform along each angle.

        Args:
            values: At the points, float64, shape (n_points, n_values).
        Returns:
            Shape (*shape, n_values).
        """
        return self._transform(values, squared=False)

    def variances(self, values: np.ndarray) -> np.ndarray:
        """Return the variance of every coefficient from independent variances at the points; shapes as above."""
        return self._transform(values, squared=True)

    def _transform(self, values: np.ndarray, *, squared: bool) -> np.ndarray:
        table = values.reshape(*self.shape, -1)
        for axis, count in enumerate(self.counts):
            matrix = _transform_matrix(count)
            table = np.moveaxis(np.tensordot(matrix**2 if squared else matrix, table, axes=(1, axis)), 0, axis)
        return table


@functools.cache
def _transform_matrix(count: int) -> np.ndarray:
    """Return the matrix from values at 2 count + 1 points to coefficients of 1, cos, sin, cos 2, ..."""
    n_points = 2 * count + 1
    point = 2 * np.pi * np.arange(n_points) / n_points
    rows = [np.full(n_points, 1 / n_points)]
    for multiple in range(1, count + 1):
        rows += [2 / n_points * np.cos(multiple * point), 2 / n_points * np.sin(multiple * point)]
    return np.array(rows)


@dataclasses.dataclass(frozen=True)
class Factor:
    """``function(frequency * angle)``; the frequency is per radian."""

    angle: int
    frequency: float
    function: Literal["cos", "sin"]


@dataclasses.dataclass(frozen=True)
class Term:
    """One coefficient for each value, times a product of factors; without factors it is the constant."""

    coefficients: tuple[float, ...]
    factors: tuple[Factor, ...]


class Response(torch.nn.Module):
    """A trigonometric polynomial of a circuit's angles with one or more values; differentiable, on any torch device.

    Args:
        grid: Frequencies of the angles.
        basis: Which basis function of each angle a term has (0: none; 2 m - 1: cos m; 2 m: sin m, m times the angle's
            base), int, shape (n_terms, n_angles). The first term is the constant.
        coefficients: Shape (n_terms, n_values).
    """

    def __init__(self, grid: Grid, basis: np.ndarray, coefficients: np.ndarray) -> None:
        super().__init__()
        if basis[0].any() or not basis[1:].any(axis=1).all():
            raise ValueError(
                f"expected the constant as the first term and nowhere else, got the terms {basis.tolist()}"
            )
        self.grid = grid
        self._basis = basis
        self._coefficients = coefficients
        self._products = Products(np.array(grid.bases), basis, coefficients)

    @classmethod
    def from_grid(cls, grid: Grid, values: np.ndarray, *, least: np.ndarray | None = None) -> Self:
        """Return the response with these values on the grid, without the terms that vanish.

        Args:
            grid: Of the circuit.
            values: At ``grid.points()``, float64, shape (n_points, n_values).
            least: A term stays where one of its coefficients exceeds this, shape (*grid.shape, n_values); by default
                ``rounding_of(grid)``.
        """
        coefficients = grid.coefficients(values)
        least = np.array(rounding_of(grid)) if least is None else least
        stays = np.asarray((np.abs(coefficients) > least).any(axis=-1))
        stays[(0,) * stays.ndim] = True
        return cls(grid, np.argwhere(stays), coefficients[stays])

    @property
    def n_terms(self) -> int:
        """Terms, the constant included."""
        return len(self._basis)

    @property
    def n_values(self) -> int:
        """Values that one row of angles has."""
        return int(self._coefficients.shape[1])

    @property
    def coefficients(self) -> np.ndarray:
        """The coefficient of every product of basis functions, those that vanish included, shape (*grid.shape, n_values)."""
        table = np.zeros((*self.grid.shape, self.n_values))
        table[tuple(self._basis.T)] = self._coefficients
        return table

    @property
    def terms(self) -> list[Term]:
        """The terms; the constant first, then in order of the angles."""
        return [
            Term(tuple(coefficients), tuple(self._factor(angle, index) for angle, index in enumerate(row) if index))
            for row, coefficients in zip(self._basis.tolist(), self._coefficients.tolist(), strict=True)
        ]

    @property
    def dead_angles(self) -> tuple[int, ...]:
        """Angles that no value depends on."""
        return tuple(np.flatnonzero(~self._basis.any(axis=0)).tolist())

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the values at rows of angles.

        Args:
            rows: Radians, float64, shape (n_rows, n_angles).
        Returns:
            float64, shape (n_rows, n_values).
        """
        found: torch.Tensor = self._products.forward(rows)  # a call would add its hooks, and a tenth of the time
        return found

    def margins(self) -> "Response":
        """Return the response whose values are p(0) of each measured qubit, from one whose values are joint outcomes."""
        is_zero = 1.0 - basis_bits(self.n_values.bit_length() - 1).T
        return Response(self.grid, self._basis, self._coefficients @ is_zero)

    def standard_error(self, variances: np.ndarray) -> float:
        """Return the largest standard error that a value can have, at any angles, when the grid's values have errors.

        The squared weights of the n points' errors add up to the sum over the terms of 2**(number of factors) / n times
        the squared product of the term; with all terms this is 1.

        Args:
            variances: Of the independent errors at the grid's points, shape (n_points, n_values).
        """
        share = float((2.0 ** (self._basis > 0).sum(axis=1)).sum()) / self.grid.n_points
        return math.sqrt(float(variances.max()) * min(1.0, share))

    def _factor(self, angle: int, index: int) -> Factor:
        return Factor(angle, self.grid.bases[angle] * ((index + 1) // 2), "cos" if index % 2 else "sin")


def rounding_of(grid: Grid) -> float:
    """Return what rounding can make of a coefficient that is zero: 32 units of a double, times 1 + log2(n_points).

    32 units (7e-15) are the error of a probability that a simulator computed in double precision; the Fourier transform
    adds its own, in proportion to the logarithm of its size (Higham, Accuracy and Stability, 2nd ed., Sec. 24.1).
    """
    return 32 * float(np.finfo(np.float64).eps) * (1 + math.log2(grid.n_points))
