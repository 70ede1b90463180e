"""Random states of a circuit, before the measurement."""

from collections.abc import Iterator

import torch

from backends.adapters.phase_states import PhaseStates
from backends.analysis.trainability.points import random_angles
from backends.circuits.circuit import Circuit, Gate
from backends.errors import CircuitError

MAX_QUBITS = 16
_CHUNK = 2**15  # amplitudes: they fit into a cache


def random_states(circuit: Circuit, n_states: int, *, seed: int) -> Iterator[torch.Tensor]:
    """Return states at random angles up to one fixed gate on qubit 0, complex128, in chunks (n_rows, 2**n_qubits).

    That gate changes neither fidelities between the states nor how each of them is entangled.

    Raises:
        CircuitError: the circuit is too wide, or an angle has no period.
    """
    if circuit.n_qubits > MAX_QUBITS:
        raise CircuitError(
            f"circuit {circuit.name!r}: random states of at most {MAX_QUBITS} qubits are computed, it has {circuit.n_qubits}"
        )
    # PhaseStates leaves out the phases that end a circuit: no probability depends on them. After these gates none end it.
    end = (Gate("t", (0,)), Gate("h", (0,)))
    rows = random_angles(circuit, n_states, seed=seed, purpose="states")
    states = PhaseStates(Circuit(circuit.name, circuit.n_qubits, circuit.n_angles, (*circuit.gates, *end)))
    with torch.no_grad():
        for part in rows.split(max(2, _CHUNK // 2**circuit.n_qubits)):
            real, imaginary = states.final(part)
            yield torch.complex(real, imaginary).T
