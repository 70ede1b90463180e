"""Random streams and finite shots for heads that sample from probabilities they know exactly."""

import hashlib

import numpy as np
import torch


def stream_seed(seed: int, purpose: str, index: int) -> int:
    """Return a 63-bit seed for the stream (seed, purpose, index); different triples give unrelated streams.

    Args:
        seed: The run's seed.
        purpose: What the stream is for, e.g. "shots".
        index: Which one, e.g. the number of circuit evaluations made before this call.
    """
    # A hash, not NumPy's SeedSequence: in a training step, with cold caches, that takes as long as the draws themselves.
    digest = hashlib.blake2b(f"{seed} {index} {purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def sample_frequencies(outcomes: torch.Tensor, *, shots: int, seed: int) -> torch.Tensor:
    """Draw ``shots`` outcomes a row and return the frequency of outcome 0 of every measured qubit.

    The joint outcome is drawn, so that outputs of one circuit share their shots: qubit after qubit, the counts of each
    prefix are split binomially by the conditional probability of the next outcome. Exact, not Gaussian.

    Args:
        outcomes: Joint probabilities, float64, shape (n_rows, 2**n_outputs); first measured qubit is the top bit.
        shots: Repetitions of each row.
        seed: Of this call alone (see ``stream_seed``).
    Returns:
        float64, shape (n_rows, n_outputs), each k / shots.
    """
    generator = torch.Generator(outcomes.device).manual_seed(seed)
    n_rows, n_outcomes = outcomes.shape
    n_outputs = n_outcomes.bit_length() - 1
    counts = torch.full((n_rows, 1), float(shots), dtype=torch.float64, device=outcomes.device)
    zeros = []
    for output in range(n_outputs):
        prefix = outcomes.reshape(n_rows, 2**output, 2, -1).sum(dim=3)  # (n_rows, prefixes, next outcome)
        total = prefix.sum(dim=2)
        p_zero = torch.where(total > 0, prefix[:, :, 0] / total, 0.0).clamp(0.0, 1.0)
        zero = torch.binomial(counts, p_zero, generator=generator)
        zeros.append(zero.sum(dim=1))
        counts = torch.stack((zero, counts - zero), dim=2).reshape(n_rows, -1)
    return torch.stack(zeros, dim=1) / shots


def sample_zeros(p_zero: torch.Tensor, *, shots: int, seed: int) -> torch.Tensor:
    """As ``sample_frequencies``, for one measured qubit: float64 p(0), shape (n_rows, 1) -> k / shots of that shape."""
    generator = torch.Generator(p_zero.device).manual_seed(seed)
    counts = torch.binomial(torch.full_like(p_zero, shots), p_zero.clamp(0.0, 1.0), generator=generator)
    return counts.div_(shots)


def sample_joint(outcomes: torch.Tensor, *, shots: int, seed: int, first_row: int) -> torch.Tensor:
    """Draw ``shots`` outcomes a row and return the frequency of each joint outcome.

    Each row has a stream of its own, which its number names, so its bits do not depend on what else is drawn with it.

    Args:
        outcomes: Joint probabilities, float64, shape (n_rows, n_outcomes); a row is scaled to the sum 1.
        shots: Repetitions of each row.
        seed: Of all rows that the numbers count.
        first_row: Number of the first row.
    Returns:
        float64 of that shape, each k / shots.
    """
    exact = outcomes.detach().cpu().numpy().clip(min=0.0)
    exact = exact / exact.sum(axis=1, keepdims=True)
    bits = np.random.Philox(key=seed)
    generator, state = np.random.Generator(bits), bits.state
    counts = np.empty_like(exact)
    for row, probabilities in enumerate(exact):
        # Word 0 counts within a row; a fresh state has no buffered words.
        state["state"]["counter"][1] = first_row + row
        bits.state = state
        counts[row] = generator.multinomial(shots, probabilities)
    return torch.from_numpy(counts / shots).to(outcomes.device)
