"""The variance of each component of the gradient over random angles, and the shots that it takes to measure it."""

import math
from collections import defaultdict

import numpy as np

from backends.analysis.derivatives import Differentiated, differentiated
from backends.analysis.trainability.estimate import mean_of
from backends.analysis.trainability.facts import Component, Estimate, Gradients
from backends.analysis.trainability.points import random_angles
from backends.circuits.circuit import Circuit
from backends.gradients import shifts_of
from backends.head import QuantumHead

_ZERO = 1e-9  # ours, of the largest derivative; rounding makes 1e-14
_LEAST = 1e-12  # ours: where every derivative is smaller, all are rounding


def gradients_of(head: QuantumHead, *, n_points: int, rows_at_once: int, seed: int) -> Gradients:
    """Return the gradient of an exact head at random angles.

    The mean of a derivative over whole periods is zero, so its variance is its mean square.

    Args:
        head: An exact head that torch differentiates, of a circuit with one angle at least.
        n_points: Random points, an even number.
        rows_at_once: See ``differentiated``.
        seed: Of the random angles.

    Raises:
        CircuitError: an angle has no finite shift rule, and so no period.
    """
    circuit = head.circuit
    rows = random_angles(circuit, n_points, seed=seed, purpose="gradient")
    found = differentiated(head, rows, rows_at_once=rows_at_once)
    components = _components(circuit, found)
    half = n_points // 2
    mean_squares = np.square(found.derivatives[:half]).mean(axis=0)
    others = Differentiated(found.p_zero[half:], found.derivatives[half:])
    largest = _components(circuit, others)[int(np.argmax(mean_squares))]  # in the same order: by output, then by angle
    return Gradients(n_points, components, largest)


def two_design_variance(n_qubits: int) -> float:
    """Return the variance of d p(0) / d angle in a circuit of two unitary 2-designs with a Pauli rotation between.

    It is a quarter of that of <Z>: N^2 / (2 (N^2 - 1) (N + 1)) with N = 2^n_qubits. It follows from McClean et al., Nat.
    Commun. 9, 4812 (2018), with the second moments of the Haar measure.
    """
    size = 2.0**n_qubits
    return size**2 / (8 * (size**2 - 1) * (size + 1))


def _components(circuit: Circuit, found: Differentiated) -> tuple[Component, ...]:
    squares: defaultdict[int, float] = defaultdict(float)
    evaluations: defaultdict[int, int] = defaultdict(int)
    for shift in shifts_of(circuit, "exact"):
        squares[shift.angle] += shift.coefficient**2
        evaluations[shift.angle] += 1
    # Of one shot. A shift leaves uniform angles uniform, so shifted evaluations have the same mean variance.
    shot_variances = (found.p_zero * (1 - found.p_zero)).mean(axis=0)
    largest = np.abs(found.derivatives).max(axis=0, initial=0.0)
    least = max(_LEAST, _ZERO * float(largest.max(initial=0.0)))
    components = []
    for output in range(circuit.n_outputs):
        for angle in range(circuit.n_angles):
            if largest[output, angle] <= least:
                variance, shots = Estimate(0.0, 0.0), None
            else:
                variance = mean_of(found.derivatives[:, output, angle] ** 2)
                shots = max(1, math.ceil(squares[angle] * shot_variances[output] / variance.value))
            components.append(Component(output, angle + 1, variance, shots, evaluations[angle]))
    return tuple(components)
