"""The exact sign-flip test over seeds."""

import numpy as np


def sign_flip_p(differences: np.ndarray) -> float:
    """Return the share of all sign changes whose sum is at least as far from 0 as the sum that came.

    The distribution of the sum is built up seed by seed, so the time grows with the sums and not with 2**n_seeds.

    Args:
        differences: The difference of each seed as a whole number, int, shape (n_seeds,).
    """
    sizes = np.abs(differences)
    reach = int(sizes.sum())
    chance = np.zeros(2 * reach + 1)  # of each sum from -reach to reach
    chance[reach] = 1.0
    for size in sizes.tolist():
        up, down = np.zeros_like(chance), np.zeros_like(chance)
        up[size:] = chance[: len(chance) - size]
        down[: len(chance) - size] = chance[size:]
        chance = (up + down) / 2
    sums = np.arange(-reach, reach + 1)
    return float(chance[np.abs(sums) >= abs(int(differences.sum()))].sum())
