"""Derivatives of a circuit at random angles: what can be said numerically where the response is too large."""

import dataclasses
import math

import numpy as np
import torch

from backends.adapters.statevector import Statevector
from backends.analysis.derivatives import differentiated
from backends.circuits.circuit import Circuit

_MOST_AMPLITUDES = 2**19  # of all points together, each for every gate
_CHUNK = 2**16  # amplitudes that autograd keeps, for every gate
_ZERO = 1e-9  # ours: of the largest singular value or derivative; rounding makes 1e-14
_SEED = 0


@dataclasses.dataclass(frozen=True)
class RandomJacobian:
    """What the derivatives of all outputs at random points say.

    Attributes:
        rank: Of all of them together: how many combinations of angles are seen to matter, all by generic points.
        flat: Angles whose derivatives vanish at all points.
        n_points: The points.
    """

    rank: int
    flat: tuple[int, ...]
    n_points: int


def random_jacobian(circuit: Circuit) -> RandomJacobian | None:
    """Return what derivatives at random points say, twice as many as needed; None where that is too much."""
    n_points = 2 * math.ceil((circuit.n_angles + 1) / circuit.n_outputs)
    if circuit.n_qubits > Statevector.capabilities.max_qubits or n_points * 2**circuit.n_qubits > _MOST_AMPLITUDES:
        return None
    head = Statevector(circuit, n_circuits=1)
    generator = np.random.default_rng(_SEED)
    rows = torch.from_numpy(generator.uniform(-np.pi, np.pi, (n_points, circuit.n_angles)))
    found = differentiated(head, rows, rows_at_once=max(1, _CHUNK // 2**circuit.n_qubits))
    jacobian = found.derivatives.reshape(n_points * circuit.n_outputs, circuit.n_angles)
    singular = np.linalg.svd(jacobian, compute_uv=False)
    least = _ZERO * max(1e-3, float(singular.max(initial=0.0)))
    flat = np.flatnonzero(np.abs(jacobian).max(axis=0, initial=0.0) <= least)
    return RandomJacobian(int((singular > least).sum()), tuple(flat.tolist()), n_points)
