"""Expressibility and entangling capability, from the same random states of a circuit."""

import numpy as np
import torch

from backends.analysis.trainability.entanglement import haar_mean, meyer_wallach
from backends.analysis.trainability.estimate import mean_of
from backends.analysis.trainability.expressibility import expressibility_of
from backends.analysis.trainability.facts import Entanglement, Expressibility
from backends.analysis.trainability.states import random_states
from backends.circuits.circuit import Circuit

_MOST_PAIRS, _LEAST_PAIRS = 5_000, 500  # the most: as in Sim et al., Sec. 3.1
_AMPLITUDES = 2**21  # of one state of each pair together


def ensemble_facts(circuit: Circuit, *, seed: int) -> tuple[Expressibility, Entanglement]:
    """Return what random states of a circuit say; beyond eight qubits fewer of them are drawn.

    Raises:
        CircuitError: the circuit is too wide, or an angle has no period.
    """
    n_pairs = min(_MOST_PAIRS, max(_LEAST_PAIRS, _AMPLITUDES // 2**circuit.n_qubits))
    fidelities, measures = [], []
    for states in random_states(circuit, 2 * n_pairs, seed=seed):
        first, second = states[0::2], states[1::2]
        fidelities.append((first.conj() * second).sum(dim=1).abs().square())
        measures.append(meyer_wallach(states))
    pairs: np.ndarray = torch.cat(fidelities).numpy()
    entanglement = Entanglement(mean_of(torch.cat(measures).numpy()), haar_mean(circuit.n_qubits), n_states=2 * n_pairs)
    return expressibility_of(pairs, n_qubits=circuit.n_qubits, seed=seed), entanglement
