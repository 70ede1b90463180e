"""Random angles: each uniform over its period, all independent."""

import math

import numpy as np
import torch

from backends.circuits.circuit import Circuit
from backends.errors import CircuitError
from backends.sampling import stream_seed


def random_angles(circuit: Circuit, n_points: int, *, seed: int, purpose: str) -> torch.Tensor:
    """Return rows of random angles, radians, float64, shape (n_points, n_angles).

    Over whole periods the mean of every derivative is zero, and a shift leaves the distribution as it is.

    Args:
        circuit: The circuit.
        n_points: Rows.
        seed: Of the user.
        purpose: Other purposes and other circuits have unrelated streams.

    Raises:
        CircuitError: an angle has no period.
    """
    try:
        halves = [math.pi / circuit.frequencies(angle)[0] for angle in range(circuit.n_angles)]
    except CircuitError as error:
        raise CircuitError(f"random angles are uniform over their periods, but one has none: {error}") from error
    generator = np.random.default_rng(stream_seed(seed, f"trainability {purpose} {circuit.fingerprint}", 0))
    return torch.from_numpy(generator.uniform(-1.0, 1.0, (n_points, circuit.n_angles)) * np.array(halves))
