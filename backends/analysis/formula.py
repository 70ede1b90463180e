"""Writes a response as a formula: a product where it is one, else a sum of waves, the one with fewer cosines and sines."""

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np

from backends.analysis.spectrum import Wave, least_of, waves_of
from backends.surrogates.polynomial import Grid, Response

LONGEST = 8  # ours: cosines and sines of a formula that is still called short
_SAME = 1e-11  # of the largest coefficient: what rounding may leave between a table and the product of its factors


@dataclasses.dataclass(frozen=True)
class _Expression:
    """A text and how many cosines and sines stand in it."""

    text: str
    length: int


def closed_form(response: Response, *, value: int, names: Sequence[str]) -> str | None:
    """Return one value as a formula of the angles; None where none has at most ``LONGEST`` cosines and sines.

    Numbers are exact fractions, or multiples of sqrt(2), where they are so within rounding, and have 6 digits elsewhere.

    Args:
        response: Exact.
        value: Which of its values.
        names: Of the angles.
    """
    table = response.coefficients[..., value]
    table[np.abs(table) <= least_of(response.grid)] = 0  # kept for the sake of another value
    writer = _Writer(response.grid, names)
    rest = table.copy()
    rest[(0,) * rest.ndim] = 0
    constant = float(table[(0,) * table.ndim])
    if not rest.any():
        return number(constant)
    forms = [writer.product(rest, constant), writer.product(table, 0.0)]
    best = min(forms, key=lambda form: form.length)
    return best.text if best.length <= LONGEST else None


def leading_waves(response: Response, *, value: int, names: Sequence[str], most: int = 4) -> str:
    """Return the constant and the largest waves of one value, and how many are left out."""
    waves = waves_of(response.coefficients[..., value], least=least_of(response.grid))
    shown, others = waves[: 1 + most], waves[1 + most :]
    text = _Writer(response.grid, names).sum_of(shown)
    return f"{text} + {len(others)} waves of at most {number(others[0].amplitude)}" if others else text


def combination(parts: Sequence[float], names: Sequence[str]) -> str:
    """Return a linear combination in words: "2 phi_1 - phi_3/2"."""
    return _joined([(float(part), name) for part, name in zip(parts, names, strict=True) if part])


def number(value: float) -> str:
    """Return a fraction, a fraction of sqrt(2), or 6 digits: "1/2", "sqrt(2)/4", "0.494791"."""
    for root, of in ((1.0, ""), (math.sqrt(2), "sqrt(2)")):
        for denominator in (1, 2, 4, 8, 16, 32, 64):
            numerator = float(value) / root * denominator
            if round(numerator) and abs(numerator - round(numerator)) < 1e-12 * denominator:
                top = "-" * (numerator < 0) + (of or "1") if abs(round(numerator)) == 1 else f"{round(numerator)} {of}"
                return top.rstrip() + (f"/{denominator}" if denominator > 1 else "")
    return f"{value:.6g}"


class _Writer:
    def __init__(self, grid: Grid, names: Sequence[str]) -> None:
        self._grid = grid
        self._names = names
        self._least = least_of(grid)

    def product(self, table: np.ndarray, constant: float) -> _Expression:
        """Return constant + table, the table as a product of factors that share no angle."""
        factors = _factors(table)
        if len(factors) == 1:
            scale, terms = self._terms(factors[0])
            terms = [(scale * coefficient, text) for coefficient, text in terms]
            return _Expression(_joined(([(constant, "")] if constant else []) + terms), _length(terms))
        scale, texts, length = 1.0, [], 0
        for factor in sorted(factors, key=lambda one: sum(size > 1 for size in one.shape)):
            part, terms = self._terms(factor)
            scale *= part
            length += _length(terms)
            if terms != [(1.0, "")]:
                texts.append(_joined(terms) if len(terms) == 1 else f"({_joined(terms)})")
        text = _joined(([(constant, "")] if constant else []) + [(scale, " ".join(texts))])
        return _Expression(text, length)

    def sum_of(self, waves: Sequence[Wave]) -> str:
        """Return a sum of waves."""
        return _joined([self._wave(wave) for wave in waves if abs(wave.amplitude) > self._least])

    def _terms(self, table: np.ndarray) -> tuple[float, list[tuple[float, str]]]:
        """Return a scale and the terms of a table, the first with the coefficient 1; products or waves, the fewer."""
        products = [
            (float(table[tuple(place)]), self._basis_function(place))
            for place in np.argwhere(np.abs(table) > self._least)
        ]
        waves = [self._wave(w) for w in waves_of(table, least=self._least) if abs(w.amplitude) > self._least]
        terms = waves if _length(waves) < _length(products) else products
        scale = terms[0][0]
        return scale, [(coefficient / scale, text) for coefficient, text in terms]

    def _basis_function(self, place: np.ndarray) -> str:
        return " ".join(
            f"{'cos' if index % 2 else 'sin'}({self._argument({axis: (int(index) + 1) // 2})})"
            for axis, index in enumerate(place)
            if index
        )

    def _wave(self, wave: Wave) -> tuple[float, str]:
        if not any(wave.multiples):
            return wave.amplitude, ""
        inside = self._argument({axis: multiple for axis, multiple in enumerate(wave.multiples) if multiple})
        amplitude, phase = wave.amplitude, wave.phase
        if phase > math.pi / 2 + _SAME or phase < -math.pi / 2 - _SAME:
            amplitude, phase = -amplitude, phase - math.copysign(math.pi, phase)
        if abs(abs(phase) - math.pi / 2) < _SAME:
            return -math.copysign(amplitude, phase * amplitude), f"sin({inside})"
        return amplitude, f"cos({inside}{_phase(phase)})"

    def _argument(self, multiples: dict[int, int]) -> str:
        axes = list(multiples)
        return combination([multiples[a] * self._grid.bases[a] for a in axes], [self._names[a] for a in axes])


def _joined(terms: Sequence[tuple[float, str]]) -> str:
    """Return a sum: the first term without a plus, each with its coefficient unless that is 1."""
    text = ""
    for coefficient, body in terms:
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        size = number(abs(coefficient))
        text += sign + (size if not body else body if size == "1" else f"{size} {body}")
    return text or "0"


def _phase(phase: float) -> str:
    if abs(phase) < _SAME:
        return ""
    eighths = phase / (math.pi / 8)
    if abs(eighths - round(eighths)) < _SAME:
        size = number(abs(round(eighths)) / 8)
        top, _, bottom = size.partition("/")
        text = ("pi" if top == "1" else f"{top} pi") + (f"/{bottom}" if bottom else "")
    else:
        text = f"{abs(phase):.6g}"
    return f" {'-' if phase < 0 else '+'} {text}"


def _length(terms: Sequence[tuple[float, str]]) -> int:
    return sum(text.count("(") for _, text in terms)


def _factors(table: np.ndarray) -> list[np.ndarray]:
    """Return tables whose product is the table: each angle in one of them, as many as there are."""
    axes = tuple(axis for axis in range(table.ndim) if np.delete(table, 0, axis=axis).any())
    for size in range(1, len(axes)):
        for others in itertools.combinations(axes[1:], size - 1):
            parts = _split(table, (axes[0], *others))
            if parts is not None:
                return [parts[0], *_factors(parts[1])]
    return [table]


def _split(table: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return (a table of these axes, a table of the others) whose product is the table; None if it is no product.

    A table has length 1, the place of the constant 1, along the axes that are not its own.
    """
    peak = np.unravel_index(np.argmax(np.abs(table)), table.shape)
    one = table[tuple(slice(None) if axis in axes else slice(p, p + 1) for axis, p in enumerate(peak))]
    other = table[tuple(slice(p, p + 1) if axis in axes else slice(None) for axis, p in enumerate(peak))]
    other = other / table[peak]
    if np.abs(one * other - table).max() > _SAME * abs(table[peak]):
        return None
    return one, other
