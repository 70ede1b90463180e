"""Checks of derivatives: exact ones against finite differences, sampled ones against their error bars. Noise off."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.circuits.oracle import probabilities
from backends.conformance.circuits import HARD_GRADIENT
from backends.conformance.results import ROUNDING, Finding, NotApplicable
from backends.conformance.subject import SHOTS, Subject, angles, run, set_weights
from backends.head import QuantumHead

_ORACLE_ROUNDING = 1e-14


def _allowed(*, step: float, rounding: float, frequency: float) -> float:
    """Return the allowed difference of a right gradient and a five-point difference, for a function with this top frequency.

    The difference: 1.5 * rounding / step, and step**4 / 30 of the fifth derivative, at most frequency**5 / 2. The shift
    rule: its coefficients add up to the frequency, and each probability may be off by ROUNDING.
    """
    return 1.5 * rounding / step + step**4 / 30 * frequency**5 / 2 + frequency * ROUNDING


def gradient_matches_finite_differences(subject: Subject) -> Iterator[Finding]:
    """Exact gradients by inputs and by weights are the oracle's finite differences."""
    for circuit in (circuit_named("eq7"), circuit_named("eq7_swapped"), HARD_GRADIENT):
        rows = angles(3, circuit.n_angles)
        head = subject.head(circuit, shots=None)
        if circuit.n_weights:
            rows[:, circuit.n_inputs :] = set_weights(head, rows[0, circuit.n_inputs :])
        for output in range(circuit.n_outputs):
            expected = _differences(partial(_oracle, circuit, output), rows, step=1e-3)
            by_inputs, by_weights = np.split(expected, [circuit.n_inputs], axis=1)
            inputs, weights = _gradients(head, rows, output)
            top = max(base * count for base, count in map(circuit.frequencies, range(circuit.n_angles)))
            allowed = _allowed(step=1e-3, rounding=_ORACLE_ROUNDING, frequency=top)
            what = f"|derivative - finite difference| of {circuit.name!r}, output {output}, by"
            yield Finding(float(np.abs(inputs - by_inputs.ravel()).max()), allowed, f"{what} inputs")
            if head.weights is not None:
                # A weight's derivative adds up the rows' and is held in the parameter's precision.
                allowed = len(rows) * (allowed + torch.finfo(head.weights.dtype).eps * float(np.abs(by_weights).max()))
                yield Finding(float(np.abs(weights - by_weights.sum(axis=0)).max()), allowed, f"{what} weights")


def sampled_gradient_is_unbiased(subject: Subject) -> Iterator[Finding]:
    """With shots, the gradient scatters about the true one with the standard error of (p(+pi/2) - p(-pi/2)) / 2."""
    circuit, repeats = circuit_named("eq7_swapped"), 40
    row = np.array([[0.6, -0.4, 1.0, 0.3]])
    up, down = (
        np.array([probabilities(circuit, row + s * e)[0, 0] for e in np.eye(4)]) for s in (np.pi / 2, -np.pi / 2)
    )
    expected = (up - down) / 2
    error = np.sqrt((up * (1 - up) + down * (1 - down)) / 4 / SHOTS)
    got, _ = _gradients(subject.head(circuit, shots=SHOTS), np.repeat(row, repeats, axis=0), output=0)
    z = (got.reshape(repeats, -1) - expected) / error
    yield Finding(float(np.abs(z.mean(axis=0)).max()), 5 / np.sqrt(repeats), "|mean error| in standard errors of a row")
    # The four angles' errors are independent: z**2 averages to 1 with a standard error of sqrt(2 / count).
    yield Finding(abs(float((z**2).mean()) - 1), 5 * np.sqrt(2 / z.size), "|variance / expected variance - 1|")


def noisy_gradient_is_its_own_derivative(subject: Subject) -> Iterator[Finding]:
    """With noise on, the exact gradient is the derivative of the noisy probability, not of the ideal one."""
    if not subject.head_class.capabilities.noisy:
        raise NotApplicable("it models no noise")
    circuit, rows = circuit_named("eq7_swapped"), angles(2, 4)
    head = subject.head(circuit, shots=None, noise=True)
    got, _ = _gradients(head, rows, output=0)
    expected = _differences(lambda r: run(head, r)[:, 0], rows, step=1e-2)
    allowed = _allowed(step=1e-2, rounding=ROUNDING, frequency=1.0)
    yield Finding(float(np.abs(got - expected.ravel()).max()), allowed, "|dp/dangle - own finite difference|")


def _oracle(circuit: Circuit, output: int, rows: np.ndarray) -> np.ndarray:
    return probabilities(circuit, rows)[:, output]


def _gradients(head: QuantumHead, rows: np.ndarray, output: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of the sum over rows of one output, by inputs and by weights, flat."""
    given = torch.tensor(rows[:, None, : head.circuit.n_inputs], requires_grad=True)
    wanted = [given] if head.weights is None else [given, head.weights]
    found = [g.double().numpy().ravel() for g in torch.autograd.grad(head(given)[:, output].sum(), wanted)]
    return found[0], found[1] if len(found) > 1 else np.zeros(0)


def _differences(function: Callable[[np.ndarray], np.ndarray], rows: np.ndarray, *, step: float) -> np.ndarray:
    """Return df/dangle by five points, for f: (n_rows, n_angles) -> (n_rows,); shape (n_rows, n_angles)."""
    columns = []
    for unit in np.eye(rows.shape[1]):
        near, far = (function(rows + k * step * unit) - function(rows - k * step * unit) for k in (1, 2))
        columns.append((8 * near - far) / (12 * step))
    return np.stack(columns, axis=1)
