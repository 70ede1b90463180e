"""The effect of noise where the response has too many coefficients: from the head's channels, at random angles."""

import numpy as np
import torch

from backends.adapters.statevector import Statevector
from backends.analysis.derivatives import differentiated
from backends.analysis.inspection_facts import Noise
from backends.head import QuantumHead
from backends.surrogates.channels import ChannelsHead

_POINTS = 256
_SEED = 0
_ZERO = 1e-9  # ours, of the largest derivative; rounding makes 1e-14
_LEAST = 1e-12  # ours: an ideal output that varies by less than this standard deviation is constant


def noise_from_channels(head: QuantumHead) -> Noise:
    """Return the effect of a head's noise without formulas.

    The contraction is the slope of the noisy output over the ideal one by least squares. With angles that are uniform
    over their periods it tends to the mean of the coefficients' factors, each weighted by the square of the ideal one.

    Args:
        head: A noisy head with exact answers.

    Raises:
        ConfigError: the head tells no chain of channels, or its circuit is too wide.
        ChannelsError: the chain does not answer as the head does.
    """
    channels = ChannelsHead(head, n_circuits=1)
    circuit = head.circuit
    generator = np.random.default_rng(_SEED)
    rows = torch.from_numpy(generator.uniform(-2 * np.pi, 2 * np.pi, (_POINTS, circuit.n_angles)))
    with torch.no_grad():
        ideal = Statevector(circuit, n_circuits=1).evaluate(rows, n_shifted=0).numpy()
        noisy = channels.evaluate(rows, n_shifted=0).numpy()
    slopes = [_slope(before, after) for before, after in zip(ideal.T, noisy.T, strict=True) if before.std() > _LEAST]
    dead = channels.dead_angles
    return Noise(
        formulas=None,
        dead_angles=[angle + 1 for angle in dead],
        contraction=(min(slopes), max(slopes)) if slopes else None,
        added=None,
        undecided=[angle + 1 for angle in _flat(channels, rows) if angle not in dead],
        points=_POINTS,
    )


def _slope(ideal: np.ndarray, noisy: np.ndarray) -> float:
    centred = ideal - ideal.mean()
    return float(centred @ noisy / (centred @ centred))


def _flat(head: QuantumHead, rows: torch.Tensor) -> list[int]:
    """Return the angles by which the derivatives of all outputs vanish at all points."""
    largest = np.abs(differentiated(head, rows, rows_at_once=_POINTS).derivatives).max(axis=(0, 1))
    flat: list[int] = np.flatnonzero(largest <= _ZERO * largest.max()).tolist()
    return flat
