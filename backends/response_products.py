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
        basis: As in ``backends.response.Response``; the first term is the constant.
        coefficients: Shape (n_terms, n_values).
    """

    angle: torch.Tensor
    frequency: torch.Tensor | None
    quarter: torch.Tensor | None
    offset: torch.Tensor
    matrix: torch.Tensor

    def __init__(self, bases: np.ndarray, basis: np.ndarray, coefficients: np.ndarray) -> None:
        super().__init__()
        self._n_values = coefficients.shape[1]
        used = sorted({(angle, index) for row in basis for angle, index in enumerate(row.tolist()) if index})
        column = {key: position for position, key in enumerate(used)}
        frequency = np.array([bases[angle] * ((index + 1) // 2) for angle, index in used])
        is_sine = np.array([index % 2 == 0 for _, index in used], dtype=bool)
        self._constant("angle", np.array([angle for angle, _ in used], dtype=np.int64))
        self._constant("frequency", frequency, needed=bool((frequency != 1).any()))
        self._constant("quarter", np.pi / 2 * is_sine, needed=bool(is_sine.any()))  # sin x = cos(x - pi/2)
        factors = [[(angle, index) for angle, index in enumerate(row) if index] for row in basis.tolist()]
        if len(factors) <= _FEW_TERMS + 1 or np.count_nonzero(basis.any(axis=0)) < 2:
            self.halves = torch.nn.ModuleList(
                [_Product([[column[key] for key in term] for term in factors[1:]], len(used))]
            )
            self._constant("offset", coefficients[0])
            self._constant("matrix", coefficients[1:])
        else:
            self._split(factors, column, coefficients, middle=_middle(basis))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the sum, float64, shape (n_rows, n_values), at rows of angles, shape (n_rows, n_angles)."""
        if len(self.halves) == 1:
            return torch.addmm(self.offset, self.halves[0](self._cosines(rows)), self.matrix)
        size = max(1, _MAX_ELEMENTS // self.matrix.shape[1])
        return torch.cat([self._contract(self._cosines(part)) for part in rows.split(size)])

    def _cosines(self, rows: torch.Tensor) -> torch.Tensor:
        phases = rows.index_select(1, self.angle)
        if self.frequency is not None:
            phases = phases * self.frequency
        if self.quarter is not None:
            phases = phases - self.quarter
        return phases.cos()

    def _contract(self, cosines: torch.Tensor) -> torch.Tensor:
        left, right = (half(cosines) for half in self.halves)
        weighted = (left @ self.matrix).reshape(len(left), self._n_values, -1)
        found: torch.Tensor = (weighted @ right[:, :, None])[:, :, 0]
        return found

    def _split(self, factors: list[Any], column: dict[Any, int], coefficients: np.ndarray, *, middle: int) -> None:
        halves: tuple[dict[Any, int], dict[Any, int]] = ({}, {})
        places = []
        for term in factors:
            parts = (tuple(k for k in term if k[0] < middle), tuple(k for k in term if k[0] >= middle))
            places.append([half.setdefault(part, len(half)) for half, part in zip(halves, parts, strict=True)])
        matrix = np.zeros((len(halves[0]), self._n_values, len(halves[1])))
        left, right = np.array(places).T
        matrix[left, :, right] = coefficients
        self.halves = torch.nn.ModuleList(
            [_Product([[column[key] for key in part] for part in half], len(column)) for half in halves]
        )
        self._constant("matrix", matrix.reshape(len(matrix), -1))

    def _constant(self, name: str, values: np.ndarray, *, needed: bool = True) -> None:
        values = np.ascontiguousarray(values)
        self.register_buffer(name, torch.from_numpy(values) if needed else None, persistent=False)


class _Product(torch.nn.Module):
    """Products of columns: (n_rows, n_columns) -> (n_rows, n_products)."""

    table: torch.Tensor

    def __init__(self, products: list[list[int]], n_columns: int) -> None:
        super().__init__()
        order = max((len(columns) for columns in products), default=0)
        self._padded = any(len(columns) < order for columns in products) or order == 0
        table = np.full((order, len(products)), n_columns, dtype=np.int64)  # the column after the last one holds ones
        for product, columns in enumerate(products):
            table[: len(columns), product] = columns
        self._n_products = len(products)
        self._is_identity = order == 1 and table[0].tolist() == list(range(n_columns))
        self.register_buffer("table", torch.from_numpy(table), persistent=False)

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        if self._is_identity:
            return columns
        if self._padded:
            columns = torch.nn.functional.pad(columns, (0, 1), value=1.0)
        if not len(self.table):
            return columns[:, -1:].expand(-1, self._n_products)
        product = columns.index_select(1, self.table[0])
        for more in self.table[1:]:
            product = product * columns.index_select(1, more)
        return product


def _middle(basis: np.ndarray) -> int:
    """Return the angle at which the second half begins, so that both halves have about equally many products."""
    sizes = np.log([len(np.unique(column)) for column in basis.T])
    return 1 + int(np.argmin(np.abs(np.cumsum(sizes)[:-1] - sizes.sum() / 2)))
