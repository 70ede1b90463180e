"""A response as a sum of waves, a constant and amplitude * cos(frequencies . angles + phase), and what follows from it.

A direction in the space of the angles changes nothing, anywhere, if and only if it is orthogonal to the frequencies of
every wave. So the rank of the frequencies is the number of independent combinations of angles that matter: the rank of
all Jacobians of the response together, at all angles.
"""

import dataclasses
import math
from fractions import Fraction

import numpy as np

from backends.surrogates.polynomial import Grid, Response, rounding_of

_LARGEST_DENOMINATOR = 2**12  # of a frequency's base; Circuit.frequencies finds none finer


@dataclasses.dataclass(frozen=True)
class Wave:
    """``amplitude * cos(sum of multiples[k] * bases[k] * angles[k] + phase)``; without multiples it is a constant.

    Attributes:
        amplitude: Positive, of a constant any number.
        multiples: Of each angle's base frequency, the first that is not 0 positive.
        phase: Radians, in (-pi, pi].
    """

    amplitude: float
    multiples: tuple[int, ...]
    phase: float


def waves_of(table: np.ndarray, *, least: float) -> list[Wave]:
    """Return the waves of one value: the constant first, then by falling amplitude.

    Args:
        table: Coefficients of the products of 1, cos, sin, cos 2, ... of each angle, as ``Response.coefficients`` of one
            value.
        least: Smaller amplitudes vanish.
    """
    if not table.ndim:
        return [Wave(float(table), (), 0.0)]
    spectrum = _spectrum(table)
    found = [Wave(float(spectrum.flat[0].real), (0,) * table.ndim, 0.0)]
    for place in np.argwhere(2 * np.abs(spectrum) > least):
        multiples = _multiples(place)
        if next((m for m in multiples if m), 0) > 0:  # the others are their mirror images
            value = spectrum[tuple(place)]
            found.append(Wave(2 * abs(value), multiples, math.atan2(value.imag, value.real)))
    return [found[0], *sorted(found[1:], key=lambda wave: (-round(wave.amplitude, 12), wave.multiples))]


def rank(response: Response) -> int:
    """Return how many independent linear combinations of the angles matter."""
    return len(response.grid.shape) - len(_null_space(_gram(response)))


def redundant_combinations(response: Response) -> list[tuple[int, ...]]:
    """Return directions along which angles that matter can be moved without changing anything.

    Returns:
        A basis of them; each holds, for every angle, how far it moves, in smallest whole numbers.
    """
    dead = response.dead_angles
    bases = [Fraction(base).limit_denominator(_LARGEST_DENOMINATOR) for base in response.grid.bases]
    found = []
    for vector in _null_space(_gram(response)):
        moved = [steps / base for steps, base in zip(vector, bases, strict=True)]
        if not any(moved[angle] for angle in dead):
            scale = math.lcm(*(m.denominator for m in moved))
            whole = [int(m * scale) for m in moved]
            sign = 1 if next(filter(None, whole)) > 0 else -1
            found.append(tuple(sign * w // math.gcd(*whole) for w in whole))
    return found


def least_of(grid: Grid) -> float:
    """Return the amplitude below which a wave of an exact response is rounding."""
    return 4 * rounding_of(grid)


def _gram(response: Response) -> list[list[Fraction]]:
    """Return the frequencies' Gram matrix, exactly: its null space is theirs."""
    table = response.coefficients
    n_angles = table.ndim - 1
    if not n_angles:
        return []
    strength = np.max([np.abs(_spectrum(table[..., k])) for k in range(table.shape[-1])], axis=0)
    present = np.array([_multiples(place) for place in np.argwhere(2 * strength > least_of(response.grid))])
    present = present.reshape(-1, n_angles)
    return [[Fraction(int(entry)) for entry in row] for row in present.T @ present]


def _spectrum(table: np.ndarray) -> np.ndarray:
    """Return the coefficients of exp(i m base angle), places 0, 1, -1, 2, -2, ... along each angle."""
    spectrum = table.astype(complex)
    for axis, size in enumerate(table.shape):
        matrix = np.zeros((size, size), dtype=complex)
        matrix[0, 0] = 1
        for cos in range(1, size, 2):
            matrix[cos, cos : cos + 2] = 0.5, -0.5j
            matrix[cos + 1, cos : cos + 2] = 0.5, 0.5j
        spectrum = np.moveaxis(np.tensordot(matrix, spectrum, axes=(1, axis)), 0, axis)
    return spectrum


def _multiples(place: np.ndarray) -> tuple[int, ...]:
    return tuple((int(p) + 1) // 2 * (1 if p % 2 else -1) for p in place)


def _null_space(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return a basis of the null space of a square matrix, by Gauss and Jordan with fractions."""
    rows, size = [list(row) for row in matrix], len(matrix)
    pivots: list[int] = []
    for column in range(size):
        place = next((r for r in range(len(pivots), size) if rows[r][column]), None)
        if place is None:
            continue
        top = len(pivots)
        rows[top], rows[place] = rows[place], rows[top]
        rows[top] = [entry / rows[top][column] for entry in rows[top]]
        for other in range(size):
            if other != top and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[top], strict=True)]
        pivots.append(column)
    basis = []
    for free in (column for column in range(size) if column not in pivots):
        vector = [Fraction(0)] * size
        vector[free] = Fraction(1)
        for row, pivot in enumerate(pivots):
            vector[pivot] = -rows[row][free]
        basis.append(vector)
    return basis
