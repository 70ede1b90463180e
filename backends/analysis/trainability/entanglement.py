"""The Meyer-Wallach measure of pure states.

Source: Meyer, Wallach: Global entanglement in multiparticle systems, J. Math. Phys. 43, 4273 (2002), in the form of Brennen,
Quantum Inf. Comput. 3, 619 (2003): 2 (1 - mean purity of one qubit).
"""

import torch


def meyer_wallach(states: torch.Tensor) -> torch.Tensor:
    """Return the measure of each state, float64 in [0, 1], shape (n_rows,); states: complex, (n_rows, 2**n_qubits)."""
    n_rows, n_amplitudes = states.shape
    n_qubits = n_amplitudes.bit_length() - 1
    purity = torch.zeros(n_rows, dtype=torch.float64)
    for qubit in range(n_qubits):
        halves = states.reshape(n_rows, 2**qubit, 2, -1)
        zero, one = halves[:, :, 0], halves[:, :, 1]
        upper = zero.abs().square().sum(dim=(1, 2))
        lower = one.abs().square().sum(dim=(1, 2))
        crossed = (zero * one.conj()).sum(dim=(1, 2)).abs().square()
        purity += upper**2 + lower**2 + 2 * crossed
    return 2 * (1 - purity / n_qubits)


def haar_mean(n_qubits: int) -> float:
    """Return the mean of the measure over Haar-random states, (N - 2) / (N + 1) with N = 2^n_qubits.

    Source: Scott, Caves, J. Phys. A 36, 9553 (2003).
    """
    size = 2.0**n_qubits
    return (size - 2) / (size + 1)
