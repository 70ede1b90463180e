"""How a trigonometric polynomial is evaluated fast: products of cosines, then one matrix product.

A few terms are multiplied out one by one. Many terms are taken as (product of the first angles) x (product of the last
angles): a full table of G terms then takes about 2 sqrt(G) products a row and one matrix product, instead of G products.
"""

from typing import Any

import numpy as np
import torch

_FEW_TERMS = 64  # up to here one by one is faster, for 320 to 2,880 rows
_MAX_ELEMENTS = 2**22  # of one chunk of rows; chunks leave the result as it is


class Products(torch.nn.Module):
    """Evaluates sum over terms of coefficients * product of cos / sin of multiples of angles.

    Args:
        bases: Lowest frequency of each angle, per radian, shape (n_angles,).
        basis: As in ``backends.surrogates.polynomial.Response``; the first term is the constant.
        coefficients: Shape (n_terms, n_values).
    """

    frequencies: torch.Tensor
    quarter: torch.Tensor | None
    offset: torch.Tensor
    matrix: torch.Tensor
    first: torch.Tensor | None
    last: torch.Tensor

    def __init__(self, bases: np.ndarray, basis: np.ndarray, coefficients: np.ndarray) -> None:
        super().__init__()
        self._n_values = coefficients.shape[1]
        terms = [[(angle, index) for angle, index in enumerate(row) if index] for row in basis.tolist()]
        used = sorted({factor for term in terms for factor in term})
        column = {factor: position for position, factor in enumerate(used)}
        frequencies = np.zeros((len(bases), len(used)))
        for (angle, index), position in column.items():
            frequencies[angle, position] = bases[angle] * ((index + 1) // 2)
        is_sine = np.array([index % 2 == 0 for _, index in used], dtype=bool)
        self._constant("frequencies", frequencies)
        self._constant("quarter", np.pi / 2 * is_sine, needed=bool(is_sine.any()))  # sin x = cos(x - pi/2)
        self._by_halves = len(terms) > _FEW_TERMS + 1 and np.count_nonzero(basis.any(axis=0)) > 1
        if self._by_halves:
            self._split(terms, column, coefficients, middle=_middle(basis))
            return
        table = _table([[column[factor] for factor in term] for term in terms[1:]], n_columns=len(used))
        self._constant("first", table, needed=table.tolist() != [list(range(len(used)))])
        self._constant("offset", coefficients[0])
        self._constant("matrix", coefficients[1:])

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the sum, float64, shape (n_rows, n_values), at rows of angles, shape (n_rows, n_angles)."""
        if not self._by_halves:
            cosines = self._cosines(rows)
            products = cosines if self.first is None else _products(cosines, self.first)
            return torch.addmm(self.offset, products, self.matrix)
        size = max(1, _MAX_ELEMENTS // self.matrix.shape[1])
        return torch.cat([self._contract(self._cosines(part)) for part in rows.split(size)])

    def _cosines(self, rows: torch.Tensor) -> torch.Tensor:
        phases = rows @ self.frequencies  # one angle each: rounded once, as a selection and a product would be
        if self.quarter is not None:
            phases = phases - self.quarter
        return phases.cos()

    def _contract(self, cosines: torch.Tensor) -> torch.Tensor:
        assert self.first is not None
        left, right = _products(cosines, self.first), _products(cosines, self.last)
        weighted = (left @ self.matrix).reshape(len(left), self._n_values, -1)
        found: torch.Tensor = (weighted @ right[:, :, None])[:, :, 0]
        return found

    def _split(self, terms: list[Any], column: dict[Any, int], coefficients: np.ndarray, *, middle: int) -> None:
        halves: tuple[dict[Any, int], dict[Any, int]] = ({}, {})
        places = []
        for term in terms:
            parts = (tuple(k for k in term if k[0] < middle), tuple(k for k in term if k[0] >= middle))
            places.append([half.setdefault(part, len(half)) for half, part in zip(halves, parts, strict=True)])
        matrix = np.zeros((len(halves[0]), self._n_values, len(halves[1])))
        left, right = np.array(places).T
        matrix[left, :, right] = coefficients
        for name, half in zip(("first", "last"), halves, strict=True):
            products = [[column[factor] for factor in part] for part in half]
            self._constant(name, _table(products, n_columns=len(column)))
        self._constant("matrix", matrix.reshape(len(matrix), -1))

    def _constant(self, name: str, values: np.ndarray, *, needed: bool = True) -> None:
        constant = torch.from_numpy(np.ascontiguousarray(values)) if needed else None
        self.register_buffer(name, constant, persistent=False)


def _table(products: list[list[int]], *, n_columns: int) -> np.ndarray:
    """Return the columns that each product multiplies, shape (order, n_products); after the last column come ones."""
    order = max((len(columns) for columns in products), default=0)
    table = np.full((order, len(products)), n_columns, dtype=np.int64)
    for product, columns in enumerate(products):
        table[: len(columns), product] = columns
    return table


def _products(columns: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """Return products of columns: (n_rows, n_columns), (order, n_products) -> (n_rows, n_products)."""
    columns = torch.nn.functional.pad(columns, (0, 1), value=1.0)
    product = columns.index_select(1, table[0]) if len(table) else columns[:, :0]
    for more in table[1:]:
        product = product * columns.index_select(1, more)
    return product


def _middle(basis: np.ndarray) -> int:
    """Return the angle at which the second half begins, so that both halves have about equally many products."""
    sizes = np.log([len(np.unique(column)) for column in basis.T])
    return 1 + int(np.argmin(np.abs(np.cumsum(sizes)[:-1] - sizes.sum() / 2)))
