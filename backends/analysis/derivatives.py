"""Exact answers of a head and their derivatives at many rows of angles."""

from typing import NamedTuple

import numpy as np
import torch

from backends.head import QuantumHead


class Differentiated(NamedTuple):
    """Answers and derivatives.

    Attributes:
        p_zero: p(0) of each output, shape (n_rows, n_outputs).
        derivatives: d p(0) / d angle, shape (n_rows, n_outputs, n_angles).
    """

    p_zero: np.ndarray
    derivatives: np.ndarray


def differentiated(head: QuantumHead, rows: torch.Tensor, *, rows_at_once: int) -> Differentiated:
    """Return the answers and derivatives of a head at rows of bound angles.

    Args:
        head: A head that torch differentiates.
        rows: Radians, float64, shape (n_rows, n_angles).
        rows_at_once: Rows of which torch keeps what the derivatives need.
    """
    parts = [_differentiated(head, part) for part in rows.split(rows_at_once)]
    return Differentiated(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _differentiated(head: QuantumHead, rows: torch.Tensor) -> Differentiated:
    rows = rows.clone().requires_grad_()
    # With + 0 there is a graph even where no angle enters.
    p_zero = head.evaluate(rows, n_shifted=0) + 0 * rows.sum()
    found = [torch.autograd.grad(output, rows, retain_graph=True)[0] for output in p_zero.sum(dim=0)]
    return Differentiated(p_zero.detach().numpy(), torch.stack(found, dim=1).numpy())
