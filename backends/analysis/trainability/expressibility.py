"""Expressibility: how far random states of a circuit are from Haar-random ones, by the fidelities of pairs.

Source: Sim, Johnson, Aspuru-Guzik: Expressibility and entangling capability of parameterized quantum circuits for hybrid
quantum-classical algorithms, Adv. Quantum Technol. 2, 1900070 (2019), arXiv:1905.10876, Eq. (8) and Sec. 3.1.
"""

import math

import numpy as np

from backends.analysis.trainability.facts import Estimate, Expressibility
from backends.sampling import stream_seed

N_BINS = 75  # as in the source
_HAAR_REPEATS = 1_000


def expressibility_of(fidelities: np.ndarray, *, n_qubits: int, seed: int) -> Expressibility:
    """Return the expressibility from the fidelities of independent pairs of random states.

    The standard error is the first-order one of a function of frequencies. Near zero that fails: there the estimate is to
    be compared with that of Haar-random states and its standard error. The bias is that of Haar-random states: multinomial histograms of as many pairs have it.

    Args:
        fidelities: |<a|b>|^2 of each pair, shape (n_pairs,).
        n_qubits: Width of the states.
        seed: Of the Haar-random histograms.
    """
    n_pairs = len(fidelities)
    places = np.minimum((fidelities * N_BINS).astype(int), N_BINS - 1)
    counts = np.bincount(places, minlength=N_BINS)
    expected = haar_log_probabilities(n_qubits)
    value, surprise = _divergence(counts, expected)
    spread = math.sqrt(max(0.0, float(counts @ surprise**2) / n_pairs - value**2) / n_pairs)
    generator = np.random.default_rng(stream_seed(seed, "trainability haar", n_qubits))
    probabilities = np.exp(expected)
    drawn = generator.multinomial(n_pairs, probabilities / probabilities.sum(), size=_HAAR_REPEATS)
    haar = np.array([_divergence(one, expected)[0] for one in drawn])
    return Expressibility(
        divergence=Estimate(value, spread),
        haar=Estimate(float(haar.mean()), float(haar.std(ddof=1))),
        n_pairs=n_pairs,
        n_bins=N_BINS,
        first_bin=float(probabilities[0]),
    )


def haar_log_probabilities(n_qubits: int) -> np.ndarray:
    """Return the logarithms of the probabilities of the bins for Haar-random states, shape (N_BINS,).

    A fidelity is above f with probability (1 - f)^(N - 1), where N = 2^n_qubits: Zyczkowski and Sommers, Phys. Rev. A 71,
    032313 (2005). Far bins have probabilities too small for a float, but not their logarithms.
    """
    power = 2**n_qubits - 1
    low = np.arange(N_BINS) / N_BINS
    beyond = np.append((1 - low[1:]) / (1 - low[:-1]), 0.0)  # of (1 - f) at the upper end over that at the lower one
    logarithms: np.ndarray = power * np.log1p(-low) + np.log1p(-(beyond**power))
    return logarithms


def _divergence(counts: np.ndarray, expected: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the Kullback-Leibler divergence of a histogram, nats, and ln(p / q) of each bin, 0 where it is empty."""
    shares = counts / counts.sum()
    surprise = np.zeros(len(counts))
    filled = counts > 0
    surprise[filled] = np.log(shares[filled]) - expected[filled]
    return float(shares @ surprise), surprise
