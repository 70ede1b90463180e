"""The gradients of a circuit, without noise or with that of a head: how many points, and how many at once."""

from collections.abc import Mapping
from typing import Any

from backends.adapters.statevector import Statevector
from backends.analysis.trainability.facts import Gradients
from backends.analysis.trainability.gradients import gradients_of
from backends.analysis.trainability.noise import noisy_surrogate
from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import without_idle_gates
from backends.head import QuantumHead
from backends.surrogates.channels import ChannelsHead

_MOST_POINTS, _LEAST_POINTS = 2_000, 200
_COST = 2**29  # of all points: amplitudes times gates times outputs without noise; seconds
_COST_WITH_NOISE = 2**31  # of all points: components of density matrices times gates times outputs; seconds
_AT_ONCE = 2**15  # amplitudes of the points that are differentiated at once: they fit into a cache
_KEPT = 2**23  # of these times gates: what torch keeps for the derivative
_AT_ONCE_WITH_NOISE = 2**20  # components


def ideal_gradients(circuit: Circuit, *, seed: int) -> Gradients:
    """Return the gradients without noise.

    Raises:
        ConfigError: the circuit is too wide.
        CircuitError: an angle has no period.
    """
    needed = without_idle_gates(circuit)
    size, n_gates = 2**needed.n_qubits, max(1, len(needed.gates))
    return gradients_of(
        Statevector(circuit, n_circuits=1),
        n_points=_points(_COST // (size * n_gates * circuit.n_outputs)),
        rows_at_once=max(1, min(_AT_ONCE, _KEPT // n_gates) // size),
        seed=seed,
    )


def noisy_gradients(
    circuit: Circuit, *, head: type[QuantumHead], options: Mapping[str, Any] | None, seed: int
) -> tuple[str, Gradients]:
    """Return what answers in the head's place, "table" or "channels", and the gradients with the head's noise.

    Raises:
        ConfigError: see ``noisy_surrogate``.
        TableError, ChannelsError: the response is not the head's.
        CircuitError: an angle has no period.
    """
    made = noisy_surrogate(head, circuit, options)
    size = made.response.program.largest if isinstance(made, ChannelsHead) else 1  # tables are small
    found = gradients_of(
        made,
        n_points=_points(_COST_WITH_NOISE // (size * max(1, len(circuit.gates)) * circuit.n_outputs)),
        rows_at_once=max(1, _AT_ONCE_WITH_NOISE // size),
        seed=seed,
    )
    return made.execution, found


def _points(affordable: int) -> int:
    """Return an even number: one half of the points chooses the largest component."""
    return 2 * (min(_MOST_POINTS, max(_LEAST_POINTS, affordable)) // 2)
